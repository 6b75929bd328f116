"""Bootstrap confidence intervals for a mean (Efron and Tibshirani 1993, chapters 13 and 14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuneyard.errors import UserError
from tuneyard.stats.describe import present

Seed = int | np.random.Generator
Method = Literal["bca", "percentile"]

_BLOCK = 1 << 22
"""Resampled values held at once: 32 MiB of indices."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval.

    Attributes:
        estimate: the mean; None without values.
        low, high: the bounds; None where fewer than two values say nothing of the spread.
        n: how many values.
        method: ``bca``, ``percentile``, ``wilson``, ``newcombe``; ``constant`` where all values
            are equal, so that resampling shows no spread and the width of 0 proves nothing;
            ``none`` where there are no bounds.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    method: str


def bootstrap_mean(
    values: Iterable[float | bool | None],
    *,
    confidence: float = 0.95,
    resamples: int = 5000,
    method: Method = "bca",
    seed: Seed = 0,
) -> Interval:
    """Return the mean of the values that are not None and its bootstrap interval.

    Args:
        method: ``percentile`` (their chapter 13), or ``bca``: bias-corrected and accelerated
            (chapter 14), which corrects for skew.
        seed: equal seeds give equal intervals. For proportions ``wilson`` is better.

    Raises:
        UserError: confidence outside 0 to 1, or fewer than 100 resamples.
    """
    check_settings(confidence=confidence, resamples=resamples)
    kept = present(values)
    if kept.size == 0:
        return Interval(None, None, None, 0, "none")
    mean = float(kept.mean())
    if kept.size == 1:
        return Interval(mean, None, None, 1, "none")
    if np.all(kept == kept[0]):
        constant = float(kept[0])
        return Interval(constant, constant, constant, int(kept.size), "constant")
    means = resampled_means(kept, resamples=resamples, seed=seed)
    low, high = bounds(kept, means, confidence=confidence, method=method)
    return Interval(mean, low, high, int(kept.size), method)


def check_settings(*, confidence: float, resamples: int) -> None:
    if not 0 < confidence < 1:
        raise UserError("a confidence level lies between 0 and 1", value=confidence)
    if resamples < 100:
        raise UserError(
            "a bootstrap needs at least 100 resamples", value=resamples, remedy="use 5000"
        )


def resampled_means(
    values: NDArray[np.float64], *, resamples: int, seed: Seed
) -> NDArray[np.float64]:
    """Return the means of samples drawn from the values with replacement. Shape (resamples,)."""
    rng = np.random.default_rng(seed)
    size = values.size
    means = np.empty(resamples)
    step = max(1, _BLOCK // size)
    for start in range(0, resamples, step):
        stop = min(start + step, resamples)
        means[start:stop] = values[rng.integers(0, size, (stop - start, size))].mean(axis=1)
    return means


def bounds(
    values: NDArray[np.float64],
    means: NDArray[np.float64],
    *,
    confidence: float,
    method: Method,
) -> tuple[float, float]:
    """Return the interval's bounds from resampled means of values that are not all equal."""
    tail = (1 - confidence) / 2
    levels = np.array([tail, 1 - tail])
    if method == "bca":
        levels = _bca_levels(values, means, levels)
    low, high = np.quantile(means, levels)
    return float(low), float(high)


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
