from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.stats.paired import compare
from tuneyard.stats.seeds import average_runs, compare_runs, run_means, run_std

scores = st.floats(0, 1).map(lambda x: round(x, 3))


def _runs(table):
    """Return runs from an array of shape (seeds, tasks)."""
    return {s: {f"t{t}": float(v) for t, v in enumerate(row)} for s, row in enumerate(table)}


def test_by_hand() -> None:
    arm = _runs([[1, 0.5, 0], [1, 1, 0.5]])
    found = compare_runs(arm=arm, baseline=_runs(np.zeros((2, 3))), resamples=200)
    assert found.over_tasks.difference == pytest.approx(2 / 3)
    assert found.over_seeds.differences == pytest.approx((0.5, 2.5 / 3))
    assert found.over_seeds.std == pytest.approx(1 / 3 / 2**0.5)


def test_it_is_clarks_min_f() -> None:
    """F by tasks and F by seeds give min F' = F1 F2 / (F1 + F2), with his degrees of freedom."""
    from scipy.stats import f as f_distribution
    from scipy.stats import ttest_1samp

    table = np.random.default_rng(1).normal(0.1, 0.2, (4, 25))
    found = compare_runs(arm=_runs(table), baseline=_runs(0 * table), resamples=200).over_seeds
    by_tasks = ttest_1samp(table.mean(axis=0), 0).statistic ** 2
    by_seeds = ttest_1samp(table.mean(axis=1), 0).statistic ** 2
    least = by_tasks * by_seeds / (by_tasks + by_seeds)
    freedom = (by_tasks + by_seeds) ** 2 / (by_tasks**2 / 3 + by_seeds**2 / 24)
    assert found.p == pytest.approx(f_distribution.sf(least, 1, freedom))
    # The interval leaves out 0 at exactly the confidence at which p stops being significant.
    edge = compare_runs(
        arm=_runs(table), baseline=_runs(0 * table), resamples=200, confidence=1 - found.p
    )
    assert edge.over_seeds.ci_low == pytest.approx(0, abs=1e-9)


def test_a_lucky_seed_is_not_a_better_method() -> None:
    """Equal methods whose runs differ by their seed: p over tasks takes luck for skill."""
    rng = np.random.default_rng(0)
    over_tasks, over_seeds = [], []
    for _ in range(200):
        arms = [
            rng.normal(0, 0.1, (3, 1)) + rng.normal(0, 0.2, (3, 60)) + shared
            for shared in [rng.normal(0, 0.3, (1, 60))]
            for _ in range(2)
        ]
        found = compare_runs(arm=_runs(arms[0]), baseline=_runs(arms[1]), resamples=100)
        over_tasks.append(found.over_tasks.p < 0.05)
        over_seeds.append(found.over_seeds.p < 0.05)
    assert np.mean(over_tasks) > 0.3
    assert np.mean(over_seeds) < 0.12


@settings(max_examples=30, deadline=None)
@given(table=st.lists(st.lists(scores, min_size=4, max_size=4), min_size=2, max_size=4))
def test_swapping_the_arms_flips_the_difference(table) -> None:
    arm, baseline = _runs(table), _runs(np.roll(table, 1, axis=1))
    forward = compare_runs(arm=arm, baseline=baseline, resamples=100).over_seeds
    backward = compare_runs(arm=baseline, baseline=arm, resamples=100).over_seeds
    assert forward.differences == pytest.approx([-d for d in backward.differences])
    if forward.p is None:
        assert backward.p is None
    else:
        assert forward.p == pytest.approx(backward.p)
        assert (forward.ci_low, forward.ci_high) == pytest.approx(
            (-backward.ci_high, -backward.ci_low), abs=1e-9
        )


def test_over_tasks_is_the_paired_comparison_of_the_averages() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.random((2, 3, 12))
    found = compare_runs(arm=_runs(one), baseline=_runs(other), resamples=300, seed=5)
    expected = compare(
        arm=_runs([one.mean(axis=0)])[0],
        baseline=_runs([other.mean(axis=0)])[0],
        resamples=300,
        seed=5,
    )
    assert found.over_tasks.p == expected.p
    assert found.over_tasks.difference == pytest.approx(expected.difference)


def test_one_run_each_is_the_plain_comparison_and_keeps_truth_values() -> None:
    arm = {0: {"a": True, "b": True, "c": False}}
    base = {None: {"a": False, "b": True, "c": False}}
    found = compare_runs(arm=arm, baseline=base)
    assert found.over_tasks == compare(arm=arm[0], baseline=base[None])
    assert found.over_tasks.test == "mcnemar"
    assert found.over_seeds is None


def test_an_untrained_model_goes_with_every_seed() -> None:
    arm = _runs([[1, 0.5], [0, 0.5]])
    base = {None: {"t0": 0.0, "t1": 0.0}}
    forward = compare_runs(arm=arm, baseline=base, resamples=100).over_seeds
    backward = compare_runs(arm=base, baseline=arm, resamples=100).over_seeds
    assert forward.differences == pytest.approx((0.75, 0.25))
    assert backward.differences == pytest.approx((-0.75, -0.25))


def test_without_any_spread_there_is_no_p() -> None:
    found = compare_runs(arm=_runs([[1, 1], [1, 1]]), baseline=_runs([[0, 0], [0, 0]]))
    assert (found.over_seeds.p, found.over_seeds.ci_low, found.over_seeds.std) == (None, None, 0)


def test_missing_values_are_left_out_of_the_averages() -> None:
    runs = {0: {"a": 1.0, "b": None}, 1: {"a": None, "b": None}, 2: {"a": 0.0, "b": None}}
    assert average_runs(runs) == {"a": 0.5, "b": None}
    assert run_means(runs) == [1, 0]
    assert run_std(runs) == pytest.approx(0.5**0.5)
    assert run_std({0: {"a": 1.0}}) is None
    assert average_runs({}) == {}
    empty = compare_runs(arm=runs, baseline={None: {"a": None, "b": None}})
    assert empty.over_tasks.n == 0
    assert empty.over_seeds is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({0: {"a": 1.0}, 2: {"a": 1.0}}, "different seeds"),
        ({0: {"a": 1.0}}, "different seeds"),
        ({0: {"a": 1.0}, 1: {"b": 1.0}}, "the same examples"),
    ],
)
def test_runs_that_do_not_fit_are_refused(other, said) -> None:
    with pytest.raises(UserError, match=said):
        compare_runs(arm={0: {"a": 1.0}, 1: {"a": 0.0}}, baseline=other)
