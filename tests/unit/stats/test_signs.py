from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.stats.signs import mcnemar_exact, sign_test


@settings(deadline=None)
@given(wins=st.integers(0, 80), losses=st.integers(0, 80))
def test_mcnemar_equals_the_binomial_test_and_is_symmetric(wins: int, losses: int) -> None:
    from scipy.stats import binomtest

    p = mcnemar_exact(wins=wins, losses=losses)
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1
    assert p == pytest.approx(expected, abs=1e-12)
    assert p == mcnemar_exact(wins=losses, losses=wins)


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(0, 0, 1), (5, 5, 1), (6, 0, 0.03125), (10, 2, 158 / 4096)]
)
def test_mcnemar_has_known_values(wins: int, losses: int, p: float) -> None:
    assert mcnemar_exact(wins=wins, losses=losses) == pytest.approx(p)
    found = sign_test(np.array([1.0] * wins + [-1.0] * losses + [0.0] * 7))
    assert found.p == mcnemar_exact(wins=wins, losses=losses)
    # Whatever the unit: each question three times is no more than once.
    assert sign_test(3 * np.array([1.0] * wins + [-1.0] * losses)).p == found.p


def test_mcnemar_takes_thousands_of_pairs() -> None:
    assert 0 < mcnemar_exact(wins=3000, losses=2500) < 1e-10


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(-4, 4), min_size=1, max_size=10))
def test_unequal_sizes_are_tossed_exactly(values: list[int]) -> None:
    sums = [
        sum(s * v for s, v in zip(signs, values, strict=True))
        for signs in itertools.product((1, -1), repeat=len(values))
    ]
    expected = sum(abs(total) >= abs(sum(values)) for total in sums) / len(sums)
    found = sign_test(np.array(values, dtype=float))
    assert found.p == pytest.approx(expected)
    assert sign_test(-np.array(values, dtype=float)).p == pytest.approx(found.p)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.integers(-3, 3), min_size=1, max_size=30),
    alpha=st.sampled_from([0.05, 0.01, 0.3]),
)
def test_the_bounds_leave_out_0_exactly_where_the_test_does(
    values: list[int], alpha: float
) -> None:
    found = sign_test(np.array(values, dtype=float))
    low, high = found.bounds(alpha)
    assert low <= sum(values) <= high
    assert (low > 0 or high < 0) == (found.p < alpha)


def test_equal_sizes_have_clopper_and_pearson_s_interval() -> None:
    from scipy.stats import binomtest

    exact = binomtest(9, 12).proportion_ci(0.95, method="exact")
    low, high = sign_test(np.array([1.0] * 9 + [-1.0] * 3)).bounds(0.05)
    assert (low, high) == pytest.approx((12 * (2 * exact.low - 1), 12 * (2 * exact.high - 1)))
    # Sizes that differ a little move the bounds a little.
    near = sign_test(np.array([100.0] * 9 + [-100.0] * 2 + [-101.0])).bounds(0.05)
    assert near == pytest.approx((100 * low, 100 * high), abs=70)


def test_sizes_are_counted_in_their_common_unit() -> None:
    found = sign_test(np.array([6.0, -3.0, 0.0, 3.0]))
    assert dict(found.sizes) == Counter({1: 2, 2: 1})
    assert (found.unit, found.positive, found.whole) == (3, 3, 4)
    nothing = sign_test(np.zeros(5))
    assert (nothing.p, nothing.bounds(0.05)) == (1, (0, 0))
