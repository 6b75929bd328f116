from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.stats.proportion import paired_difference, wilson

cells = st.integers(0, 60)


@settings(deadline=None)
@given(n=st.integers(1, 300), data=st.data())
def test_wilson_equals_scipy_and_contains_the_proportion(n: int, data: st.DataObject) -> None:
    from scipy.stats import binomtest

    successes = data.draw(st.integers(0, n))
    found = wilson(successes=successes, n=n)
    theirs = binomtest(successes, n).proportion_ci(method="wilson")
    assert found.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.high == pytest.approx(theirs.high, abs=1e-9)
    assert found.low <= found.estimate <= found.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_the_published_table(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes=successes, n=n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_honest_at_the_ends() -> None:
    assert wilson(successes=130, n=130).high == 1
    assert 0.96 < wilson(successes=130, n=130).low < 1  # type: ignore[operator]
    assert wilson(successes=0, n=0).low is None
    with pytest.raises(UserError):
        wilson(successes=3, n=2)


def test_the_paired_difference_equals_published_examples() -> None:
    # Altman et al. 2000, Statistics with Confidence, table 6.2: 0.12 (0.011 to 0.226).
    found = paired_difference(both=14, only_first=5, only_second=0, neither=22)
    assert found.estimate == pytest.approx(5 / 41)
    assert (found.low, found.high) == pytest.approx((0.011, 0.226), abs=6e-4)


@settings(deadline=None)
@given(both=cells, first=cells, second=cells, neither=cells)
def test_the_paired_difference_is_antisymmetric_and_contains_the_estimate(
    both: int, first: int, second: int, neither: int
) -> None:
    forward = paired_difference(both=both, only_first=first, only_second=second, neither=neither)
    backward = paired_difference(both=both, only_first=second, only_second=first, neither=neither)
    if both + first + second + neither == 0:
        assert forward.low is None
        return
    assert (forward.estimate, forward.low, forward.high) == pytest.approx(
        (-backward.estimate, -backward.high, -backward.low),  # type: ignore[operator]
        abs=1e-12,
    )
    assert -1 <= forward.low <= forward.estimate <= forward.high <= 1  # type: ignore[operator]


def test_agreement_everywhere_is_no_proof_of_equality() -> None:
    found = paired_difference(both=30, only_first=0, only_second=0, neither=0)
    assert found.low < -0.1 < 0.1 < found.high  # type: ignore[operator]
