"""The exact sign test of truth values: McNemar's, also where what is asked stands repeatedly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuneyard.errors import UserError


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


@dataclass(frozen=True, slots=True)
class SignTest:
    """Whole numbers (a cluster's wins less its losses) whose signs are tossed, given their sizes.

    Under the null hypothesis each sign falls either way with probability 1/2. Where all sizes are
    equal this is McNemar's exact test on clusters.

    Attributes:
        sizes: how often each absolute value but 0 occurs, in ``unit``.
        positive: the sum of the positive values, in ``unit``.
        unit: the greatest common divisor of the values.
    """

    sizes: tuple[tuple[int, int], ...]
    positive: int
    unit: int

    @property
    def whole(self) -> int:
        """Return the sum of all absolute values, in ``unit``."""
        return sum(size * count for size, count in self.sizes)

    @property
    def p(self) -> float:
        """Return the two-sided p: the chance of a sum at least as far from 0."""
        negative = self.whole - self.positive
        if self._plain:
            return mcnemar_exact(wins=self.positive, losses=negative)
        larger = max(self.positive, negative)
        return float(min(1.0, 2 * self._chances(0.5)[larger:].sum()))

    def bounds(self, alpha: float) -> tuple[float, float]:
        """Return the bounds of the sum, by inverting the test; they leave out 0 where p < alpha.

        The chance that a sign is positive gets its exact interval (Clopper and Pearson 1934, with
        sizes as weights), and with it the expected sum for what differs.
        """
        if not self.whole:
            return 0.0, 0.0
        return tuple(self.unit * self.whole * (2 * share - 1) for share in self._share(alpha))  # type: ignore[return-value]

    @property
    def _plain(self) -> bool:
        return len(self.sizes) < 2

    def _share(self, alpha: float) -> tuple[float, float]:
        from scipy.special import betaincinv

        if self._plain:
            k, n = self.positive, self.whole
            low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, alpha / 2))
            high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - alpha / 2))
            return low, high
        at = self.positive
        low = 0.0
        high = 1.0
        if at > 0:
            low = _solve(lambda share: self._chances(share)[at:].sum() > alpha / 2)
        if at < self.whole:
            high = _solve(lambda share: self._chances(share)[: at + 1].sum() <= alpha / 2)
        return low, high

    def _chances(self, share: float) -> NDArray[np.float64]:
        """Return the chance of each positive sum, 0 to ``whole``, if signs are + with ``share``."""
        chances = np.ones(1)
        for size, count in self.sizes:
            own = np.zeros(size * count + 1)
            own[::size] = _binomial(count, share)
            chances = np.convolve(chances, own)
        return chances


def sign_test(sums: NDArray[np.float64]) -> SignTest:
    """Return the sign test of whole numbers (clusters,)."""
    found = np.rint(sums).astype(np.int64)
    changed = np.abs(found[found != 0])
    unit = int(np.gcd.reduce(changed)) if changed.size else 1
    sizes, counts = np.unique(changed // unit, return_counts=True)
    return SignTest(
        sizes=tuple(zip(sizes.tolist(), counts.tolist(), strict=True)),
        positive=int(found[found > 0].sum()) // unit,
        unit=unit,
    )


def _binomial(n: int, share: float) -> NDArray[np.float64]:
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    ways = math.lgamma(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    chances: NDArray[np.float64] = np.exp(ways + xlogy(k, share) + xlog1py(n - k, -share))
    return chances


def _solve(beyond: Callable[[float], bool]) -> float:
    """Return where on 0 to 1 a condition begins to hold, by bisection.

    It begins with 1/2, so that which side of 1/2 the result is on is exact.
    """
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return (low + high) / 2
