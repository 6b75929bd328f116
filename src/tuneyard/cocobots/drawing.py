"""A COCOBOTS board seen from above, as inline SVG with a text alternative."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any, Final

CELL: Final = 40
MARGIN: Final = 20
LARGEST: Final = 16
"""Boards with more rows or columns than this are cut: a model may hand back anything."""
FILLS: Final = {"red": "#d6453d", "green": "#2f9e5b", "blue": "#2f6fde", "yellow": "#f2c230"}
RADII: Final = (16.0, 12.0, 8.2, 4.8)
"""A part's radius by level: higher parts are smaller, so that those below stay visible."""

LEGEND: Final = (
    "Framed cells differ. Parts are drawn from above, higher ones smaller: a round part is a "
    "washer, one with six corners a nut, one with a cross a screw, a bar a bridge; the number is "
    "the stack’s height."
)

Cells = list[list[list[tuple[str, str]]]]


def as_cells(board: Any) -> Cells | None:
    """Return rows × columns × levels × (shape, colour) of a board's JSON.

    None where the value has no such form (a refused or broken board): nothing is drawn then.
    """
    if not isinstance(board, Sequence) or isinstance(board, str) or not board:
        return None
    try:
        cells = [
            [[(_word(part[0]), _word(part[1])) for part in cell] for cell in row[:LARGEST]]
            for row in board[:LARGEST]
        ]
    except (TypeError, IndexError, KeyError):
        return None
    return cells if cells[0] else None


def describe(cells: Cells) -> str:
    """Return the board in words: its stacks from the bottom up, with 1-based rows and columns."""
    stacks = []
    for x, row in enumerate(cells):
        for y, cell in enumerate(row):
            if cell:
                parts = ", ".join(f"{color} {shape}" for shape, color in cell)
                stacks.append(f"row {x + 1}, column {y + 1}: {parts}")
    return "; ".join(stacks) + "." if stacks else "The board is empty."


def differing(a: Cells, b: Cells) -> set[tuple[int, int]]:
    """Return the (row, column) of cells whose stacks are unequal; a missing cell is empty."""
    rows = max(len(a), len(b))
    columns = max(len(row) for row in (*a, *b))
    return {(x, y) for x in range(rows) for y in range(columns) if _at(a, x, y) != _at(b, x, y)}


def draw(cells: Cells, title: str, marked: set[tuple[int, int]] | None = None) -> str:
    """Return the board as an SVG figure with its description as the caption.

    Args:
        cells: rows × columns × levels × (shape, colour), bottom part first.
        title: what the board is, e.g. ``Expected``.
        marked: cells to frame, as (row, column).
    """
    rows, columns = len(cells), max(len(row) for row in cells)
    right, bottom = MARGIN + columns * CELL, MARGIN + rows * CELL
    parts = [
        f'<figure class="board"><svg viewBox="0 0 {right + 2} {bottom + 2}" role="img" '
        f'aria-label="{html.escape(title)} board, seen from above">',
        f'<rect class="ground" x="{MARGIN}" y="{MARGIN}" width="{columns * CELL}" '
        f'height="{rows * CELL}"/>',
    ]
    for index in range(columns):
        parts.append(_axis(MARGIN + (index + 0.5) * CELL, MARGIN - 6, index + 1))
    for index in range(rows):
        parts.append(_axis(MARGIN / 2, MARGIN + (index + 0.5) * CELL + 4, index + 1))
    across = (f"M{MARGIN} {at}H{right}" for at in range(MARGIN, bottom + 1, CELL))
    down = (f"M{at} {MARGIN}V{bottom}" for at in range(MARGIN, right + 1, CELL))
    parts += [f'<path class="grid" d="{line}"/>' for line in (*across, *down)]
    parts.extend(_parts(cells))
    for x, y in sorted(marked or ()):
        parts.append(
            f'<rect class="differs" x="{MARGIN + y * CELL + 1.5}" y="{MARGIN + x * CELL + 1.5}" '
            f'width="{CELL - 3}" height="{CELL - 3}" rx="3"/>'
        )
    parts.append("</svg>")
    told = f"<b>{html.escape(title)}.</b> {html.escape(describe(cells))}"
    parts.append(f"<figcaption>{told}</figcaption></figure>")
    return "".join(parts)


def pair(expected_board: Any, built_board: Any) -> str:
    """Return an expected and a built board, as JSON, side by side; nothing where neither is one."""
    expected, built = as_cells(expected_board), as_cells(built_board)
    if expected is None and built is None:
        return ""
    marked = differing(expected, built) if expected is not None and built is not None else set()
    figures = [
        draw(cells, title, marked)
        if cells is not None
        else f'<p class="note board">{title}: no board.</p>'
        for cells, title in ((expected, "Expected"), (built, "Built"))
    ]
    return f'<div class="boards">{"".join(figures)}</div>'


def _word(value: Any) -> str:
    """Return what a board has for a shape or colour; of a model's making it may be anything."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))


def _parts(cells: Cells) -> list[str]:
    """Draw all parts, level by level, so that a bridge lies on what is below both its cells."""
    drawn: list[str] = []
    for level in range(max(len(cell) for row in cells for cell in row) if cells else 0):
        covered: set[tuple[int, int]] = set()
        for x, row in enumerate(cells):
            for y, cell in enumerate(row):
                if level >= len(cell) or (x, y) in covered:
                    continue
                shape, color = cell[level]
                top = level == len(cell) - 1
                second = {"bridge-h": (x, y + 1), "bridge-v": (x + 1, y)}.get(shape)
                whole = second is not None and _level(cells, *second, level) == (shape, color)
                if second is not None and whole:
                    covered.add(second)
                drawn.append(_part(shape, color, x, y, level, top=top, whole=whole))
    return drawn + _heights(cells)


def _part(shape: str, color: str, x: int, y: int, level: int, *, top: bool, whole: bool) -> str:
    cx, cy = MARGIN + (y + 0.5) * CELL, MARGIN + (x + 0.5) * CELL
    r = RADII[min(level, len(RADII) - 1)]
    paint = f'class="part" fill="{FILLS.get(color, "#8a8a8a")}"'
    if shape in ("bridge-h", "bridge-v"):
        long = CELL * whole
        w, h = (2 * r + long, 2 * r) if shape == "bridge-h" else (2 * r, 2 * r + long)
        body = f'<rect {paint} x="{cx - r:g}" y="{cy - r:g}" width="{w:g}" height="{h:g}" rx="5"/>'
    elif shape == "nut":
        points = " ".join(
            f"{cx + 1.08 * r * math.cos(math.radians(60 * k)):.1f},"
            f"{cy + 1.08 * r * math.sin(math.radians(60 * k)):.1f}"
            for k in range(6)
        )
        body = f'<polygon {paint} points="{points}"/>'
    else:
        body = f'<circle {paint} cx="{cx:g}" cy="{cy:g}" r="{r:g}"/>'
    return body + (_glyph(shape, cx, cy, r) if top else "")


def _glyph(shape: str, cx: float, cy: float, r: float) -> str:
    """What tells the topmost part's shape: a hole in washers and nuts, a slot in screws."""
    if shape in ("washer", "nut"):
        return f'<circle class="hole" cx="{cx:g}" cy="{cy:g}" r="{0.38 * r:.1f}"/>'
    if shape == "screw":
        s = 0.6 * r
        path = f"M{cx - s:.1f} {cy:g}h{2 * s:.1f}M{cx:g} {cy - s:.1f}v{2 * s:.1f}"
        return f'<path class="slot" d="{path}"/>'
    if shape in ("bridge-h", "bridge-v"):
        return ""
    return f'<text class="height" x="{cx:g}" y="{cy + 4:g}">?</text>'


def _heights(cells: Cells) -> list[str]:
    return [
        f'<text class="height" x="{MARGIN + (y + 1) * CELL - 6}" y="{MARGIN + (x + 1) * CELL - 4}">'
        f"{len(cell)}</text>"
        for x, row in enumerate(cells)
        for y, cell in enumerate(row)
        if len(cell) > 1
    ]


def _axis(x: float, y: float, value: int) -> str:
    return f'<text class="axis" x="{x:g}" y="{y:g}">{value}</text>'


def _at(cells: Cells, x: int, y: int) -> list[tuple[str, str]]:
    return cells[x][y] if x < len(cells) and y < len(cells[x]) else []


def _level(cells: Cells, x: int, y: int, level: int) -> tuple[str, str] | None:
    cell = _at(cells, x, y)
    return cell[level] if level < len(cell) else None
