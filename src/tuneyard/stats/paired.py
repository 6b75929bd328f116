"""Paired comparison of two arms that answered the same examples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from tuneyard.errors import UserError, check_known
from tuneyard.stats.bootstrap import Seed, centred_bootstrap, check_settings
from tuneyard.stats.clusters import Clustered, clustered
from tuneyard.stats.flips import sign_flips
from tuneyard.stats.holm import holm, holm_levels
from tuneyard.stats.proportion import paired_difference
from tuneyard.stats.signs import sign_test

Test = Literal["auto", "mcnemar", "paired_bootstrap", "permutation"]
Values = Mapping[Hashable, float | bool | None]
Clusters = Mapping[Hashable, Hashable]
"""What each example belongs to: examples that ask the same question are one draw."""
FEW = 20
"""Below this number of clusters that differ, resampling shows too little of the spread; flipping
signs does not."""


class Evidence(Protocol):
    """A test of a mean difference of 0, and the differences that it does not refuse."""

    @property
    def p(self) -> float: ...

    def bounds(self, alpha: float) -> tuple[float | None, float | None]:
        """Return the bounds of the differences with p >= alpha; None: unbounded on that side."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against a baseline on the same examples; positive differences favour the arm.

    Attributes:
        difference: mean of arm - baseline; None without pairs.
        ci_low, ci_high: the differences that the test does not refuse at ``level``: the interval
            leaves out 0 exactly where p is below ``level``. Of binary values it is at least as
            wide as Newcombe's. None for fewer than two clusters, and on a side where there are too
            few to refuse anything.
        p: two-sided p-value; None for fewer than two clusters.
        n: pairs with both values.
        missing: pairs left out because a value is None.
        clusters: how many different questions the pairs ask.
        wins, losses: clusters in which the arm's values are higher, and lower, in sum.
        arm_mean, baseline_mean: over the pairs used.
        test: the test that gave ``p``.
        level: 1 - the interval's confidence.
        p_holm: p corrected for the other comparisons made with it; None until ``with_holm``.
        constant: all differences of values that are not binary are equal, so the interval's width
            of 0 proves nothing.
        evidence: from which an interval at another level is found.
    """

    difference: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    n: int
    missing: int
    clusters: int
    wins: int
    losses: int
    arm_mean: float | None
    baseline_mean: float | None
    test: str
    level: float
    p_holm: float | None = None
    constant: bool = False
    evidence: Evidence | None = field(default=None, repr=False, compare=False)

    def distinguishable(self, *, alpha: float = 0.05) -> bool:
        """Return whether the p-value, corrected where it has been, is below alpha."""
        p = self.p if self.p_holm is None else self.p_holm
        return p is not None and p < alpha

    def at(self, level: float) -> Comparison:
        """Return the comparison with its interval at another level (1 - confidence)."""
        if self.evidence is None:
            return replace(self, level=level)
        low, high = self.evidence.bounds(level)
        return replace(self, level=level, ci_low=low, ci_high=high)


def compare(
    *,
    arm: Values,
    baseline: Values,
    clusters: Clusters | None = None,
    test: Test = "auto",
    confidence: float = 0.95,
    resamples: int = 5000,
    seed: Seed = 0,
) -> Comparison:
    """Compare two arms' values, aligned by example id.

    Args:
        arm, baseline: value by example id. Booleans are binary; numbers are binary where all
            values are 0 or 1 and ``test`` is ``mcnemar``.
        clusters: the question of each example: examples with the same one are drawn, and their
            signs are flipped, together. None, or not named: each is one of its own.
        test: ``auto`` takes McNemar's exact test for booleans; for numbers the paired bootstrap,
            or the sign-flip test where fewer than `FEW` clusters differ or all differ alike.

    Raises:
        UserError: the ids differ, a test's name is unknown, or McNemar's test is asked for values
            that are not binary.
    """
    check_known(test, get_args(Test), "an unknown paired test")
    check_settings(confidence=confidence, resamples=resamples)
    keys = _aligned(arm, baseline)
    pairs = [(key, arm[key], baseline[key]) for key in keys]
    kept = [(key, a, b) for key, a, b in pairs if a is not None and b is not None]
    binary = bool(kept) and all(isinstance(value, bool) for _, *both in kept for value in both)
    odd = [value for _, *both in kept for value in both if value not in (0, 1)]
    if test == "mcnemar" and odd:
        raise UserError(
            "McNemar's test needs binary values", value=odd[0], remedy="use paired_bootstrap"
        )
    values = np.array([both for _, *both in kept], dtype=np.float64).reshape(-1, 2)
    known = clusters or {}
    found = clustered(
        values[:, 0] - values[:, 1], [known.get(key, ("alone", key)) for key, *_ in kept]
    )
    chosen: str = test
    if test == "auto":
        few = np.count_nonzero(found.sums) < FEW or (bool(kept) and found.constant)
        chosen = "mcnemar" if binary else ("permutation" if few else "paired_bootstrap")
    result = Comparison(
        difference=found.mean if kept else None,
        ci_low=None,
        ci_high=None,
        p=None,
        n=len(kept),
        missing=len(pairs) - len(kept),
        clusters=found.count,
        wins=int((found.sums > 0).sum()),
        losses=int((found.sums < 0).sum()),
        arm_mean=float(values[:, 0].mean()) if kept else None,
        baseline_mean=float(values[:, 1].mean()) if kept else None,
        test=chosen,
        level=1 - confidence,
    )
    if found.count < 2:
        return result
    evidence: Evidence
    if chosen == "mcnemar":
        evidence = BinaryPairs(values, found)
    elif chosen == "permutation":
        evidence = sign_flips(found, resamples=resamples, seed=seed)
    else:
        evidence = centred_bootstrap(found, resamples=resamples, seed=seed)
    constant = chosen != "mcnemar" and found.constant
    result = replace(result, p=evidence.p, constant=constant, evidence=evidence)
    return result.at(result.level)


class BinaryPairs:
    """McNemar's exact test of paired truth values, and an interval of their difference.

    The exact test's own interval takes the number of pairs that disagree as given, so it says too
    much where few do. It is widened to Newcombe's, but not over a 0 that the test refuses.

    Args:
        values: shape (pairs, 2).
        differences: of the pairs, by cluster.
    """

    def __init__(self, values: NDArray[np.float64], differences: Clustered) -> None:
        first, second = values[:, 0] > 0, values[:, 1] > 0
        self._cells = {
            "both": int((first & second).sum()),
            "only_first": int((first & ~second).sum()),
            "only_second": int((~first & second).sum()),
            "neither": int((~first & ~second).sum()),
        }
        variance = float((values[:, 0] - values[:, 1]).var())
        self._effective = differences.effective_size(variance)
        self._total = differences.total
        self._signs = sign_test(differences.sums)
        self.p = self._signs.p

    def bounds(self, alpha: float) -> tuple[float, float]:
        low, high = (bound / self._total for bound in self._signs.bounds(alpha))
        wide = paired_difference(**self._cells, confidence=1 - alpha, effective=self._effective)
        assert wide.low is not None
        assert wide.high is not None
        return (
            low if low > 0 >= wide.low else min(low, wide.low),
            high if high < 0 <= wide.high else max(high, wide.high),
        )


def _aligned(arm: Values, baseline: Values) -> list[Hashable]:
    if arm.keys() != baseline.keys():
        only_arm = [key for key in arm if key not in baseline]
        only_baseline = [key for key in baseline if key not in arm]
        raise UserError(
            "two arms were not scored on the same examples: "
            f"{len(only_arm)} ids only in the arm, {len(only_baseline)} only in the baseline",
            value=[*only_arm[:2], *only_baseline[:2]],
            remedy="score both arms on the same data, then compare",
        )
    # Sorted, so that the order of rows in a file changes no resample.
    return sorted(arm, key=lambda key: (type(key).__name__, repr(key)))


def with_holm(comparisons: Sequence[Comparison], *, alpha: float = 0.05) -> list[Comparison]:
    """Return the comparisons with ``p_holm``, corrected together as one family.

    Each interval is then at the level at which Holm's procedure decides (see ``holm_levels``), so
    that it leaves out 0 exactly where the corrected test is significant.
    """
    values = [comparison.p for comparison in comparisons]
    decided = zip(comparisons, holm(values), holm_levels(values, alpha), strict=True)
    return [replace(found.at(level), p_holm=p) for found, p, level in decided]
