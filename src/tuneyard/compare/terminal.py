"""The table that the command line prints when a study is done."""

from __future__ import annotations

import textwrap
from typing import Final

from tuneyard.compare.markup import p_value
from tuneyard.compare.measures import Measure
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import Row, tables_of
from tuneyard.compare.training import differences
from tuneyard.compare.verdicts import BETTER, NOT_DISTINGUISHABLE, NOT_TESTED, WORSE, PairedTest

WIDTH: Final = 100
NAME: Final = 46
FIGURE: Final = 9
PAIR: Final = 46
PAIRS: Final = 24
"""Pairs of arms that are printed of a data set; the report has all."""
_SHORT: Final = {
    "exact_match": "EM",
    "exact_match_ast": "EM-AST",
    "codebleu": "CodeBLEU",
    "execution_success": "ES",
    "passed": "pass@1",
    "bleu": "BLEU",
    "bertscore_f1": "BERT-F1",
    "codebertscore_f1": "CBERT-F1",
}
_WORDS: Final = {
    BETTER: "better",
    WORSE: "worse",
    NOT_DISTINGUISHABLE: "n. d.",
    NOT_TESTED: "not tested",
}


def terminal_table(summary: Summary) -> str:
    """Return the headline metrics in percent by arm and data kind, 100 columns wide at most.

    The metric that decides comes first. Below stand all pairs of arms by that metric: difference,
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
    examples = max(row.examples for row in rows)
    distinct = min((row.distinct for row in rows if row.distinct is not None), default=examples)
    asked = f"n = {examples:,}" + (f", {distinct:,} distinct" if distinct < examples else "")
    title = _fit(f"{split} · {kind} ({asked})", NAME - 1)
    heads = "".join(f"{_short(measure):>{FIGURE}}" for measure in headline)
    lines = [f"{title:<{NAME}}{heads}"]
    lines += ["─" * len(lines[-1])]
    indent = "  " if summary.labels.several_models else ""
    model = None
    for row in rows:
        if summary.labels.several_models and row.system.model != model:
            model = row.system.model
            lines.append(_fit(model, WIDTH))
        name = indent + summary.labels.within_model(row.system).replace(" + ", "+")
        figures = "".join(f"{_percent(row.estimates[m.key].mean):>{FIGURE}}" for m in headline)
        lines.append(f"{_fit(name, NAME - 1):<{NAME}}{figures}".rstrip())
    return lines


def _pairs(summary: Summary, split: str, kind: str) -> list[str]:
    """Return the tests that decide, a line a pair of arms."""
    tests = [t for t in summary.tests if t.decides and (t.split, t.kind) == (split, kind)]
    if not tests:
        return []
    corrected = any(test.result.p_holm is not None for test in tests)
    deciding = _short(summary.deciding[kind])
    heads = [f"{f'Δ {deciding}':>{FIGURE + 1}}", f"{'interval':>17}", f"{'p':>8}"]
    heads += [f"{'corr. p':>8}"] if corrected else []
    lines = [f"{'':<{PAIR}}{''.join(heads)}"]
    lines += [_pair(summary, test, corrected) for test in tests[:PAIRS]]
    if len(tests) > PAIRS:
        lines.append(f"… and {len(tests) - PAIRS} more pairs in the report")
    return [*lines, ""]


def _pair(summary: Summary, test: PairedTest, corrected: bool) -> str:
    labels, result = summary.labels, test.result
    half = (PAIR - 9) // 2
    one = _fit(labels.full(test.system).replace(" + ", "+"), half)
    other = _fit(labels.within_model(test.other).replace(" + ", "+"), half)
    change = "–" if result.difference is None else f"{100 * result.difference:+.1f}"
    interval = "–"
    if result.ci_low is not None and result.ci_high is not None:
        interval = f"{100 * result.ci_low:+.1f} to {100 * result.ci_high:+.1f}"
    figures = f"{change:>{FIGURE + 1}}{interval:>17}{p_value(result.p):>8}"
    figures += f"{p_value(result.p_holm):>8}" if corrected else ""
    return f"{f'{one} against {other}':<{PAIR}}{figures} {_WORDS[test.verdict]}".rstrip()


def _short(measure: Measure) -> str:
    return _fit(_SHORT.get(measure.key, measure.label), FIGURE - 1)


def _percent(mean: float | None) -> str:
    return "–" if mean is None else f"{100 * mean:.1f}"


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
