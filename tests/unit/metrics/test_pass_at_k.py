from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.metrics.pass_at_k import pass_at_k, pass_at_k_of


@settings(deadline=None)
@given(data=st.data(), samples=st.integers(1, 9))
def test_it_is_the_share_of_draws_with_a_passed_answer(data: st.DataObject, samples: int) -> None:
    passed = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    draws = list(combinations([True] * passed + [False] * (samples - passed), k))
    expected = sum(any(draw) for draw in draws) / len(draws)
    assert pass_at_k(samples=samples, passed=passed, k=k) == pytest.approx(expected, abs=1e-12)


def test_it_does_not_overflow() -> None:
    assert pass_at_k(samples=100_000, passed=1, k=50_000) == pytest.approx(0.5)
    assert pass_at_k(samples=200, passed=150, k=100) == 1


@pytest.mark.parametrize(
    ("samples", "passed", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 4), (3, 1, 0), (0, 0, 1)]
)
def test_impossible_numbers_are_refused(samples: int, passed: int, k: int) -> None:
    with pytest.raises(UserError, match="pass@k"):
        pass_at_k(samples=samples, passed=passed, k=k)


def test_a_task_with_too_few_tested_answers_has_no_value() -> None:
    assert pass_at_k_of([True, False], 3) is None
    assert pass_at_k_of([], 1) is None
    assert pass_at_k_of([True, False], 1) == pytest.approx(0.5)
    assert pass_at_k_of([True, False], 2) == 1
