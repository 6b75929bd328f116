"""Bootstrap intervals for a mean (Efron and Tibshirani 1993, chapter 14), and a test."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuneyard.errors import UserError
from tuneyard.stats.clusters import Clustered, clustered

Seed = int | np.random.Generator

_BLOCK = 1 << 22
"""Resampled values held at once: 32 MiB of indices."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval.

    Attributes:
        estimate: the mean; None without values.
        low, high: the bounds; None where fewer than two clusters say nothing of the spread.
        n: how many values.
        method: ``bca``, ``wilson``, ``newcombe``; ``constant`` where all values are equal, so that
            resampling shows no spread and the width of 0 proves nothing; ``none`` where there are
            no bounds.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    method: str


def bootstrap_mean(
    values: Sequence[float | bool | None],
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = 5000,
    seed: Seed = 0,
) -> Interval:
    """Return the mean of the values that are not None and its bootstrap interval.

    It is bias-corrected and accelerated (BCa, their chapter 14), which corrects for skew.

    Args:
        clusters: what each value belongs to: clusters are drawn whole. None: to nothing.
        seed: equal seeds give equal intervals. For proportions ``wilson`` is better.

    Raises:
        UserError: confidence outside 0 to 1, or fewer than 100 resamples.
    """
    check_settings(confidence=confidence, resamples=resamples)
    there = [place for place, value in enumerate(values) if value is not None]
    kept = np.array([values[place] for place in there], dtype=np.float64)
    if kept.size == 0:
        return Interval(None, None, None, 0, "none")
    found = clustered(kept, None if clusters is None else [clusters[place] for place in there])
    mean = float(kept.mean())
    if found.count == 1:
        return Interval(mean, None, None, int(kept.size), "none")
    if found.constant:
        return Interval(mean, mean, mean, int(kept.size), "constant")
    means = resampled_means(found, resamples=resamples, seed=seed)
    tail = (1 - confidence) / 2
    levels = _bca_levels(found.pseudovalues(), means, np.array([tail, 1 - tail]))
    low, high = map(float, np.quantile(means, levels))
    return Interval(mean, low, high, int(kept.size), "bca")


def check_settings(*, confidence: float, resamples: int) -> None:
    if not 0 < confidence < 1:
        raise UserError("a confidence level lies between 0 and 1", value=confidence)
    if resamples < 100:
        raise UserError(
            "a bootstrap needs at least 100 resamples", value=resamples, remedy="use 5000"
        )


def resampled_means(values: Clustered, *, resamples: int, seed: Seed) -> NDArray[np.float64]:
    """Return the means of clusters drawn with replacement. Shape (resamples,)."""
    rng = np.random.default_rng(seed)
    count = values.count
    equal = bool(np.all(values.sizes == values.sizes[0]))
    own = values.sums / values.sizes
    means = np.empty(resamples)
    step = max(1, _BLOCK // count)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        drawn = rng.integers(0, count, (stop - start, count))
        means[start:stop] = (
            own[drawn].mean(axis=1)
            if equal
            else values.sums[drawn].sum(axis=1) / values.sizes[drawn].sum(axis=1)
        )
    return means


def _bca_levels(
    values: NDArray[np.float64], means: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the corrected percentile levels (equations 14.9 to 14.15)."""
    from scipy.special import ndtr, ndtri

    mean = values.mean()
    # Half of the ties, so that a bootstrap distribution with few distinct values is unbiased.
    # Ties are within rounding: a mean depends a little on the order of its terms.
    slack = 1e-12 * np.abs(values).max()
    below = ((means < mean - slack).mean() + (means <= mean + slack).mean()) / 2
    if not 0 < below < 1:
        return levels
    bias = ndtri(below)
    centred = values - mean
    # Skewness has no scale; without one, cubes of tiny scores (BLEU of 1e-230) vanish.
    centred = centred / np.abs(centred).max()
    # The jackknife's acceleration, in closed form for a mean.
    skew = (centred**3).sum() / (6 * (centred**2).sum() ** 1.5)
    shifted = bias + ndtri(levels)
    corrected: NDArray[np.float64] = ndtr(bias + shifted / (1 - skew * shifted))
    return corrected


@dataclass(frozen=True, slots=True, eq=False)
class CentredBootstrap:
    """The bootstrap test of a mean of 0, and the interval of the means that it does not refuse.

    Efron and Tibshirani 1993, section 16.4: p is the share of resampled means at least as far from
    the observed one as that is from 0; the observed one is counted too, so p is never 0 (Davison
    and Hinkley 1997, equation 4.11). Resampled means vary a little less than means do: p is carried
    from the normal to Student's t distribution with the spread's bias taken out (Hesterberg 2015,
    *What teachers should know about the bootstrap*, section 5.3).

    Attributes:
        observed: the mean.
        distances: of the resampled means from it, sorted; shape (resamples,).
        count: how many clusters were drawn from.
    """

    observed: float
    distances: NDArray[np.float64]
    count: int

    @property
    def p(self) -> float:
        """Return the two-sided p of a mean of 0."""
        from scipy.special import ndtri, stdtr

        beyond = self.distances.size - int(np.searchsorted(self.distances, abs(self.observed)))
        share = (1 + beyond) / (1 + self.distances.size)
        spread = math.sqrt((self.count - 1) / self.count)
        return min(1.0, 2 * float(stdtr(self.count - 1, spread * ndtri(share / 2))))

    def bounds(self, alpha: float) -> tuple[float | None, float | None]:
        """Return the bounds of the means with p >= alpha; None: too few resamples to refuse one."""
        from scipy.special import ndtr, stdtrit

        spread = math.sqrt(self.count / (self.count - 1))
        share = 2 * float(ndtr(spread * stdtrit(self.count - 1, alpha / 2)))
        place = math.ceil(share * (1 + self.distances.size)) - 1
        if place < 1:
            return None, None
        half = float(self.distances[-place])
        return self.observed - half, self.observed + half


def centred_bootstrap(values: Clustered, *, resamples: int, seed: Seed = 0) -> CentredBootstrap:
    """Return the bootstrap test of at least two clusters."""
    observed = values.mean
    means = resampled_means(values, resamples=resamples, seed=seed)
    distances = np.abs(means - observed)
    # Sums in another order differ by rounding; ties must stay ties.
    slack = 1e-12 * float(np.abs(values.sums / values.sizes).max())
    distances[np.abs(distances - abs(observed)) <= slack] = abs(observed)
    return CentredBootstrap(observed, np.sort(distances), values.count)
