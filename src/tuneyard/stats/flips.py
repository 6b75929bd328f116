"""The sign-flip test of a mean, and the interval that it gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuneyard.stats.bootstrap import Seed
from tuneyard.stats.clusters import Clustered

_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class SignFlips:
    """The sign-flip permutation test (Fisher 1935, section 21) of a mean of 0, with its interval.

    A value t of the mean is accepted by a pattern of signs exactly between two other means: that
    of what the pattern flips and that of what it does not (Hartigan 1969, *Using subsample values
    as typical values*). So one set of patterns tests every t.

    Attributes:
        p: the share of patterns with a mean at least as far from 0, the observed one included.
        low, high: where each pattern begins and ends to accept, sorted; shape (patterns,).
    """

    p: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def bounds(self, alpha: float) -> tuple[float | None, float | None]:
        """Return the bounds of the means with p >= alpha; None: no mean is refused on that side.

        That is so where the patterns are so few that p cannot fall below alpha.
        """
        place = max(1, math.ceil(alpha * self.low.size))
        low, high = float(self.low[place - 1]), float(self.high[-place])
        return low if math.isfinite(low) else None, high if math.isfinite(high) else None


def sign_flips(values: Clustered, *, resamples: int, seed: Seed = 0) -> SignFlips:
    """Flip the signs of clusters: all patterns where they are no more than ``resamples``.

    Otherwise ``resamples`` patterns are drawn, and the observed one is counted with them.
    """
    sums, sizes = values.sums, values.sizes
    whole, total = float(sums.sum()), values.total
    flipped, weights = _flipped(values, resamples, seed)
    # Sums in another order differ by rounding; ties must stay ties.
    slack = 1e-12 * float(np.abs(sums / sizes).max())
    p = float((np.abs(flipped) / total >= abs(whole) / total - slack).mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        # A pattern that flips all or nothing has the observed mean's distance at any t.
        kept = np.where(weights + total > 0.5, (whole + flipped) / (total + weights), np.nan)
        turned = np.where(total - weights > 0.5, (whole - flipped) / (total - weights), np.nan)
    every = np.isnan(kept) | np.isnan(turned)
    low = np.where(every, -np.inf, np.minimum(kept, turned))
    high = np.where(every, np.inf, np.maximum(kept, turned))
    for ends in (low, high):
        ends[np.abs(ends) <= slack] = 0.0
    return SignFlips(p, np.sort(low), np.sort(high))


def _flipped(
    values: Clustered, resamples: int, seed: Seed
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sums and the sizes under each pattern of signs, the observed one among them."""
    count = values.count
    both = np.column_stack([values.sums, values.sizes])
    if count < 63 and 2**count <= resamples:
        patterns = np.arange(2**count)[:, None] >> np.arange(count)
        found = (1 - 2 * (patterns & 1)) @ both
        return found[:, 0], found[:, 1]
    rng = np.random.default_rng(seed)
    blocks = [both.sum(axis=0)[None]]
    step = max(1, _BLOCK // count)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        signs = rng.integers(0, 2, (size, count), dtype=np.int8) * 2 - 1
        blocks.append(signs @ both)
    found = np.concatenate(blocks)
    return found[:, 0], found[:, 1]
