from __future__ import annotations

import numpy as np
import pytest

from tuneyard.errors import UserError
from tuneyard.stats.regression import Regression, linear_regression


def test_it_equals_scipy() -> None:
    from scipy.stats import linregress

    rng = np.random.default_rng(0)
    recall = rng.uniform(0.8, 1, 100)
    precision = 0.6 * recall + 0.36 + rng.normal(0, 0.02, 100)
    found = linear_regression(x=recall.tolist(), y=precision.tolist())
    theirs = linregress(recall, precision)
    assert (found.slope, found.intercept, found.correlation) == pytest.approx(
        (theirs.slope, theirs.intercept, theirs.rvalue)
    )


def test_x_and_y_are_not_exchangeable() -> None:
    x, y = [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]
    assert linear_regression(x=x, y=y).slope == pytest.approx(2.5)
    assert linear_regression(x=y, y=x).slope == pytest.approx(5 / 14)
    with pytest.raises(TypeError):
        linear_regression(x, y)  # type: ignore[misc]


def test_points_with_a_missing_coordinate_are_left_out() -> None:
    found = linear_regression(x=[0, None, 1, 2], y=[1, 5, 3, None])
    assert (found.slope, found.intercept, found.n) == (2, 1, 2)


def test_what_cannot_be_fitted_is_missing() -> None:
    assert linear_regression(x=[], y=[]) == Regression(None, None, None, 0)
    assert linear_regression(x=[1, 1], y=[1, 2]) == Regression(None, None, None, 2)
    assert linear_regression(x=[1, 2], y=[3, 3]) == Regression(0, 3, None, 2)
    with pytest.raises(UserError):
        linear_regression(x=[1], y=[])
