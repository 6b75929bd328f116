"""Paired comparison of two arms that answered the same examples."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tuneyard.errors import UserError, suggestion
from tuneyard.stats.bootstrap import Seed, bounds, check_settings, resampled_means
from tuneyard.stats.proportion import paired_difference

Test = Literal["auto", "mcnemar", "paired_bootstrap", "permutation"]
Values = Mapping[Hashable, float | bool | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against a baseline on the same examples; positive differences favour the arm.

    Attributes:
        difference: mean of arm - baseline; None without pairs.
        ci_low, ci_high: its confidence interval: Newcombe's for binary values, BCa bootstrap for
            the rest; None for fewer than two pairs.
        p: two-sided p-value; None for fewer than two pairs.
        p_holm: corrected for the other comparisons made with it; None until ``with_holm``.
        n: pairs with both values.
        missing: pairs left out because a value is None.
        wins, losses: pairs in which the arm's value is higher, and lower.
        arm_mean, baseline_mean: over the pairs used.
        test: the test that gave ``p``.
        constant: all differences of values that are not binary are equal, so the interval's width
            of 0 proves nothing.
    """

    difference: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    n: int
    missing: int
    wins: int
    losses: int
    arm_mean: float | None
    baseline_mean: float | None
    test: str
    p_holm: float | None = None
    constant: bool = False

    def distinguishable(self, *, alpha: float = 0.05) -> bool:
        """Return whether the p-value, corrected where it has been, is below alpha."""
        p = self.p if self.p_holm is None else self.p_holm
        return p is not None and p < alpha


def compare(
    *,
    arm: Values,
    baseline: Values,
    test: Test = "auto",
    confidence: float = 0.95,
    resamples: int = 5000,
    seed: Seed = 0,
) -> Comparison:
    """Compare two arms' values, aligned by example id.

    Args:
        arm, baseline: value by example id. Booleans are binary; numbers are binary where all
            values are 0 or 1 and ``test`` is ``mcnemar``.
        test: ``auto`` takes McNemar's exact test for booleans and the paired bootstrap for
            numbers.

    Raises:
        UserError: the ids differ, a test's name is unknown, or McNemar's test is asked for values
            that are not binary.
    """
    if test not in get_args(Test):
        raise UserError(
            "an unknown paired test", value=test, remedy=suggestion(test, list(get_args(Test)))
        )
    check_settings(confidence=confidence, resamples=resamples)
    pairs = _align(arm, baseline)
    kept = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
    binary = bool(kept) and all(isinstance(value, bool) for pair in kept for value in pair)
    if test == "mcnemar" and not all(value in (0, 1) for pair in kept for value in pair):
        raise UserError(
            "McNemar's test needs binary values",
            value=next(v for pair in kept for v in pair if v not in (0, 1)),
            remedy="use paired_bootstrap",
        )
    binary = binary or test == "mcnemar"
    chosen = test if test != "auto" else ("mcnemar" if binary else "paired_bootstrap")
    values = np.array(kept, dtype=np.float64).reshape(-1, 2)
    differences = values[:, 0] - values[:, 1]
    result = Comparison(
        difference=float(differences.mean()) if kept else None,
        ci_low=None,
        ci_high=None,
        p=None,
        n=len(kept),
        missing=len(pairs) - len(kept),
        wins=int((differences > 0).sum()),
        losses=int((differences < 0).sum()),
        arm_mean=float(values[:, 0].mean()) if kept else None,
        baseline_mean=float(values[:, 1].mean()) if kept else None,
        test=chosen,
    )
    if len(kept) < 2:
        return result
    # One draw serves the interval and the test.
    means = None
    if not binary or chosen == "paired_bootstrap":
        means = resampled_means(differences, resamples=resamples, seed=seed)
    if chosen == "mcnemar":
        p = mcnemar_exact(wins=result.wins, losses=result.losses)
    elif chosen == "permutation":
        p = permutation_p(differences, resamples=resamples, seed=seed)
    else:
        assert means is not None
        p = _centred_p(differences, means)
    if binary:
        both = int(values.all(axis=1).sum())
        interval = paired_difference(
            both=both,
            only_first=result.wins,
            only_second=result.losses,
            neither=len(kept) - both - result.wins - result.losses,
            confidence=confidence,
        )
        return replace(result, p=p, ci_low=interval.low, ci_high=interval.high)
    assert means is not None
    if np.all(differences == differences[0]):
        same = float(differences[0])
        return replace(result, p=p, ci_low=same, ci_high=same, constant=True)
    low, high = bounds(differences, means, confidence=confidence, method="bca")
    return replace(result, p=p, ci_low=low, ci_high=high)


def _align(arm: Values, baseline: Values) -> list[tuple[float | bool | None, float | bool | None]]:
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
    keys = sorted(arm, key=lambda key: (type(key).__name__, repr(key)))
    return [(arm[key], baseline[key]) for key in keys]


def mcnemar_exact(*, wins: int, losses: int) -> float:
    """Return the two-sided p of McNemar's exact test (a sign test on the pairs that disagree)."""
    if wins < 0 or losses < 0:
        raise UserError("counts of pairs are not negative", value=(wins, losses))
    n = wins + losses
    ways = tail = 1  # integers, so exact for any n: C(n, 0), then C(n, k) from C(n, k - 1)
    for k in range(1, min(wins, losses) + 1):
        ways = ways * (n - k + 1) // k
        tail += ways
    return float(min(1.0, 2 * tail / 2**n))


def paired_bootstrap_p(
    differences: Iterable[float], *, resamples: int = 5000, seed: Seed = 0
) -> float:
    """Return the two-sided p of a mean difference of 0, by the bootstrap of centred differences.

    Efron and Tibshirani 1993, section 16.4: the differences are shifted to a mean of 0, and p is
    the share of resampled means at least as far from 0 as the observed one; the observed one is
    counted too, so p is never 0 (Davison and Hinkley 1997, equation 4.11).
    """
    values = np.asarray(list(differences), dtype=np.float64)
    return _centred_p(values, resampled_means(values, resamples=resamples, seed=seed))


def _centred_p(differences: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    observed = float(differences.mean())
    return _share_as_extreme(means - observed, observed, differences)


def permutation_p(differences: Iterable[float], *, resamples: int = 5000, seed: Seed = 0) -> float:
    """Return the two-sided p of the sign-flip permutation test (Fisher 1935, section 21).

    Where all sign patterns are no more than ``resamples`` they are enumerated and p is exact;
    otherwise ``resamples`` patterns are drawn and the observed one is counted with them.
    """
    values = np.asarray(list(differences), dtype=np.float64)
    observed = float(values.mean())
    changed = values[values != 0]  # zeros have no sign to flip
    if changed.size < 63 and 2**changed.size <= resamples:
        patterns = np.arange(2**changed.size)[:, None] >> np.arange(changed.size)
        means = (1 - 2 * (patterns & 1)) @ changed / values.size
        return _share_as_extreme(means, observed, values, exact=True)
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, (1 << 22) // changed.size)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        signs = rng.integers(0, 2, (stop - start, changed.size), dtype=np.int8) * 2 - 1
        means[start:stop] = signs @ changed / values.size
    return _share_as_extreme(means, observed, values)


def _share_as_extreme(
    null: NDArray[np.float64],
    observed: float,
    differences: NDArray[np.float64],
    *,
    exact: bool = False,
) -> float:
    # Sums in another order differ by rounding; ties must stay ties.
    slack = 1e-12 * float(np.abs(differences).max())
    hits = int((np.abs(null) >= abs(observed) - slack).sum())
    return hits / null.size if exact else (hits + 1) / (null.size + 1)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values corrected for their number (Holm 1979); None stays None and counts for none.

    Raises:
        UserError: a p-value outside 0 to 1.
    """
    for p in p_values:
        if p is not None and not 0 <= p <= 1:
            raise UserError("a p-value lies between 0 and 1", value=p)
    ranked = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, index) in enumerate(ranked):
        highest = max(highest, min(1.0, p * (len(ranked) - rank)))
        corrected[index] = highest
    return corrected


def with_holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons with ``p_holm``, corrected together as one family."""
    corrected = holm([comparison.p for comparison in comparisons])
    return [replace(c, p_holm=p) for c, p in zip(comparisons, corrected, strict=True)]
