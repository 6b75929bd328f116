from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.stats.bootstrap import centred_bootstrap
from tuneyard.stats.clusters import clustered
from tuneyard.stats.flips import sign_flips
from tuneyard.stats.paired import FEW, compare, with_holm
from tuneyard.stats.proportion import paired_difference
from tuneyard.stats.signs import mcnemar_exact

scores = st.floats(0, 1).map(lambda x: round(x, 3))
pairs = st.lists(st.tuples(scores, scores), min_size=2, max_size=25)
outcomes = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40)
resampling = pytest.mark.parametrize("test", ["paired_bootstrap", "permutation"])


def by_id(values: list[float] | list[bool]) -> dict[str, float | bool | None]:
    return {f"example/{number}": value for number, value in enumerate(values)}


@resampling
@settings(max_examples=40, deadline=None)
@given(values=pairs)
def test_swapping_the_arms_flips_the_difference_and_keeps_p(
    test: str, values: list[tuple[float, float]]
) -> None:
    first, second = by_id([a for a, _ in values]), by_id([b for _, b in values])
    options = {"test": test, "resamples": 300}
    forward = compare(arm=first, baseline=second, **options)  # type: ignore[arg-type]
    backward = compare(arm=second, baseline=first, **options)  # type: ignore[arg-type]
    assert forward.p == backward.p
    assert forward.difference == pytest.approx(-backward.difference, abs=1e-9)  # type: ignore[operator]
    assert (forward.ci_low is None) == (backward.ci_high is None)
    assert (forward.wins, forward.losses) == (backward.losses, backward.wins)
    assert (forward.arm_mean, forward.baseline_mean) == (
        backward.baseline_mean,
        backward.arm_mean,
    )
    assert 0 < forward.p <= 1  # type: ignore[operator]
    if forward.ci_low is not None and forward.ci_high is not None:
        assert (forward.ci_low, forward.ci_high) == pytest.approx(
            (-backward.ci_high, -backward.ci_low),  # type: ignore[operator]
            abs=1e-9,
        )
        assert forward.ci_low - 1e-9 <= forward.difference <= forward.ci_high + 1e-9  # type: ignore[operator]


anything = st.one_of(pairs, outcomes)


@pytest.mark.parametrize("test", ["auto", "paired_bootstrap", "permutation"])
@settings(max_examples=40, deadline=None)
@given(values=anything, level=st.sampled_from([0.5, 0.05, 0.01]))
def test_the_interval_leaves_out_0_exactly_where_the_test_does(test, values, level) -> None:
    first, second = by_id([a for a, _ in values]), by_id([b for _, b in values])
    found = compare(arm=first, baseline=second, test=test, resamples=300).at(level)
    assert found.level == level
    left_out = (found.ci_low or 0) > 0 or (found.ci_high or 0) < 0
    assert left_out == found.distinguishable(alpha=level)


def test_a_binary_interval_is_as_wide_as_newcombe_s() -> None:
    arm, base = by_id([True] * 9 + [False] * 11), by_id([True] * 2 + [False] * 18)
    found = compare(arm=arm, baseline=base)
    wide = paired_difference(both=2, only_first=7, only_second=0, neither=11)
    assert found.ci_low <= wide.low  # type: ignore[operator]
    assert found.ci_high >= wide.high  # type: ignore[operator]


def test_few_or_equal_differences_are_tested_by_flipping_signs() -> None:
    values = np.random.default_rng(0).normal(size=FEW)
    nothing = by_id([0.0] * 2 * FEW)
    few = by_id([*values[1:].tolist(), *[0.0] * (FEW + 1)])
    assert compare(arm=few, baseline=nothing).test == "permutation"
    enough = by_id([*values.tolist(), *[0.0] * FEW])
    assert compare(arm=enough, baseline=nothing).test == "paired_bootstrap"
    assert compare(arm=by_id([1.0] * 2 * FEW), baseline=nothing).test == "permutation"


@settings(deadline=None)
@given(values=outcomes)
def test_binary_arms_get_mcnemar_and_an_interval_with_a_width(
    values: list[tuple[bool, bool]],
) -> None:
    first, second = by_id([a for a, _ in values]), by_id([b for _, b in values])
    forward = compare(arm=first, baseline=second)
    backward = compare(arm=second, baseline=first)
    assert forward.test == "mcnemar"
    assert forward.p == backward.p == mcnemar_exact(wins=forward.wins, losses=forward.losses)
    assert forward.difference == pytest.approx((forward.wins - forward.losses) / len(values))
    assert forward.ci_low < forward.ci_high  # type: ignore[operator]
    assert forward.ci_low == pytest.approx(-backward.ci_high)  # type: ignore[operator]


@pytest.mark.parametrize("test", ["auto", "paired_bootstrap", "permutation"])
@pytest.mark.parametrize("values", [[0.1, 0.7, 0.3], [True, False, True]])
def test_identical_arms_are_not_distinguishable(
    test: str, values: list[float] | list[bool]
) -> None:
    found = compare(arm=by_id(values), baseline=by_id(values), test=test)  # type: ignore[arg-type]
    assert found.p == 1
    assert found.difference == 0
    assert not found.distinguishable()


def test_a_clear_difference_is_found_with_its_sign() -> None:
    rng = np.random.default_rng(0)
    base = rng.uniform(size=60)
    found = compare(
        arm=by_id((base + 0.1 + rng.normal(0, 0.05, 60)).tolist()), baseline=by_id(base.tolist())
    )
    assert found.test == "paired_bootstrap"
    assert 0.05 < found.ci_low < found.difference < found.ci_high < 0.15  # type: ignore[operator]
    assert found.distinguishable(alpha=0.001)


def test_pairing_finds_what_the_spread_between_examples_would_hide() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(1)
    base = rng.uniform(size=50)
    better = base + 0.02 + rng.normal(0, 0.01, 50)
    assert ttest_ind(better, base).pvalue > 0.3
    assert compare(arm=by_id(better.tolist()), baseline=by_id(base.tolist())).p < 0.001  # type: ignore[operator]


@resampling
def test_false_alarms_are_about_as_rare_as_they_should_be(test: str) -> None:
    rng = np.random.default_rng(2)
    alarms = 0
    for trial in range(300):
        differences = rng.normal(size=40)
        if test == "permutation":
            alarms += sign_flips(clustered(differences), resamples=300, seed=trial).p < 0.05
        else:
            found = centred_bootstrap(clustered(differences), resamples=300, seed=trial)
            alarms += found.p < 0.05
    assert 4 <= alarms <= 30


def test_both_tests_agree_with_the_t_test_on_normal_differences() -> None:
    from scipy.stats import ttest_1samp

    differences = np.random.default_rng(3).normal(0.25, 1, 100)
    expected = ttest_1samp(differences, 0).pvalue
    for test in (sign_flips, centred_bootstrap):
        found = test(clustered(differences), resamples=20_000)
        assert found.p == pytest.approx(expected, abs=0.01)


def test_rows_in_another_order_change_nothing() -> None:
    rng = np.random.default_rng(4)
    arm, base = by_id(rng.uniform(size=30).tolist()), by_id(rng.uniform(size=30).tolist())
    shuffled = dict(reversed(arm.items()))
    assert compare(arm=arm, baseline=base) == compare(arm=shuffled, baseline=base)


def test_missing_values_are_left_out_and_counted() -> None:
    arm = {"a": 0.5, "b": None, "c": 0.7, "d": 0.1}
    base = {"a": 0.4, "b": 0.2, "c": None, "d": 0.3}
    found = compare(arm=arm, baseline=base)  # type: ignore[arg-type]
    assert (found.n, found.missing) == (2, 2)
    assert found.difference == pytest.approx(-0.05)


@pytest.mark.parametrize("values", [{}, {"a": None}, {"a": 0.5}])
def test_too_few_pairs_give_no_test(values: dict[str, float | None]) -> None:
    found = compare(arm=values, baseline=values)  # type: ignore[arg-type]
    assert (found.p, found.ci_low, found.ci_high) == (None, None, None)
    assert not found.distinguishable()


def test_a_constant_difference_says_that_its_interval_is_empty() -> None:
    found = compare(arm=by_id([1.5, 2.5, 3.5] * 3), baseline=by_id([1.0, 2.0, 3.0] * 3))
    assert found.constant
    assert found.ci_low == found.ci_high == 0.5


def test_ids_that_differ_are_refused() -> None:
    with pytest.raises(UserError, match="1 ids only in the arm, 2 only in the baseline"):
        compare(arm={"a": 1.0, "b": 1.0}, baseline={"a": 1.0, "c": 1.0, "d": 0.0})


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UserError, match="did you mean 'mcnemar'"):
        compare(arm={}, baseline={}, test="mcnemer")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="binary"):
        compare(arm={"a": 0.5}, baseline={"a": 1.0}, test="mcnemar")


def test_zeros_and_ones_are_binary_for_mcnemar() -> None:
    arm, base = by_id([1.0] * 6), by_id([0.0] * 6)
    assert compare(arm=arm, baseline=base, test="mcnemar").p == pytest.approx(0.03125)


def test_comparisons_are_corrected_together_and_their_intervals_with_them() -> None:
    arm, base = by_id([True] * 6), by_id([False] * 6)
    found = compare(arm=arm, baseline=base)
    assert found.distinguishable()
    assert found.ci_low > 0  # type: ignore[operator]
    corrected = with_holm([found, found])
    assert [c.p_holm for c in corrected] == pytest.approx([0.0625, 0.0625])
    assert [c.level for c in corrected] == pytest.approx([0.025, 0.025])
    for one in corrected:
        assert not one.distinguishable()
        assert one.ci_low <= 0  # type: ignore[operator]
        assert one.p == found.p


@resampling
def test_the_interval_covers_the_truth_about_as_often_as_it_says(test: str) -> None:
    rng = np.random.default_rng(7)
    covered = 0
    nothing = by_id([0.0] * 25)
    for trial in range(300):
        values = by_id((rng.exponential(size=25) - 0.7).tolist())
        options = {"test": test, "resamples": 300, "seed": trial}
        found = compare(arm=values, baseline=nothing, **options)  # type: ignore[arg-type]
        covered += found.ci_low <= 0.3 <= found.ci_high  # type: ignore[operator]
    assert 265 <= covered <= 299
