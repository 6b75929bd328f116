"""Values in clusters: what belongs together is drawn together, and flipped together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """Values summed by cluster, in the order in which clusters first occur.

    A mean over clusters drawn anew is that of all their values: a cluster weighs as much as it has
    values, so the estimate is the plain mean, and only its uncertainty knows of clusters. Values
    that are clusters of their own are the usual independent sample.

    Attributes:
        sums, sizes: shape (clusters,).
    """

    sums: NDArray[np.float64]
    sizes: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Return the number of clusters."""
        return int(self.sums.size)

    @property
    def total(self) -> float:
        """Return the number of values."""
        return float(self.sizes.sum())

    @property
    def mean(self) -> float:
        """Return the mean of all values."""
        return float(self.sums.sum() / self.sizes.sum())

    @property
    def constant(self) -> bool:
        """Return whether all clusters have the same mean, so that resampling shows no spread."""
        means = self.sums / self.sizes
        return bool(np.all(np.abs(means - means[0]) <= 1e-12 * np.abs(means).max()))

    def pseudovalues(self) -> NDArray[np.float64]:
        """Return one value a cluster that stands for its pull on the mean (which is their mean).

        The linearised ratio of sums to sizes; of clusters of one they are the values themselves.
        """
        mean = self.mean
        return mean + (self.sums - mean * self.sizes) * (self.count / self.total)

    def effective_size(self, variance: float) -> float:
        """Return how many independent values of this variance would tell as much of the mean.

        That is the number of values over their design effect (Kish 1965), at most their number;
        where nothing varies, by Kish's formula for unequal weights.

        Args:
            variance: of single values, the population's (ddof 0).
        """
        if self.count == self.total:
            return self.total
        of_mean = float(((self.sums - self.mean * self.sizes) ** 2).sum()) / self.total**2
        if variance <= 0 or of_mean <= 1e-24:
            return self.total**2 / float((self.sizes**2).sum())
        return min(self.total, max(1.0, variance / of_mean))


def clustered(values: NDArray[np.float64], clusters: Sequence[Hashable] | None = None) -> Clustered:
    """Sum values (n,) by cluster; without ``clusters`` each value is one of its own."""
    if clusters is None:
        return Clustered(values, np.ones(values.size))
    numbers: dict[Hashable, int] = {}
    index = np.array(
        [numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.intp
    )
    sums = np.bincount(index, weights=values, minlength=len(numbers)).astype(np.float64)
    return Clustered(sums, np.bincount(index, minlength=len(numbers)).astype(np.float64))
