"""The verdict in plain words: which method won on what, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tuneyard.compare.inputs import SPLITS, Labels, StudyInputs, System, position
from tuneyard.compare.markup import p_value, percent, signed
from tuneyard.compare.tables import Row, tables_of
from tuneyard.compare.verdicts import BETTER, NOT_DISTINGUISHABLE, NOT_TESTED, WORSE, PairedTest
from tuneyard.metrics import Measure

MOST: Final = 10
"""Pairs beside those of the best arm that are told one by one; more stand in the table only."""


@dataclass(frozen=True, slots=True)
class Winner:
    """The arm of a model that is better than all others on a data set; None: there is none."""

    model: str
    kind: str
    split: str
    system: System | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Plain text: a summary in a few sentences, and findings for each model and data kind.

    A finding begins with what it is about and a colon. ``winners`` say who won.
    """

    summary: str
    findings: tuple[str, ...]
    winners: tuple[Winner, ...] = ()


def tell(
    rows: Sequence[Row],
    tests: Sequence[PairedTest],
    deciding: Mapping[str, Measure],
    labels: Labels,
    inputs: StudyInputs,
) -> Verdict:
    """Tell what the tests that decide say, on the split that is reported."""
    if not deciding or not rows:
        return Verdict("No metric was measured, so nothing can be compared.", ())
    split = min({row.split for row in rows}, key=lambda name: position(SPLITS, name))
    decided = [test for test in tests if test.split == split and test.decides]
    findings, outcomes, winners = [], [], []
    for (part, kind), group in tables_of(rows).items():
        if part != split or kind not in deciding:
            continue
        for model in dict.fromkeys(row.system.model for row in group):
            of_model = [row for row in group if row.system.model == model]
            own = [t for t in decided if (t.kind, t.system.model) == (kind, model)]
            place = f"{model}, {kind}" if labels.several_models else kind
            told = _Place(of_model, own, deciding[kind], labels, inputs)
            findings.append(f"{place}: {told.best_arm()}")
            if others := told.other_pairs():
                findings.append(f"{place}, other pairs: {others}")
            shown = f"{kind} ({model})" if labels.several_models else kind
            outcomes.append((shown, told.outcome()))
            winners.append(Winner(model, kind, split, told.winner()))
    summary = _summary(outcomes, decided, split, deciding, inputs)
    return Verdict(summary, tuple(findings), tuple(winners))


def _summary(
    outcomes: Sequence[tuple[str, str]],
    tests: Sequence[PairedTest],
    split: str,
    deciding: Mapping[str, Measure],
    inputs: StudyInputs,
) -> str:
    tested = [test for test in tests if test.verdict != NOT_TESTED]
    if not tested:
        return (
            f"Nothing was tested on the {split} split: no two arms of a model have at least two "
            "common questions with a value."
        )
    places: dict[str, list[str]] = {}
    for place, outcome in outcomes:
        places.setdefault(outcome, []).append(place)
    said = [
        outcome if len(outcomes) == 1 else f"{outcome} on {_listed(where, outcome)}"
        for outcome, where in places.items()
    ]
    verdict = ". ".join(f"{one[:1].upper()}{one[1:]}" for one in said)
    return " ".join(
        filter(None, [f"{verdict}.", family(tested, split, deciding, inputs), _levels(tested)])
    )


def _levels(tests: Sequence[PairedTest]) -> str:
    """Say at which level the intervals are, empty where there is none."""
    shown = [test.result.level for test in tests if test.result.ci_low is not None]
    if not shown:
        return ""
    widest, narrowest = (f"{100 * (1 - level):.4g}" for level in (min(shown), max(shown)))
    if widest == narrowest:
        return f"Intervals are at {widest} %."
    return (
        f"Intervals are at {narrowest} to {widest} %, each at the level at which its pair was "
        "decided."
    )


def _listed(places: Sequence[str], outcome: str) -> str:
    """Return names as a sentence has them; after a no, joined by "or"."""
    *others, last = places
    word = " and " if outcome.endswith(" wins") and not outcome.startswith("no ") else " or "
    return word.join([", ".join(others), last]) if others else last


def family(
    tests: Sequence[PairedTest],
    split: str,
    deciding: Mapping[str, Measure],
    inputs: StudyInputs,
) -> str:
    """Say which comparisons were decided together, by what, and how often they may err."""
    metrics = {deciding[test.kind].key: deciding[test.kind] for test in tests}
    by = " and ".join(map(spoken, metrics.values()))
    count = len(tests)
    kinds = len({test.kind for test in tests})
    every = "every pair of arms" + (
        " of a model" if len({t.system.model for t in tests}) > 1 else ""
    )
    every += " on every data set" if kinds > 1 else ""
    alpha = f"{100 * (1 - inputs.settings.confidence):.3g} %"
    if count == 1:
        return f"Decided by {by} on the {split} split, in one comparison, at {alpha}."
    if inputs.settings.correction != "holm":
        return (
            f"Decided by {by} on the {split} split, in {count} comparisons ({every}), each at "
            f"{alpha}: uncorrected, so that some may be wrong."
        )
    return (
        f"Decided by {by} on the {split} split, after Holm over {count} comparisons ({every}): "
        f"the chance that any of them is wrongly called better or worse is at most {alpha}."
    )


class _Place:
    """What is to be said of one model on one data set."""

    def __init__(
        self,
        rows: Sequence[Row],
        tests: Sequence[PairedTest],
        measure: Measure,
        labels: Labels,
        inputs: StudyInputs,
    ) -> None:
        self.tests, self.measure, self.labels, self.inputs = tests, measure, labels, inputs
        means = [(row, row.estimates[measure.key].mean) for row in rows]
        self.known = [(row, mean) for row, mean in means if mean is not None]
        # At equal means the first, simpler arm.
        self.best = max(self.known, key=lambda pair: pair[1], default=None)

    def outcome(self) -> str:
        """Return who wins, in a few words."""
        if self.best is None or len(self.known) < 2:
            return "nothing is compared"
        winner = self.winner()
        return "no arm wins" if winner is None else f"{self._name(winner)} wins"

    def best_arm(self) -> str:
        """Return the arm with the best mean, and all its comparisons."""
        if self.best is None:
            return f"{spoken(self.measure)} is missing for every arm."
        row, mean = self.best
        n = row.estimates[self.measure.key].n
        score = f"{percent(mean)} % of {n:,} example{'s' * (n != 1)}"
        name = self._name(row.system)
        if len(self.known) == 1:
            return f"{name} is at {score}; there is no other arm to hold it against."
        if all(value == mean for _, value in self.known):
            opening = f"no arm wins, all are level at {score}"
        elif self.winner() is not None:
            opening = f"{name} wins, at {score}"
        else:
            opening = f"no arm wins. The best mean is that of {name}, at {score}"
        own = [self._seen_from(row.system, test) for test in self._of(row.system)]
        return f"{opening}: {'; '.join(own)}." if own else f"{opening}."

    def other_pairs(self) -> str:
        """Return the comparisons of the other arms among themselves; empty where there are none."""
        if self.best is None:
            return ""
        best = self.best[0].system
        told = [self._pair(test) for test in self.tests if best not in (test.system, test.other)]
        if len(told) > MOST:
            told[MOST:] = [f"{len(told) - MOST} more stand under ‘Paired tests’"]
        return f"{'; '.join(told)}." if told else ""

    def _of(self, system: System) -> list[PairedTest]:
        return [test for test in self.tests if system in (test.system, test.other)]

    def winner(self) -> System | None:
        """Return the best arm where it is better than every other one."""
        if self.best is None:
            return None
        system = self.best[0].system
        own = self._of(system)
        wanted = [BETTER if test.system == system else WORSE for test in own]
        return system if own and [test.verdict for test in own] == wanted else None

    def _seen_from(self, system: System, test: PairedTest) -> str:
        ours = test.system == system
        other = self._name(test.other if ours else test.system)
        if test.verdict == NOT_TESTED:
            return f"too few common questions to test it against {other}"
        if test.verdict == NOT_DISTINGUISHABLE:
            return f"not distinguishable from {other} ({self._figures(test, turned=not ours)})"
        word = test.verdict if ours else {BETTER: WORSE, WORSE: BETTER}[test.verdict]
        return f"{word} than {other} ({self._figures(test, turned=not ours)})"

    def _pair(self, test: PairedTest) -> str:
        one, other = self._name(test.system), self._name(test.other)
        if test.verdict == NOT_TESTED:
            return f"{one} and {other} have too few common questions to be tested"
        figures = self._figures(test)
        if test.verdict == NOT_DISTINGUISHABLE:
            return f"{one} and {other} are not distinguishable ({figures})"
        return f"{one} is {test.verdict} than {other} ({figures})"

    def _name(self, system: System) -> str:
        role = "the baseline " if system.arm == self.inputs.settings.baseline else ""
        return f"{role}‘{self.labels.within_model(system)}’"

    def _figures(self, test: PairedTest, *, turned: bool = False) -> str:
        """Return a difference with its interval, its p and the corrected one."""
        result = test.result
        sign = -1 if turned else 1
        low, high = (result.ci_high, result.ci_low) if turned else (result.ci_low, result.ci_high)
        told = [f"{signed(_times(result.difference, sign))} points"]
        if low is not None and high is not None:
            told.append(f"interval {signed(sign * low)} to {signed(sign * high)}")
        else:
            told.append("too few questions for an interval")
        told.append(f"p {_equals(result.p)}")
        if result.p_holm is not None:
            told.append(f"corrected {_equals(result.p_holm)}")
        said = ", ".join(told)
        if test.across is not None and test.across.p is not None:
            seeds = len(test.across.differences)
            said += f"; for other training seeds than these {seeds}, p {_equals(test.across.p)}"
            if test.across.p_holm is not None:
                said += f", corrected {_equals(test.across.p_holm)}"
        return said


def spoken(measure: Measure) -> str:
    """Return a metric's name for a sentence."""
    return measure.spoken or measure.label


def _times(value: float | None, sign: int) -> float | None:
    return None if value is None else sign * value + 0.0


def _equals(p: float | None) -> str:
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"
