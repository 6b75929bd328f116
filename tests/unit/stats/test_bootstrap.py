from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.stats.bootstrap import Interval, bootstrap_mean

numbers = st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 3)), min_size=2, max_size=30)


@settings(max_examples=50, deadline=None)
@given(values=numbers)
def test_the_interval_contains_the_mean_and_lies_within_the_values(values: list[float]) -> None:
    found = bootstrap_mean(values, resamples=500)
    assert found.low is not None
    assert found.high is not None
    assert found.estimate == pytest.approx(np.mean(values))
    slack = 1e-9 * (1 + max(map(abs, values)))
    assert min(values) - slack <= found.low <= np.mean(values) + slack
    assert np.mean(values) - slack <= found.high <= max(values) + slack


def scipys(values: list[float], method: str) -> Any:
    from scipy.stats import bootstrap

    rng = np.random.default_rng(1)
    found = bootstrap((values,), np.mean, n_resamples=40_000, method=method, rng=rng)
    return found.confidence_interval


def test_it_agrees_with_scipy_on_skewed_values() -> None:
    values = np.random.default_rng(5).exponential(size=60).tolist()
    found, theirs = bootstrap_mean(values, resamples=40_000), scipys(values, "BCa")
    assert found.low == pytest.approx(theirs.low, abs=0.01)
    assert found.high == pytest.approx(theirs.high, abs=0.01)


def test_bca_leans_towards_the_long_tail() -> None:
    values = np.random.default_rng(5).exponential(size=40).tolist()
    plain, corrected = scipys(values, "percentile"), bootstrap_mean(values, resamples=20_000)
    assert corrected.low > plain.low  # type: ignore[operator]
    assert corrected.high > plain.high  # type: ignore[operator]


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        found = bootstrap_mean(rng.normal(size=40).tolist(), resamples=400, seed=trial)
        covered += found.low <= 0 <= found.high  # type: ignore[operator]
    assert 175 <= covered <= 199


def test_equal_seeds_give_equal_intervals_and_others_do_not() -> None:
    values = [0.1, 0.5, 0.2, 0.9, 0.4]
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=np.random.default_rng(3))
    assert bootstrap_mean(values * 9, seed=3) != bootstrap_mean(values * 9, seed=4)


def test_a_wider_confidence_gives_a_wider_interval() -> None:
    values = [0.1, 0.5, 0.2, 0.9, 0.4, 0.3, 0.8]
    narrow, wide = (bootstrap_mean(values, confidence=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high  # type: ignore[operator]


def test_too_few_or_constant_values_are_not_dressed_up() -> None:
    assert bootstrap_mean([]) == Interval(None, None, None, 0, "none")
    assert bootstrap_mean([None, 0.5]) == Interval(0.5, None, None, 1, "none")
    assert bootstrap_mean([0.3] * 7) == Interval(0.3, 0.3, 0.3, 7, "constant")


def test_large_data_is_resampled_in_blocks() -> None:
    values = np.random.default_rng(0).normal(size=50_000).tolist()
    found = bootstrap_mean(values, resamples=200)
    assert found.high - found.low == pytest.approx(2 * 1.96 / 50_000**0.5, rel=0.3)  # type: ignore[operator]


@pytest.mark.parametrize("settings", [{"confidence": 1.0}, {"confidence": 95}, {"resamples": 10}])
def test_senseless_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UserError):
        bootstrap_mean([1.0, 2.0], **settings)  # type: ignore[arg-type]
