"""Paired tests: arms against the baseline, against the arm they continue, and between regimes.

Every system answers the same examples, so differences are tested on pairs. Each question is a
family of its own: within one split, all its comparisons, over all models, kinds and headline
metrics, are corrected together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from tuneyard.compare.inputs import Cell, StudyInputs, System
from tuneyard.compare.measures import Measure, by_run
from tuneyard.errors import UserError
from tuneyard.stats import AcrossSeeds, Comparison, compare_runs, holm, with_holm
from tuneyard.stats.paired import Test
from tuneyard.stats.seeds import SeedComparison

QUESTIONS: Final = {
    "baseline": "Against the baseline of the same model",
    "prefix": "Against the arm that it continues",
    "named": "Against further arms that the study names",
    "regime": "Between training data, with the same model and arm",
}
BETTER: Final = "better"
WORSE: Final = "worse"
NOT_DISTINGUISHABLE: Final = "not distinguishable"
NOT_TESTED: Final = "not tested"
FEW: Final = 10
"""Below this number of pairs the bootstrap's p is too small: two pairs could seem significant."""
MARKS: Final = {BETTER: "▲", WORSE: "▼", NOT_DISTINGUISHABLE: "≈", NOT_TESTED: ""}
"""How a verdict is marked in tables."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One system against another on the same examples.

    Attributes:
        question: a key of `QUESTIONS`; with ``split`` it names the family of the correction.
        system, other: positive differences favour ``system``.
        metric: the metric's key.
        family: how many tests were corrected together.
        result: means, difference, interval, p-values and the counts of pairs, over examples.
        across: the same difference with the training seeds as a sample; None for single runs.
        verdict: better, worse, not distinguishable, or not tested (fewer than two pairs).
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
    def p(self) -> float | None:
        """Return the p-value that the verdict rests on."""
        return self.result.p if self.result.p_holm is None else self.result.p_holm

    @property
    def p_across(self) -> float | None:
        """Return the p-value for other training seeds, corrected where the other is."""
        if self.across is None:
            return None
        return self.across.p if self.across.p_holm is None else self.across.p_holm


def run_tests(
    cells: Sequence[Cell], measures: Sequence[Measure], inputs: StudyInputs
) -> list[PairedTest]:
    """Run every paired test of the headline metrics, in the cells' order.

    Raises:
        UserError: two systems were not scored on the same examples.
    """
    tests: list[PairedTest] = []
    headline = [measure for measure in measures if measure.headline]
    for split in dict.fromkeys(cell.split for cell in cells):
        for question in QUESTIONS:
            pairs = list(_pairs(question, [c for c in cells if c.split == split], inputs))
            tests += _family(question, split, pairs, headline, inputs)
    return tests


def _family(
    question: str,
    split: str,
    pairs: Sequence[tuple[Cell, Cell]],
    measures: Sequence[Measure],
    inputs: StudyInputs,
) -> list[PairedTest]:
    asked = [(one, other, measure) for one, other in pairs for measure in measures]
    found = [_compare(one, other, measure, inputs) for one, other, measure in asked]
    results = [comparison.over_tasks for comparison in found]
    across = [comparison.over_seeds for comparison in found]
    if inputs.settings.correction == "holm":
        results = with_holm(results)
        corrected = holm([None if spread is None else spread.p for spread in across])
        across = [
            spread and replace(spread, p_holm=p)
            for spread, p in zip(across, corrected, strict=True)
        ]
    alpha = 1 - inputs.settings.confidence
    family = sum(result.p is not None for result in results)
    return [
        PairedTest(
            question=question,
            split=split,
            kind=one.kind,
            metric=measure.key,
            system=one.system,
            other=other.system,
            family=family,
            result=result,
            across=spread,
            verdict=_verdict(result, alpha),
        )
        for (one, other, measure), result, spread in zip(asked, results, across, strict=True)
    ]


def _compare(one: Cell, other: Cell, measure: Measure, inputs: StudyInputs) -> SeedComparison:
    confidence, resamples = inputs.settings.confidence, inputs.settings.resamples

    def tested(test: Test) -> SeedComparison:
        return compare_runs(
            arm=by_run(one, measure),
            baseline=by_run(other, measure),
            test=test,
            confidence=confidence,
            resamples=resamples,
            seed=inputs.seed,
        )

    try:
        result = tested("auto")
        few = result.over_tasks.test == "paired_bootstrap" and result.over_tasks.n < FEW
        if few or result.over_tasks.constant:
            # Resampling few differences shows too little spread, and equal ones none, whatever
            # their number; flipping their signs does.
            result = tested("permutation")
    except UserError as error:
        raise UserError(
            error.what,
            where=f"{_name(one)} against {_name(other)}, {measure.key} on {one.kind} {one.split}",
            remedy=error.remedy,
        ) from None
    return result


def _pairs(
    question: str, cells: Sequence[Cell], inputs: StudyInputs
) -> Iterator[tuple[Cell, Cell]]:
    """Yield the (system, other) that a question asks about, among cells of one split."""
    for kind in dict.fromkeys(cell.kind for cell in cells):
        same_kind = [cell for cell in cells if cell.kind == kind]
        by_system = {cell.system: cell for cell in same_kind}
        if question == "regime":
            for one, other in combinations(same_kind, 2):
                if one.model == other.model and one.arm == other.arm:
                    # The larger regime stands later; a gain from more data is then positive.
                    yield other, one
            continue
        if question == "named":
            yield from _named(same_kind, inputs)
            continue
        for cell in same_kind:
            find = baseline_of if question == "baseline" else prefix_of
            against = find(cell.system, list(by_system), inputs)
            if against is not None:
                yield cell, by_system[against]


def _named(cells: Sequence[Cell], inputs: StudyInputs) -> Iterator[tuple[Cell, Cell]]:
    """Yield cells with those of the arms in ``compare.against``, each pair of arms once."""
    asked = {inputs.settings.baseline}
    for arm in inputs.settings.against:
        asked.add(arm)
        for other in (cell for cell in cells if cell.arm == arm):
            for cell in cells:
                alike = cell.model == other.model and cell.train_on == other.train_on
                if alike and cell.arm not in asked:
                    yield cell, other


def baseline_of(system: System, systems: Sequence[System], inputs: StudyInputs) -> System | None:
    """Return the system that another one is held against, or None (as for a baseline itself).

    It is the baseline arm of the same model, trained on the same data if it was trained at all.
    """
    arm = inputs.settings.baseline
    if system.arm == arm:
        return None
    wanted = (System(system.model, system.train_on, arm), System(system.model, (), arm))
    return next((candidate for candidate in wanted if candidate in systems), None)


def prefix_of(system: System, systems: Sequence[System], inputs: StudyInputs) -> System | None:
    """Return the system whose stages another one continues, the longest if there are several.

    None where that is the baseline, against which it is tested anyway.
    """
    stages = inputs.stages(system.arm)
    prefixes = [
        other
        for other in systems
        if (other.model, other.train_on) == (system.model, system.train_on)
        and other.arm != inputs.settings.baseline
        and 0 < len(inputs.stages(other.arm)) < len(stages)
        and stages[: len(inputs.stages(other.arm))] == inputs.stages(other.arm)
    ]
    return max(prefixes, key=lambda other: len(inputs.stages(other.arm)), default=None)


def _verdict(result: Comparison, alpha: float) -> str:
    if result.p is None or result.difference is None:
        return NOT_TESTED
    if not result.distinguishable(alpha=alpha):
        return NOT_DISTINGUISHABLE
    return BETTER if result.difference > 0 else WORSE


def _name(cell: Cell) -> str:
    return " · ".join((cell.model, "+".join(cell.train_on) or "untrained", cell.arm))
