"""What is better, by a paired test on the same examples."""

from __future__ import annotations

import numpy as np
import pytest
from offers import passed, scores

from tuneyard.errors import UserError
from tuneyard.tracking.gate import Bar, judge, mean_of

BAR = Bar("passed on tasks")


def test_clearly_better_is_better() -> None:
    found = judge(passed(35), passed(20), bar=BAR)
    assert found.better
    # Of 15 examples that differ all are won: McNemar's exact test says 2 / 2^15.
    assert found.comparison.p == pytest.approx(2 / 2**15)
    assert "passed on tasks is 0.875, that of the champion 0.5: better" in found.reason
    assert "difference +0.375" in found.reason


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (passed(20), passed(20), "equal"),
        (passed(10), passed(30), "worse"),
        (passed(22), passed(20), "not proven better"),
        (scores([True]), scores([False]), "too few for a test"),
    ],
)
def test_equal_worse_and_little_better_are_not(mine, theirs, said) -> None:
    found = judge(mine, theirs, bar=BAR)
    assert not found.better
    assert said in found.reason


def test_better_by_luck_of_eight_examples_is_not() -> None:
    lucky = judge(passed(5, 8), passed(0, 8), bar=BAR)
    assert lucky.comparison.difference == pytest.approx(5 / 8)
    assert not lucky.better  # 5 of 5: p = 2 / 32
    # Chosen as the best of four adapters by these very examples, 8 of 8 are no proof either.
    every = passed(8, 8), passed(0, 8)
    assert judge(*every, bar=BAR).better  # p = 2 / 256
    of_eight = judge(*every, bar=Bar("x", candidates=8))
    assert not of_eight.better
    assert "the best of 8" in of_eight.reason


def test_no_adapter_that_is_as_good_is_taken_for_better_more_often_than_the_level() -> None:
    draw = np.random.default_rng(3)
    wrong = 0
    for _ in range(400):
        mine, theirs = (scores([bool(v) for v in draw.random(60) < 0.5]) for _ in range(2))
        wrong += judge(mine, theirs, bar=BAR).better
    assert wrong <= 400 * 0.025 + 8  # one side of a test at 5 %, and four standard deviations


def test_the_margin_has_to_be_passed_by_the_interval() -> None:
    mine, theirs = passed(80, 100), passed(60, 100)
    assert judge(mine, theirs, bar=Bar("x", margin=0.05)).better
    short = judge(mine, theirs, bar=Bar("x", margin=0.19))
    assert not short.better
    assert "not proven better by more than 0.19" in short.reason
    assert not judge(mine, theirs, bar=Bar("x", margin=0.2)).better


def test_a_question_that_repeats_counts_once() -> None:
    mine, theirs = scores([True] * 12), scores([False] * 12)
    assert judge(mine, theirs, bar=BAR).better
    same = {"higher_order": {f"e{n}": "the same" for n in range(12)}}
    assert not judge(mine, theirs, bar=BAR, questions=same).better
    three = {"higher_order": {f"e{n}": n % 3 for n in range(12)}}
    assert not judge(mine, theirs, bar=BAR, questions=three).better


def test_of_several_data_sets_the_mean_of_means_has_to_be_ahead_too() -> None:
    # A large set that is won a little, and a small one that is lost: pooled it is a win.
    mine = {"large": passed(300, 400)["higher_order"], "small": passed(0, 10)["higher_order"]}
    theirs = {"large": passed(240, 400)["higher_order"], "small": passed(10, 10)["higher_order"]}
    found = judge(mine, theirs, bar=BAR)
    assert found.comparison.difference is not None
    assert found.comparison.difference > 0
    assert not found.better


def test_missing_values_are_left_out_and_other_examples_refused() -> None:
    mine, theirs = scores([True] * 12 + [None]), scores([False] * 12 + [None])
    assert judge(mine, theirs, bar=BAR).comparison.n == 12
    assert mean_of(scores([None])) is None
    assert mean_of({}) is None
    with pytest.raises(UserError, match="not scored on the same examples"):
        judge(mine, scores([True]), bar=BAR)
