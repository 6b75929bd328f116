"""Paired tests: all pairs of a model's arms, decided by one metric and corrected as one family.

Every system answers the same examples, so differences are tested on pairs. The family of the
correction is, on one split, every pair of systems of a model on every data set (over all models),
by the metric that decides there. Other headline metrics are secondary: tested without correction,
and never a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from tuneyard.compare.inputs import Cell, StudyInputs, System
from tuneyard.compare.measures import by_run
from tuneyard.compare.questions import questions_of
from tuneyard.errors import UserError
from tuneyard.metrics import Measure
from tuneyard.stats import AcrossSeeds, Comparison, compare_runs, holm, holm_levels, with_holm
from tuneyard.stats.seeds import SeedComparison

QUESTIONS: Final = {
    "baseline": "Against the baseline of the same model",
    "named": "Against further arms that the study names",
    "arms": "Between other arms of the same model",
    "regime": "Between training data, with the same model and arm",
}
BETTER: Final = "better"
WORSE: Final = "worse"
NOT_DISTINGUISHABLE: Final = "not distinguishable"
NOT_TESTED: Final = "not tested"
EXPLORATORY: Final = "exploratory"
MARKS: Final = {BETTER: "▲", WORSE: "▼", NOT_DISTINGUISHABLE: "≈", NOT_TESTED: "", EXPLORATORY: ""}
"""How a verdict is marked in tables."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One system against another on the same examples.

    Attributes:
        question: a key of `QUESTIONS`: how the two are related.
        system, other: positive differences favour ``system``.
        metric: the metric's key.
        family: how many tests were corrected together; 1 for secondary metrics, which are not.
        result: means, difference, interval, p-values and the counts of pairs, over examples.
        across: the same difference with the training seeds as a sample; None for single runs.
        verdict: better, worse, not distinguishable, not tested (fewer than two questions), or
            exploratory: the metric is a secondary one.
    """

    question: str
    split: str
    kind: str
    metric: str
    system: System
    other: System
    family: int
    result: Comparison
    across: AcrossSeeds | None
    verdict: str

    @property
    def decides(self) -> bool:
        """Return whether the test is of the metric that decides."""
        return self.verdict != EXPLORATORY


_Asked = tuple[str, Cell, Cell, Measure]


def run_tests(
    cells: Sequence[Cell],
    measures: Sequence[Measure],
    deciding: Mapping[str, Measure],
    inputs: StudyInputs,
) -> list[PairedTest]:
    """Run every paired test, in the cells' order: of each split those that decide come first.

    Args:
        deciding: the metric that decides, by data set.

    Raises:
        UserError: two systems were not scored on the same examples.
    """
    headline = [measure for measure in measures if measure.headline]
    tests: list[PairedTest] = []
    for split in dict.fromkeys(cell.split for cell in cells):
        pairs = sorted(
            _pairs([cell for cell in cells if cell.split == split], inputs),
            key=lambda pair: list(QUESTIONS).index(pair[0]),
        )
        first = [(*pair, deciding[pair[1].kind]) for pair in pairs if pair[1].kind in deciding]
        tests += _decide(first, inputs)
        for measure in headline:
            further = [(*pair, measure) for pair in pairs if deciding.get(pair[1].kind) != measure]
            tests += _explore(further, inputs)
    return tests


def _decide(asked: Sequence[_Asked], inputs: StudyInputs) -> list[PairedTest]:
    """Test one family: everything that is asked on a split by the metric that decides."""
    alpha = 1 - inputs.settings.confidence
    # Corrected for this many, the smallest p that resampling can show has to be well below alpha.
    resamples = max(inputs.settings.resamples, math.ceil(10 * len(asked) / alpha))
    found = [_compare(one, other, measure, resamples, inputs) for _, one, other, measure in asked]
    results = [comparison.over_tasks for comparison in found]
    across = [comparison.over_seeds for comparison in found]
    if inputs.settings.correction == "holm":
        results = with_holm(results, alpha=alpha)
        across = _across_holm(across, alpha)
    family = sum(result.p is not None for result in results)
    return [
        _test(one, family, result, spread, _verdict(result, alpha))
        for one, result, spread in zip(asked, results, across, strict=True)
    ]


def _explore(asked: Sequence[_Asked], inputs: StudyInputs) -> list[PairedTest]:
    found = [_compare(*each[1:], inputs.settings.resamples, inputs) for each in asked]
    return [
        _test(each, 1, comparison.over_tasks, comparison.over_seeds, EXPLORATORY)
        for each, comparison in zip(asked, found, strict=True)
    ]


def _across_holm(across: Sequence[AcrossSeeds | None], alpha: float) -> list[AcrossSeeds | None]:
    values = [None if spread is None else spread.p for spread in across]
    return [
        spread and replace(spread.at(level), p_holm=p)
        for spread, p, level in zip(across, holm(values), holm_levels(values, alpha), strict=True)
    ]


def _test(
    asked: _Asked, family: int, result: Comparison, across: AcrossSeeds | None, verdict: str
) -> PairedTest:
    question, one, other, measure = asked
    return PairedTest(
        question=question,
        split=one.split,
        kind=one.kind,
        metric=measure.key,
        system=one.system,
        other=other.system,
        family=family,
        # What the test was found from is large, and not needed any more.
        result=replace(result, evidence=None),
        across=across,
        verdict=verdict,
    )


def _compare(
    one: Cell, other: Cell, measure: Measure, resamples: int, inputs: StudyInputs
) -> SeedComparison:
    try:
        return compare_runs(
            arm=by_run(one, measure),
            baseline=by_run(other, measure),
            clusters=questions_of(one),
            confidence=inputs.settings.confidence,
            resamples=resamples,
            seed=inputs.seed,
        )
    except UserError as error:
        raise UserError(
            error.what,
            where=f"{_name(one)} against {_name(other)}, {measure.key} on {one.kind} {one.split}",
            remedy=error.remedy,
        ) from None


def _pairs(cells: Sequence[Cell], inputs: StudyInputs) -> Iterator[tuple[str, Cell, Cell]]:
    """Yield every pair of systems of a model on a data set: (question, system, other).

    The later one, with more stages or more data, is held against the earlier one; a gain from more
    training is then positive.
    """
    for kind in dict.fromkeys(cell.kind for cell in cells):
        of_kind = [cell for cell in cells if cell.kind == kind]
        systems = [cell.system for cell in of_kind]
        for other, one in combinations(of_kind, 2):
            if one.system.model != other.system.model:
                continue
            for system, against in ((one, other), (other, one)):
                if baseline_of(system.system, systems, inputs) == against.system:
                    yield "baseline", system, against
                    break
            else:
                yield _related(one, other, inputs)


def _related(one: Cell, other: Cell, inputs: StudyInputs) -> tuple[str, Cell, Cell]:
    """Say how two systems of a model are related, neither being the other's baseline."""
    arms = (one.system.arm, other.system.arm)
    if arms[0] == arms[1]:
        return "regime", one, other
    named = [arm for arm in inputs.settings.against if arm in arms]
    if named and one.system.train_on == other.system.train_on:
        against = one if arms[0] == named[0] else other
        return "named", other if against is one else one, against
    return "arms", one, other


def baseline_of(system: System, systems: Sequence[System], inputs: StudyInputs) -> System | None:
    """Return the system that another one is held against, or None (as for a baseline itself).

    It is the baseline arm of the same model, trained on the same data if it was trained at all.
    """
    arm = inputs.settings.baseline
    if system.arm == arm:
        return None
    wanted = (System(system.model, system.train_on, arm), System(system.model, (), arm))
    return next((candidate for candidate in wanted if candidate in systems), None)


def _verdict(result: Comparison, alpha: float) -> str:
    if result.p is None or result.difference is None:
        return NOT_TESTED
    if not result.distinguishable(alpha=alpha):
        return NOT_DISTINGUISHABLE
    return BETTER if result.difference > 0 else WORSE


def _name(cell: Cell) -> str:
    model, train_on, arm = cell.system
    return " · ".join((model, "+".join(train_on) or "untrained", arm))
