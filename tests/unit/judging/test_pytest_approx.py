"""What is near what: as pytest itself says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.judging.pytest_approx import approx

numbers = st.one_of(
    st.floats(),
    st.integers(-(10**6), 10**6),
    st.sampled_from([0, 1, 1 + 1e-7, 1 + 1e-5, -1, 1e-13, 1e-11, 1j, 1 + 1e-7j, True, None, "x"]),
)
limits = st.sampled_from([None, 0, 1e-12, 1e-6, 0.1, 2])


def nearly(inner):
    return st.one_of(
        inner,
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    )


@given(nearly(numbers), nearly(numbers), limits, limits, st.booleans())
def test_it_says_what_pytest_says(expected, actual, rel, absolute, nan_ok):
    if isinstance(expected, list | tuple) and isinstance(actual, dict):
        return  # pytest takes its keys for a sequence
    try:
        wanted = actual == pytest.approx(expected, rel, absolute, nan_ok)
    except TypeError:  # what it refuses to compare, as None with a tolerance
        return
    found = approx(expected, rel, absolute, nan_ok)
    assert (actual == found) is wanted
    assert (actual != found) is not wanted


@pytest.mark.parametrize(
    ("expected", "actual", "near"),
    [
        (Decimal("0.1"), Decimal("0.10000001"), True),
        (Decimal("0.1"), Decimal("0.101"), False),
        (Fraction(1, 3), 0.33333333, True),
        ([[1, 2], {"a": 3}], [[1.0000001, 2], {"a": 3}], True),
        ([1, 2], {1, 2}, False),
        ([1, 2], "12", False),
        (numpy.array([[1.0, 2.0]]), numpy.array([[1.0, 2.0000001]]), True),
        (numpy.array([1.0, 2.0]), numpy.array([[1.0, 2.0]]), False),
        (2, numpy.full((2, 2), 2.0000001), True),
        (2, numpy.array([2, 3]), False),
        (2, numpy.array([]), False),
        (0.0, [], False),
        (2, [2], False),
        (numpy.float32(0.1), 0.1, True),
    ],
)
def test_numbers_of_every_kind(expected, actual, near):
    assert (actual == approx(expected)) is near
    assert (approx(expected) == actual) is near


def test_a_tolerance_that_is_none_is_refused():
    for limits in ({"rel": -1}, {"abs": -0.1}, {"rel": float("nan")}):
        with pytest.raises(ValueError, match=r"^(rel|abs) is"):
            approx(1, **limits)
    with pytest.raises(TypeError):
        approx({1, 2})
