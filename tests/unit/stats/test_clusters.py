from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.stats.bootstrap import bootstrap_mean
from tuneyard.stats.clusters import clustered
from tuneyard.stats.paired import compare
from tuneyard.stats.proportion import wilson
from tuneyard.stats.seeds import compare_runs

scores = st.floats(0, 1).map(lambda x: round(x, 3))
cells = st.one_of(
    st.lists(st.tuples(scores, scores), min_size=2, max_size=40),
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40),
)


def test_values_of_their_own_are_the_plain_sample() -> None:
    found = clustered(np.array([0.2, 0.4, 0.9]))
    assert (found.count, found.total) == (3, 3)
    assert found.mean == pytest.approx(0.5)
    assert found.pseudovalues() == pytest.approx([0.2, 0.4, 0.9])
    assert found.effective_size(0.1) == 3


def test_sums_and_sizes_by_hand() -> None:
    found = clustered(np.array([1.0, 0.0, 1.0, 0.0]), ["a", "b", "a", "c"])
    assert found.sums.tolist() == [2, 0, 0]
    assert found.sizes.tolist() == [2, 1, 1]
    assert found.mean == 0.5
    # Residuals 1, -1/2, -1/2: variance of the mean 1.5/16, against 0.25 of a value.
    assert found.effective_size(0.25) == pytest.approx(0.25 * 16 / 1.5)
    assert clustered(np.ones(4), ["a", "a", "a", "b"]).effective_size(0.0) == pytest.approx(1.6)
    assert clustered(np.array([]), []).count == 0


def _repeated(values, times):
    return {f"{i:03}/{copy}": v for i, v in enumerate(values) for copy in range(times)}


@pytest.mark.parametrize("test", ["auto", "paired_bootstrap", "permutation"])
@settings(max_examples=40, deadline=None)
@given(values=cells, level=st.sampled_from([0.95, 0.9, 0.999]))
def test_every_question_three_times_tells_no_more_than_once(test, values, level) -> None:
    found = []
    for times in (1, 3):
        arm, base = (_repeated([pair[side] for pair in values], times) for side in (0, 1))
        clusters = {key: key[:3] for key in arm}
        options = {"test": test, "resamples": 300, "confidence": level}
        found.append(compare(arm=arm, baseline=base, clusters=clusters, **options))
    once, thrice = found
    assert thrice.n == 3 * once.n
    assert (thrice.clusters, thrice.wins, thrice.losses) == (once.clusters, once.wins, once.losses)
    assert thrice.p == pytest.approx(once.p)
    for bound in ("difference", "ci_low", "ci_high"):
        assert getattr(thrice, bound) == pytest.approx(getattr(once, bound), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(scores, min_size=2, max_size=30))
def test_a_mean_s_interval_is_that_of_the_single_set(values) -> None:
    once = bootstrap_mean(values, resamples=300)
    questions = [i for i in range(len(values)) for _ in range(3)]
    thrice = bootstrap_mean(np.repeat(values, 3).tolist(), clusters=questions, resamples=300)
    assert thrice.n == 3 * once.n
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high), abs=1e-9)
    column = np.repeat([value > 0.5 for value in values], 3).astype(float)
    worth = clustered(column, questions).effective_size(float(column.var()))
    assert worth == pytest.approx(len(values))
    single = wilson(successes=int(column.sum()) // 3, n=len(values))
    thrice = wilson(successes=int(column.sum()), n=len(column), effective=worth)
    assert (thrice.low, thrice.high) == pytest.approx((single.low, single.high))


def test_seeds_too_count_repeated_questions_once() -> None:
    table = np.random.default_rng(1).normal(0.1, 0.2, (3, 25))
    once, thrice = (
        {seed: _repeated(row.tolist(), times) for seed, row in enumerate(table)} for times in (1, 3)
    )
    nothing = [{None: dict.fromkeys(runs[0], 0.0)} for runs in (once, thrice)]
    options = {"resamples": 200}
    one = compare_runs(arm=once, baseline=nothing[0], **options).over_seeds
    clusters = {key: key[:3] for key in thrice[0]}
    three = compare_runs(arm=thrice, baseline=nothing[1], clusters=clusters, **options).over_seeds
    assert three.p == pytest.approx(one.p)
    assert (three.ci_low, three.ci_high) == pytest.approx((one.ci_low, one.ci_high))


@pytest.mark.parametrize("binary", [True, False])
def test_unequal_repetition_raises_no_false_alarms(binary) -> None:
    """Equal arms; a question stands 1 to 5 times with much the same answers."""
    rng = np.random.default_rng(3)
    alarms = ignored = covered = 0
    for trial in range(100):
        sizes = rng.integers(1, 6, 40)
        question = np.repeat(np.arange(40), sizes)
        keys = [f"e{i:03}" for i in range(question.size)]
        skill = rng.normal(size=(2, 40)) + rng.normal(size=40)
        values = skill[:, question] + 0.2 * rng.normal(size=(2, question.size))
        arms = [
            {key: bool(v > 0) if binary else float(v) for key, v in zip(keys, row, strict=True)}
            for row in values
        ]
        options = {"resamples": 200, "seed": trial}
        clusters = dict(zip(keys, question.tolist(), strict=True))
        found = compare(arm=arms[0], baseline=arms[1], clusters=clusters, **options)
        alarms += found.p < 0.05
        covered += found.ci_low <= 0 <= found.ci_high
        ignored += compare(arm=arms[0], baseline=arms[1], **options).p < 0.05
    assert covered == 100 - alarms
    assert alarms <= 12
    assert ignored > 12
