"""The table that the command line prints when a study is done."""

from __future__ import annotations

import textwrap
from typing import Final

from tuneyard.compare.markup import p_value
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import Row, asked, tables_of
from tuneyard.compare.training import differences
from tuneyard.compare.verdicts import BETTER, NOT_DISTINGUISHABLE, NOT_TESTED, WORSE, PairedTest
from tuneyard.metrics import Measure

WIDTH: Final = 80
"""The narrowest terminal in which every line fits; what is too long for its column is wrapped."""
NAME: Final = 44
"""The widest column of names."""
FIGURE: Final = 9
LABEL: Final = 18
"""The longest name of a metric."""
INTERVAL, P, VERDICT = 17, 8, 11
PAIRS: Final = 24
"""Pairs of arms that are printed of a data set; the report has all."""
_WORDS: Final = {
    BETTER: "better",
    WORSE: "worse",
    NOT_DISTINGUISHABLE: "n. d.",
    NOT_TESTED: "not tested",
}


def terminal_table(summary: Summary) -> str:
    """Return the headline metrics in percent by arm and data kind, ``WIDTH`` columns at most.

    The metric that decides comes first. A name that is too long for its column stands on lines of
    its own, above its figures. Below stand all pairs of arms by that metric: difference,
    interval, the p of the test and the corrected one, and the verdict.
    """
    lines: list[str] = []
    for (split, kind), rows in tables_of(summary.rows).items():
        headline = summary.headline(kind)[:4]
        lines += _means(summary, split, kind, rows, headline)
        lines += ["", *_pairs(summary, split, kind)]
    if any("n. d." in line for line in lines):
        lines.append("n. d.: not distinguishable.")
    if summary.verdict.findings:
        lines += textwrap.wrap(summary.verdict.summary, WIDTH)
    for line in differences(summary.training, len(summary.training) > 1):
        lines += textwrap.wrap(line, WIDTH)
    lines.append("Scores in %; Δ in percentage points.")
    return "\n".join(lines)


def _means(
    summary: Summary, split: str, kind: str, rows: list[Row], headline: list[Measure]
) -> list[str]:
    heads = [f"{_short(measure):>{FIGURE}}" for measure in headline]
    # One metric's name may be as wide as four common ones.
    heads = [head if len(head) == FIGURE else f"  {head.strip()}" for head in heads]
    while len("".join(heads)) > WIDTH - NAME // 2:
        heads.pop()
    shown = list(zip(headline, map(len, heads), strict=False))
    column = min(NAME, WIDTH - len("".join(heads)))
    lines = _row(f"{split} · {kind} ({asked(rows)})", "".join(heads), column)
    lines += ["─" * (column + len("".join(heads)))]
    indent = "  " if summary.labels.several_models else ""
    model = None
    for row in rows:
        if summary.labels.several_models and row.system.model != model:
            model = row.system.model
            lines += _wrapped(model)
        name = summary.labels.within_model(row.system)
        figures = "".join(f"{_percent(row.estimates[m.key].mean):>{w}}" for m, w in shown)
        lines += _row(name, figures, column, indent)
    return lines


def _pairs(summary: Summary, split: str, kind: str) -> list[str]:
    """Return the tests that decide, a line a pair of arms."""
    tests = [t for t in summary.tests if t.decides and (t.split, t.kind) == (split, kind)]
    if not tests:
        return []
    corrected = any(test.result.p_holm is not None for test in tests)
    change = f"  Δ {_short(summary.deciding[kind])}"
    heads = f"{change:>{FIGURE}}{'interval':>{INTERVAL}}{'p':>{P}}"
    heads += f"{'corr. p':>{P}}" if corrected else ""
    column = min(NAME, WIDTH - len(heads) - VERDICT)
    lines = [f"{'':<{column}}{heads}"]
    for test in tests[:PAIRS]:
        lines += _pair(summary, test, corrected, column, max(FIGURE, len(change)))
    if len(tests) > PAIRS:
        lines.append(f"… and {len(tests) - PAIRS} more pairs in the report")
    return [*lines, ""]


def _pair(
    summary: Summary, test: PairedTest, corrected: bool, column: int, width: int
) -> list[str]:
    labels, result = summary.labels, test.result
    one, other = labels.full(test.system), labels.within_model(test.other)
    change = "–" if result.difference is None else f"{100 * result.difference:+.1f}"
    interval = "–"
    if result.ci_low is not None and result.ci_high is not None:
        interval = f"{100 * result.ci_low:+.1f} to {100 * result.ci_high:+.1f}"
    figures = f"{change:>{width}}{interval:>{INTERVAL}}{p_value(result.p):>{P}}"
    figures += f"{p_value(result.p_holm):>{P}}" if corrected else ""
    return _row(f"{one} against {other}", f"{figures} {_WORDS[test.verdict]}", column)


def _row(name: str, figures: str, column: int, indent: str = "") -> list[str]:
    """Return a name and its figures on a line; on several where the name is too long for that."""
    short = indent + name.replace(" + ", "+")
    lines = [short] if len(short) < column else _wrapped(name, indent)
    if len(lines[-1]) >= column:
        lines.append("")
    return [*lines[:-1], f"{lines[-1]:<{column}}{figures}".rstrip()]


def _wrapped(name: str, indent: str = "") -> list[str]:
    # "n = 20" stays on one line: a space that does not break stands in for its spaces.
    lines = textwrap.wrap(
        name.replace(" = ", "\xa0=\xa0"),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
    )
    return [line.replace("\xa0", " ") for line in lines] or [indent]


def _short(measure: Measure) -> str:
    label = measure.short or measure.label
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"


def _percent(mean: float | None) -> str:
    return "–" if mean is None else f"{100 * mean:.1f}"
