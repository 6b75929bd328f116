"""The report's section of paired tests: one table a split and question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuneyard.compare.inputs import StudyInputs
from tuneyard.compare.markup import Column, details, p_value, percent, section, signed, table, text
from tuneyard.compare.summary import Summary
from tuneyard.compare.verdicts import FEW, MARKS, QUESTIONS, PairedTest

OPEN_ROWS: Final = 24
"""Tables of tests longer than this are folded."""


def paired_tests(summary: Summary, inputs: StudyInputs) -> str:
    """Return the tests of each split and question."""
    settings = inputs.settings
    corrected = (
        "corrected after Holm within each family"
        if settings.correction == "holm"
        else "uncorrected"
    )
    parts = [
        f'<p class="note">{text(_how_tested(inputs))} A family is one question on one split: all '
        f"its comparisons over models, data kinds and headline metrics; p is {corrected}. The "
        f"verdict compares it with {1 - settings.confidence:.3g}.</p>"
    ]
    for split in dict.fromkeys(test.split for test in summary.tests):
        for question, title in QUESTIONS.items():
            tests = summary.tests_of(question, split)
            if tests:
                family = tests[0].family
                told = f"{text(title)} <span>{text(split)} · family of {family}</span>"
                content = _tests_table(summary, tests)
                parts.append(details(told, content, opened=len(tests) <= OPEN_ROWS))
    return section("tests", "Paired tests", *parts) if summary.tests else ""


def _how_tested(inputs: StudyInputs) -> str:
    return (
        "Every system answered the same examples, so differences are tested on pairs: truth values "
        "by McNemar’s exact test, other metrics by the paired bootstrap "
        f"({inputs.settings.resamples} resamples, seed {inputs.seed}), or by flipping signs where "
        f"there are fewer than {FEW} pairs."
    )


def _tests_table(summary: Summary, tests: Sequence[PairedTest]) -> str:
    labels = {measure.key: measure.label for measure in summary.measures}
    seeds = any(test.across is not None for test in tests)
    kinds = len({row.kind for row in summary.rows}) > 1
    columns = [
        *(Column(head, False) for head in ("Arm", "Against")),
        *([Column("Data", False)] if kinds else []),
        Column("Metric", False),
        *(Column(head) for head in ("Δ", "Interval of Δ", "p", "p corrected")),
        *([Column("p (seeds)")] if seeds else []),
        *(Column(head) for head in ("+ / −", "n")),
        Column("Verdict", False),
    ]
    lines = []
    for test in tests:
        result = test.result
        interval = (
            f"{signed(result.ci_low)} to {signed(result.ci_high)}"
            if result.ci_low is not None
            else "–"
        )
        lost = f" <small>{result.missing} missing</small>" if result.missing else ""
        spread = f"<small>± {percent(test.across.std)}</small>" if test.across else ""
        word = test.verdict.replace(" ", "-")
        lines.append(
            [
                text(summary.labels.full(test.system)),
                text(summary.labels.within_model(test.other)),
                *([text(test.kind)] if kinds else []),
                text(labels[test.metric]),
                signed(result.difference) + spread,
                interval,
                p_value(result.p),
                p_value(result.p_holm),
                *([p_value(test.p_across)] if seeds else []),
                f"{result.wins} / {result.losses}",
                f"{result.n}{lost}",
                f'<span class="mark {word}">{MARKS[test.verdict]}</span> {text(test.verdict)}',
            ]
        )
    return table(columns, lines)
