"""The best trial, by one objective or several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Sweep
from tuneyard.sweep.records import Record
from tuneyard.sweep.space import Point
from tuneyard.sweep.winner import best, front, gains, rule

VALUES = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([5.0, 6.0])), max_size=9
)


def sweep(metric: object = "codebleu", slack: float = 0.0) -> Sweep:
    space = {"dpo.beta": {"choice": [0.1, 0.2]}}
    return Sweep.model_validate({"arms": ["dpo"], "space": space, "metric": metric, "slack": slack})


BOTH = {"codebleu": "max", "adapter_size": "min"}


def records(*values: tuple[float, float]) -> list[Record]:
    return [
        Record(
            number, Point("dpo"), status="done", value=first,
            values={"codebleu": first, "adapter_size": second},
        )
        for number, (first, second) in enumerate(values)
    ]  # fmt: skip


def test_of_equal_trials_the_first_is_the_best() -> None:
    found = records((0.2, 9), (0.3, 9), (0.3, 5))
    found.append(Record(3, Point("dpo"), status="stopped", value=0.9))
    top = best(found, sweep())
    assert top is not None
    assert top.number == 1
    low = best(found, sweep({"codebleu": "min"}))
    assert low is not None
    assert low.number == 0
    assert best([], sweep()) is None
    # Records of before there were several objectives have one value.
    old = best([Record(0, Point("dpo"), status="done", value=0.5)], sweep())
    assert old is not None


@pytest.mark.parametrize(
    ("slack", "number"),
    [(0.0, 1), (0.04, 1), (0.1, 3), (1.0, 0)],
)
def test_the_first_objective_decides_but_for_the_slack(slack: float, number: int) -> None:
    found = records((0.1, 2), (0.9, 8), (0.85, 9), (0.85, 6), (0.9, 9))
    assert [one.number for one in front(found, sweep(BOTH))] == [1, 3, 0]
    top = best(found, sweep(BOTH, slack))
    assert top is not None
    assert top.number == number
    said = rule(sweep(BOTH, slack))
    assert said is not None
    assert ("behind in codebleu" in said) is (slack > 0)


@given(VALUES)
def test_no_trial_beats_one_of_the_front_and_one_of_it_beats_each_other(
    values: list[tuple[float, float]],
) -> None:
    both, found = sweep(BOTH), records(*values)
    kept = front(found, both)
    numbers = {one.number for one in kept}

    def beats(one: Record, other: Record) -> bool:
        pairs = list(zip(gains(one, both), gains(other, both), strict=True))
        return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)

    assert not [1 for one in found for other in kept if beats(one, other)]
    for one in found:
        assert one.number in numbers or any(beats(other, one) for other in kept)
    assert (best(found, both) is None) is (not found)
    assert not found or best(found, both) in kept
