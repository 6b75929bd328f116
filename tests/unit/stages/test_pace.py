"""What is left is estimated by what was done, however much runs side by side."""

from __future__ import annotations

import random
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.stages.pace import Pace


class Stub:
    """A step of a kind."""

    def __init__(self, stage: str) -> None:
        self.stage = stage


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def pace(kinds: str) -> tuple[Pace, list[Any], Clock]:
    clock = Clock()
    steps: list[Any] = [Stub(kind) for kind in kinds]
    return Pace(steps, clock), steps, clock


def test_nothing_is_known_before_a_step_has_ended() -> None:
    ours, steps, clock = pace("ab")
    assert ours.left() is None
    with ours.timed(steps[0]):
        clock.now += 5
        assert ours.left() is None


def test_steps_of_a_kind_take_as_long_as_those_before() -> None:
    ours, steps, clock = pace("abab")
    for step, seconds in zip(steps[:2], (10, 2), strict=True):
        with ours.timed(step):
            clock.now += seconds
    assert ours.left() == 12
    with ours.timed(steps[2]):
        clock.now += 4
        assert ours.left() == pytest.approx(6 + 2)
        clock.now += 100  # longer than the one before
        assert ours.left() == pytest.approx(2)


@pytest.mark.parametrize(("kind", "seconds"), [("c", 7), ("generate", 140), ("score", 21)])
def test_a_kind_of_which_none_has_ended_takes_its_usual_share(kind: str, seconds: float) -> None:
    clock = Clock()
    steps: list[Any] = [Stub("a"), Stub(kind)]
    ours = Pace(steps, clock)
    with ours.timed(steps[0]):
        clock.now += 7
    assert ours.left() == pytest.approx(seconds)


def test_what_failed_or_is_not_run_here_is_no_more_to_be_waited_for() -> None:
    ours, steps, clock = pace("aaaa")
    with ours.timed(steps[0]):
        clock.now += 10
    with pytest.raises(ZeroDivisionError), ours.timed(steps[1]):
        clock.now += 1 / 0
    ours.leave(steps[2])
    assert ours.left() == pytest.approx(10)
    ours.leave(steps[3])
    assert ours.left() is None


def test_nothing_is_left_at_the_end() -> None:
    ours, steps, clock = pace("a")
    with ours.timed(steps[0]):
        clock.now += 7
    assert ours.left() is None


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 5))
def test_what_runs_side_by_side_is_over_sooner(wide: int, rounds: int, seed: int) -> None:
    ours, steps, clock = pace("a" * (wide * (rounds + 1)))
    seconds = random.Random(seed).uniform(1, 9)
    for number in range(rounds):
        now = steps[number * wide : (number + 1) * wide]
        with ExitStack() as running:
            for step in now:
                running.enter_context(ours.timed(step))
            clock.now += seconds
    assert ours.left() == pytest.approx(seconds)
