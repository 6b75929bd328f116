"""The report's section of paired tests: those that decide, and apart from them the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuneyard.compare.inputs import StudyInputs
from tuneyard.compare.markup import Column, details, p_value, percent, section, signed, table, text
from tuneyard.compare.narrative import family
from tuneyard.compare.summary import Summary
from tuneyard.compare.verdicts import MARKS, NOT_TESTED, PairedTest
from tuneyard.stats.paired import FEW

OPEN_ROWS: Final = 24
"""Tables of tests longer than this are folded."""


def paired_tests(summary: Summary, inputs: StudyInputs) -> str:
    """Return the tests of each split: one table decides, one explores."""
    parts = [f'<p class="note">{text(_how_tested(inputs))}</p>']
    for split in dict.fromkeys(test.split for test in summary.tests):
        tests = [test for test in summary.tests if test.split == split]
        decided = [test for test in tests if test.decides]
        tested = [test for test in decided if test.verdict != NOT_TESTED]
        if tested:
            parts.append(f"<p>{text(family(tested, split, summary.deciding, inputs))}</p>")
        if decided:
            told = f"Every pair of arms <span>{text(split)} · decides</span>"
            opened = len(decided) <= OPEN_ROWS
            parts.append(details(told, _tests_table(summary, decided), opened=opened))
        further = [test for test in tests if not test.decides]
        if further:
            told = f"Secondary metrics <span>{text(split)} · exploratory, uncorrected</span>"
            note = (
                '<p class="note">Nothing is decided by these: they are not corrected for their '
                f"number ({len(further)}), so that small p-values are expected among them by "
                "chance. Intervals are at "
                f"{100 * inputs.settings.confidence:g} % each.</p>"
            )
            parts.append(details(told, note, _tests_table(summary, further)))
    return section("tests", "Paired tests", *parts) if summary.tests else ""


def _how_tested(inputs: StudyInputs) -> str:
    return (
        "Every system answered the same examples, so differences are tested on pairs: truth values "
        "by McNemar’s exact test, other metrics by the paired bootstrap "
        f"({inputs.settings.resamples} resamples or more, seed {inputs.seed}), or by flipping "
        f"signs where fewer than {FEW} questions differ. Examples that ask the same question count "
        "as one draw. An interval holds the differences that the test does not refuse at the level "
        "at which the comparison was decided, so it leaves out 0 exactly where the verdict is "
        "better or worse."
    )


def _tests_table(summary: Summary, tests: Sequence[PairedTest]) -> str:
    labels = {measure.key: measure.label for measure in summary.measures}
    decides = tests[0].decides
    corrected = any(test.result.p_holm is not None for test in tests)
    seeds = any(test.across is not None for test in tests)
    kinds = len({row.kind for row in summary.rows}) > 1
    columns = [
        *(Column(head, False) for head in ("Arm", "Against")),
        *([Column("Data", False)] if kinds else []),
        Column("Metric", False),
        *(Column(head) for head in ("Δ", "Interval of Δ", "p")),
        *([Column("p corrected")] if corrected else []),
        *([Column("p (seeds)")] if seeds else []),
        *([Column("p (seeds) corrected")] if seeds and corrected else []),
        *(Column(head) for head in ("+ / −", "n")),
        *([Column("Verdict", False)] if decides else []),
    ]
    lines = []
    for test in tests:
        result = test.result
        spread = f"<small>± {percent(test.across.std)}</small>" if test.across else ""
        word = test.verdict.replace(" ", "-")
        verdict = f'<span class="mark {word}">{MARKS[test.verdict]}</span> {text(test.verdict)}'
        lines.append(
            [
                text(summary.labels.full(test.system)),
                text(summary.labels.within_model(test.other)),
                *([text(test.kind)] if kinds else []),
                text(labels[test.metric]),
                signed(result.difference) + spread,
                _interval(test),
                text(p_value(result.p)),
                *([text(p_value(result.p_holm))] if corrected else []),
                *(_across(test, corrected) if seeds else []),
                f"{result.wins} / {result.losses}",
                _count(test),
                *([verdict] if decides else []),
            ]
        )
    return table(columns, lines)


def _across(test: PairedTest, corrected: bool) -> list[str]:
    """Return the p for other training seeds, and the corrected one beside it."""
    found = (None, None) if test.across is None else (test.across.p, test.across.p_holm)
    return [text(p_value(p)) for p in found[: 1 + corrected]]


def _interval(test: PairedTest) -> str:
    result = test.result
    if result.p is None:
        return "–"
    if result.ci_low is None or result.ci_high is None:
        return "–<small>too few questions</small>"
    shown = f"{signed(result.ci_low)} to {signed(result.ci_high)}"
    return f"{shown}<small>{100 * (1 - result.level):.4g} %</small>"


def _count(test: PairedTest) -> str:
    result = test.result
    shown = str(result.n)
    if result.clusters < result.n:
        shown += f"<small>{result.clusters} questions</small>"
    if result.missing:
        shown += f"<small>{result.missing} missing</small>"
    return shown
