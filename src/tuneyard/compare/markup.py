"""Small pieces of HTML. Every text goes through `text`: model output is hostile."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_CONTROL = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "␡",
    **dict.fromkeys(range(0x80, 0xA0), "�"),
    # Bidirectional controls would let an answer reorder the text around it.
    **{code: f"‹U+{code:04X}›" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
}


def text(value: object) -> str:
    """Return a value as HTML text: escaped, control characters and lone surrogates made visible."""
    return html.escape(plain(value), quote=True)


def plain(value: object) -> str:
    """Return a value as text that any file can hold: no control characters, no lone surrogates."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8").translate(_CONTROL)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number for a table; a dash where it is missing."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def percent(value: float | None) -> str:
    """Return a share as a percentage without its sign; a dash where it is missing."""
    return number(None if value is None else 100 * value, 1)


def signed(value: float | None) -> str:
    """Return a difference of shares in percentage points, always with a sign."""
    return "–" if value is None else f"{100 * value:+.1f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return a p value: three digits, or ``< 0.001``."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its head, and whether it holds figures (set right, in tabular digits)."""

    head: str
    figures: bool = True


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], row_classes: Sequence[str] = ()
) -> str:
    """Return a table in a box that scrolls. Cells are HTML already; the first heads its row."""
    lines = ['<div class="scroll" tabindex="0" role="group"><table>']
    heads = "".join(
        f'<th scope="col"{_figures(column)}>{text(column.head)}</th>' for column in columns
    )
    if any(column.head for column in columns):
        lines.append(f"<thead><tr>{heads}</tr></thead>")
    lines.append("<tbody>")
    for index, row in enumerate(rows):
        kind = row_classes[index] if index < len(row_classes) else ""
        lines.append(f'<tr class="{text(kind)}">' if kind else "<tr>")
        for position, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if position == 0:
                lines.append(f'<th scope="row"{_figures(column)}>{cell}</th>')
            else:
                lines.append(f"<td{_figures(column)}>{cell}</td>")
        lines.append("</tr>")
    lines.append("</tbody></table></div>")
    return "\n".join(lines)


def section(identifier: str, title: str, *content: str) -> str:
    """Return a section with its heading, or nothing where it has no content."""
    inner = "\n".join(part for part in content if part)
    if not inner:
        return ""
    return f'<section id="{identifier}">\n<h2>{text(title)}</h2>\n{inner}\n</section>'


def details(summary: str, *content: str, opened: bool = False) -> str:
    """Return a block that folds; ``summary`` is HTML already."""
    inner = "\n".join(part for part in content if part)
    state = " open" if opened else ""
    return f"<details{state}><summary>{summary}</summary>\n{inner}\n</details>"


def code(value: object, limit: int = 4000) -> str:
    """Return a block of code; what is longer than ``limit`` characters is cut, and says so."""
    whole = str(value)
    cut = len(whole) - limit
    note = f'<p class="note">{cut:,} more characters are not shown.</p>' if cut > 0 else ""
    return f"<pre><code>{text(whole[:limit])}</code></pre>{note}"


def _figures(column: Column) -> str:
    return ' class="figures"' if column.figures else ""
