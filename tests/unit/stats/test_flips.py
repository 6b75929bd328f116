from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.stats.clusters import clustered
from tuneyard.stats.flips import sign_flips

numbers = st.lists(st.integers(-50, 50).map(lambda x: x / 10), min_size=2, max_size=25)


def test_it_is_exact_for_few_values() -> None:
    differences = [0.3, -0.1, 0.2, 0.5, 0.0]
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=5)
    ]
    expected = sum(abs(total) >= 0.9 - 1e-9 for total in sums) / len(sums)
    found = sign_flips(clustered(np.array(differences)), resamples=5000)
    assert found.p == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(values=numbers, alpha=st.sampled_from([0.05, 0.2]), sizes=st.booleans())
def test_the_bounds_hold_the_means_that_the_test_does_not_refuse(values, alpha, sizes) -> None:
    clusters = [i // 2 for i in range(len(values))] if sizes else None
    column = np.array(values)
    options = {"resamples": 400, "seed": 1}
    found = sign_flips(clustered(column, clusters), **options)
    low, high = found.bounds(alpha)
    mean = column.mean()
    refused = (low is not None and low > 0) or (high is not None and high < 0)
    assert refused == (found.p < alpha)
    # The same patterns, asked about another mean: p crosses alpha at the bounds.
    for bound, outwards in ((low, -1), (high, 1)):
        if bound is None:
            assert found.bounds(alpha) == (None, None)
            continue
        assert outwards * (bound - mean) >= -1e-9
        for step, inside in ((1e-6, False), (-1e-6, True)):
            asked = bound + outwards * step
            if outwards * (asked - mean) < 0:
                continue
            p = sign_flips(clustered(column - asked, clusters), **options).p
            assert (p >= alpha) == inside


def test_the_interval_agrees_with_student_s_on_normal_values() -> None:
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(3).normal(0.25, 1, 100)
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    low, high = sign_flips(clustered(values), resamples=20_000).bounds(0.05)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.01)


def test_too_few_patterns_refuse_nothing() -> None:
    few = sign_flips(clustered(np.array([0.5, 0.6, 0.7])), resamples=5000)
    assert few.p == pytest.approx(2 / 2**3)
    assert few.bounds(0.05) == (None, None)
    assert few.bounds(0.3) == (0.5, 0.7)
