from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.stats.describe import Description, describe

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@settings(deadline=None)
@given(values=numbers)
def test_figures_equal_numpys_population_figures(values: list[float]) -> None:
    found = describe(values)
    assert found.n == len(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.median == pytest.approx(np.median(values))
    assert found.variance == pytest.approx(np.var(values, ddof=0))
    assert found.std == pytest.approx(math.sqrt(found.variance or 0))


def test_missing_values_are_left_out_and_booleans_count() -> None:
    found = describe([True, None, False, True, None])
    assert found.n == 3
    assert found.mean == pytest.approx(2 / 3)
    assert found.median == 1


def test_without_values_there_are_no_figures() -> None:
    assert describe([None, None]) == Description(0, None, None, None, None)
