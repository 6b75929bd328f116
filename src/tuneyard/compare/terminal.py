"""The table that the command line prints when a study is done."""

from __future__ import annotations

from typing import Final

from tuneyard.compare.measures import Measure
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import Row, tables_of
from tuneyard.compare.verdicts import BETTER, NOT_DISTINGUISHABLE, WORSE

WIDTH: Final = 100
NAME: Final = 38
FIGURE: Final = 9
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
_WORDS: Final = {BETTER: "better", WORSE: "worse", NOT_DISTINGUISHABLE: "n. d."}


def terminal_table(summary: Summary) -> str:
    """Return the headline metrics in percent by arm and data kind, 100 columns wide at most.

    The last columns are the deciding metric's difference from the baseline, in points, and the
    verdict of its corrected test.
    """
    deciding = summary.decided_by
    headline = [measure for measure in summary.measures if measure.headline]
    others = [measure for measure in headline if measure != deciding][:3]
    headline = [measure for measure in headline if measure in (deciding, *others)]
    lines: list[str] = []
    for (split, kind), rows in tables_of(summary.rows).items():
        examples = max(row.examples for row in rows)
        title = _fit(f"{split} · {kind} (n = {examples})", NAME - 1)
        heads = "".join(f"{_short(measure):>{FIGURE}}" for measure in headline)
        change = f"Δ {_short(deciding)}" if deciding else ""
        lines += [f"{title:<{NAME}}{heads}{change:>{FIGURE}}  vs {_fit(summary.baseline, 9)}"]
        lines += ["─" * len(lines[-1])]
        model = None
        for row in rows:
            if summary.labels.several_models and row.system.model != model:
                model = row.system.model
                lines.append(_fit(model, WIDTH))
            lines.append(_line(summary, row, headline, deciding))
        lines.append("")
    if any("n. d." in line for line in lines):
        lines.append("n. d.: not distinguishable from the baseline (paired test, corrected).")
    lines.append("Scores in %; Δ in percentage points.")
    return "\n".join(lines)


def _line(summary: Summary, row: Row, headline: list[Measure], deciding: Measure | None) -> str:
    indent = "  " if summary.labels.several_models else ""
    name = _fit(indent + summary.labels.within_model(row.system).replace(" + ", "+"), NAME - 1)
    figures = "".join(f"{_percent(row.estimates[m.key].mean):>{FIGURE}}" for m in headline)
    test = summary.against_baseline(row, deciding.key) if deciding else None
    change, verdict = "", ""
    if test is not None:
        difference = test.result.difference
        change = "–" if difference is None else f"{100 * difference:+.1f}"
        verdict = _WORDS.get(test.verdict, test.verdict)
    return f"{name:<{NAME}}{figures}{change:>{FIGURE}}  {verdict}".rstrip()


def _short(measure: Measure) -> str:
    return _fit(_SHORT.get(measure.key, measure.label), FIGURE - 1)


def _percent(mean: float | None) -> str:
    return "–" if mean is None else f"{100 * mean:.1f}"


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
