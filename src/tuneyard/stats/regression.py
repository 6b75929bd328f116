"""Simple linear regression, such as precision against recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuneyard.errors import UserError


@dataclass(frozen=True, slots=True)
class Regression:
    """The least-squares line y = slope * x + intercept over n points.

    ``correlation`` is Pearson's r. Slope and intercept are None where x does not vary (or n < 2);
    r also where y does not.
    """

    slope: float | None
    intercept: float | None
    correlation: float | None
    n: int


def linear_regression(*, x: Sequence[float | None], y: Sequence[float | None]) -> Regression:
    """Fit y on x by ordinary least squares; points with a missing coordinate are left out.

    Raises:
        UserError: x and y differ in length.
    """
    if len(x) != len(y):
        raise UserError("a regression needs as many x as y", value=(len(x), len(y)))
    points = np.array(
        [pair for pair in zip(x, y, strict=True) if None not in pair], dtype=np.float64
    ).reshape(-1, 2)
    n = len(points)
    if n < 2 or np.all(points[:, 0] == points[0, 0]):
        return Regression(None, None, None, n)
    mean_x, mean_y = points.mean(axis=0)
    dx, dy = points[:, 0] - mean_x, points[:, 1] - mean_y
    slope = float((dx @ dy) / (dx @ dx))
    correlation = None
    if not np.all(points[:, 1] == points[0, 1]):
        correlation = float((dx @ dy) / np.sqrt((dx @ dx) * (dy @ dy)))
    return Regression(slope, float(mean_y - slope * mean_x), correlation, n)
