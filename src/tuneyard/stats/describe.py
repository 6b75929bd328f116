"""Mean, median, variance and standard deviation of what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Description:
    """Figures of ``n`` values; None where there is no value.

    Variance and standard deviation are those of the population (ddof 0).
    """

    n: int
    mean: float | None
    median: float | None
    variance: float | None
    std: float | None


def present(values: Iterable[float | bool | None]) -> NDArray[np.float64]:
    """Return the values that are not None, as floats; booleans are 0 and 1. Shape (n,)."""
    return np.array([float(value) for value in values if value is not None], dtype=np.float64)


def describe(values: Iterable[float | bool | None]) -> Description:
    """Describe the values that are not None; ``n`` says how many there are."""
    kept = present(values)
    if kept.size == 0:
        return Description(0, None, None, None, None)
    return Description(
        n=int(kept.size),
        mean=float(kept.mean()),
        median=float(np.median(kept)),
        variance=float(kept.var()),
        std=float(kept.std()),
    )
