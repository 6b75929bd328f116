"""The verdict in plain words: which method won on what, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuneyard.compare.inputs import SPLITS, Labels, StudyInputs, System
from tuneyard.compare.markup import p_value, percent, signed
from tuneyard.compare.measures import Measure
from tuneyard.compare.tables import Row, tables_of
from tuneyard.compare.verdicts import (
    BETTER,
    NOT_DISTINGUISHABLE,
    NOT_TESTED,
    WORSE,
    PairedTest,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Plain text: a summary in a sentence or two, and a finding for each model and data kind."""

    summary: str
    findings: tuple[str, ...]


def tell(
    rows: Sequence[Row],
    tests: Sequence[PairedTest],
    measure: Measure | None,
    labels: Labels,
    inputs: StudyInputs,
) -> Verdict:
    """Tell what the tests of the deciding metric say, on the split that is reported."""
    if measure is None or not rows:
        return Verdict("No metric was measured, so nothing can be compared.", ())
    split = min(
        {row.split for row in rows},
        key=lambda name: SPLITS.index(name) if name in SPLITS else len(SPLITS),
    )
    asked = [test for test in tests if test.metric == measure.key and test.split == split]
    findings = []
    for (part, kind), group in tables_of(rows).items():
        if part != split:
            continue
        for model in dict.fromkeys(row.system.model for row in group):
            of_model = [row for row in group if row.system.model == model]
            relevant = [t for t in asked if t.kind == kind and t.system.model == model]
            findings.append(_finding(kind, of_model, relevant, measure, labels, inputs))
            findings += _named(kind, relevant, labels, inputs)
    return Verdict(_summary(asked, split, measure, inputs), tuple(findings))


def _summary(tests: Sequence[PairedTest], split: str, measure: Measure, inputs: StudyInputs) -> str:
    against = [test for test in tests if test.question == "baseline"]
    if not against:
        return (
            f"Nothing was tested on the {split} split: there is no second arm beside the baseline "
            f"‘{inputs.settings.baseline}’ with at least two common examples."
        )
    sentence = (
        f"By {_spoken(measure)} on the {split} split, held against the baseline "
        f"‘{inputs.settings.baseline}’ of the same model, {_tally(against, 'the fine-tuned arm')}."
    )
    prefixes = [test for test in tests if test.question == "prefix"]
    if prefixes:
        steps = ", ".join(dict.fromkeys(f"{t.other.arm} → {t.system.arm}" for t in prefixes))
        told = _tally(prefixes, "the arm trained further")
        sentence += f" Held against the arm that it continues ({steps}), {told}."
    return sentence


def _tally(tests: Sequence[PairedTest], subject: str) -> str:
    """Say how the tests came out, e.g. ``the result is better in 3 of 4 comparisons, …``."""
    verdicts = (BETTER, WORSE, NOT_DISTINGUISHABLE, NOT_TESTED)
    counts = {word: sum(test.verdict == word for test in tests) for word in verdicts}
    found = [(word, count) for word, count in counts.items() if count]
    if len(tests) == 1:
        return f"{subject} is {found[0][0]}"
    if len(found) == 1:
        every = "both" if len(tests) == 2 else f"all {len(tests)}"
        return f"{subject} is {found[0][0]} in {every} comparisons"
    first, *rest = (f"{word} in {count}" for word, count in found)
    return f"{subject} is {first} of {len(tests)} comparisons, {' and '.join(rest)}"


def _finding(
    kind: str,
    rows: Sequence[Row],
    tests: Sequence[PairedTest],
    measure: Measure,
    labels: Labels,
    inputs: StudyInputs,
) -> str:
    model = f"{rows[0].system.model}, " if labels.several_models else ""
    scored = [(row, row.estimates[measure.key].mean) for row in rows]
    known = [(row, mean) for row, mean in scored if mean is not None]
    if not known:
        return f"{model}{kind}: {_spoken(measure)} is missing for every arm."
    best, mean = max(known, key=lambda pair: pair[1])  # the first, simpler arm at a tie
    name = labels.within_model(best.system)
    n = best.estimates[measure.key].n
    score = f"{percent(mean)} % of {n} example{'s' * (n != 1)}"
    text = f"{model}{kind}: "
    against = next((t for t in tests if t.question == "baseline" and t.system == best.system), None)
    if best.system.arm == inputs.settings.baseline:
        equals = sum(value == mean for _, value in known) - 1
        level = " (level with every other arm)" if 0 < equals == len(known) - 1 else ""
        return text + f"no arm scores above the baseline ‘{name}’, at {score}{level}."
    text += f"the best mean is that of ‘{name}’, at {score}"
    if against is None:
        return text + "; there is no baseline to hold it against."
    text += f". {_against(against, labels, inputs)}"
    ties = [labels.within_model(r.system) for r, value in known if value == mean and r is not best]
    if ties:
        text += f" The same mean: {_join(ties)}."
    close = [
        labels.within_model(test.other if test.system == best.system else test.system)
        for test in tests
        if test.question != "baseline"
        and best.system in (test.system, test.other)
        and test.verdict == NOT_DISTINGUISHABLE
    ]
    close = [other for other in dict.fromkeys(close) if other not in ties]
    if close:
        text += f" It is not distinguishable from {_join(close)}."
    return text


def _named(
    kind: str, tests: Sequence[PairedTest], labels: Labels, inputs: StudyInputs
) -> list[str]:
    """Tell how the arms compare with each further arm that the study names."""
    told: dict[System, list[str]] = {}
    for test in tests:
        if test.question == "named" and test.verdict != NOT_TESTED:
            said = f"‘{labels.within_model(test.system)}’ is {test.verdict}"
            told.setdefault(test.other, []).append(f"{said} ({_figures(test, inputs)})")
    model = f"{tests[0].system.model}, " if tests and labels.several_models else ""
    return [
        f"{model}{kind}, against ‘{labels.within_model(other)}’: {'; '.join(said)}."
        for other, said in told.items()
    ]


def _against(test: PairedTest, labels: Labels, inputs: StudyInputs) -> str:
    result = test.result
    other = labels.within_model(test.other)
    if result.difference is None or result.p is None:
        return f"Too few common examples to test it against ‘{other}’."
    figures = _figures(test, inputs)
    if test.verdict == NOT_DISTINGUISHABLE:
        return f"That is not distinguishable from the baseline ‘{other}’ ({figures})."
    return (
        f"That is {test.verdict} than the baseline ‘{other}’ at {percent(result.baseline_mean)} % "
        f"({figures})."
    )


def _figures(test: PairedTest, inputs: StudyInputs) -> str:
    """Return a difference with its interval and its p."""
    result = test.result
    figures = f"{signed(result.difference)} points"
    if result.ci_low is not None:
        level = f"{100 * inputs.settings.confidence:g} %"
        figures += f", {level} interval {signed(result.ci_low)} to {signed(result.ci_high)}"
    figures += f", p {_equals(test.p)}"
    if test.across is not None and test.p_across is not None:
        seeds = len(test.across.differences)
        figures += f"; for other training seeds than these {seeds}, p {_equals(test.p_across)}"
    return figures


def _equals(p: float | None) -> str:
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"


def _spoken(measure: Measure) -> str:
    spoken = {"execution_success": "execution success (ES)", "passed": "tests passed (pass@1)"}
    return spoken.get(measure.key, measure.label)


def _join(names: Sequence[str]) -> str:
    quoted = [f"‘{name}’" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
