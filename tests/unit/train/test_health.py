"""The stop rule, and which prompts are watched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Stop
from tuneyard.train.health import Collapse, spread


def verdicts(rule: Stop | None, changes: list[float]) -> list[dict[str, Any] | None]:
    """One forward pass of ten tokens a step, with these changes a token."""
    collapse = Collapse(rule)
    found = []
    for step, change in enumerate(changes, 1):
        collapse.add(10 * change, 10)
        found.append(collapse.verdict(step, len(changes)))
    return found


def test_it_stops_after_patience_steps_running() -> None:
    rule = Stop(chosen_logp_drop=1.0, patience=2)
    assert verdicts(rule, [0, -2, -0.5, -1.5, -1.0, -1.1]) == [None] * 6  # never two running
    *before, last = verdicts(rule, [0, -0.5, -1.5, -1.25])
    assert before == [None] * 3
    assert last is not None
    assert (last["step"], last["total_steps"], last["drop"], last["limit"]) == (4, 4, 1.25, 1.0)
    assert "stopped at step 4 of 4" in last["text"]
    assert "1.25 nats a token" in last["text"]
    assert verdicts(None, [0, -99, -99]) == [None] * 3


def test_the_drop_counts_from_the_first_step() -> None:
    """With the base as reference an SFT policy starts above it."""
    rule = Stop(chosen_logp_drop=1.0, patience=1)
    assert verdicts(rule, [3.0, 2.5, 2.1])[2] is None
    assert verdicts(rule, [3.0, 2.5, 1.9])[2] is not None


def test_a_step_is_the_mean_over_the_tokens_of_its_forward_passes() -> None:
    collapse = Collapse(Stop(chosen_logp_drop=1.0, patience=1))
    collapse.add(0, 5)
    assert collapse.verdict(1, 3) is None
    collapse.add(-30, 10)
    collapse.add(0, 30)
    assert collapse.verdict(2, 3) is None  # 30 nats on 40 tokens, not 3 and 0 on average
    collapse.add(-30, 10)
    found = collapse.verdict(3, 3)
    assert found is not None
    assert found["drop"] == pytest.approx(3)


@given(
    st.lists(st.floats(-3, 1), min_size=2, max_size=12),
    st.integers(1, 4),
    st.data(),
)
def test_a_checkpoint_carries_the_rule_s_state(
    changes: list[float], patience: int, data: st.DataObject
) -> None:
    rule = Stop(chosen_logp_drop=0.5, patience=patience)
    at = data.draw(st.integers(1, len(changes) - 1))
    first, second = Collapse(rule), Collapse(rule)
    found = []
    for step, change in enumerate(changes, 1):
        collapse = first if step <= at else second
        collapse.add(10 * change, 10)
        found.append(collapse.verdict(step, len(changes)))
        if step == at:
            second.restore(first.kept())
    assert found == verdicts(rule, changes)


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=2), max_size=20), st.integers(1, 9)
)
def test_watched_prompts_are_distinct_and_in_order(prompts: list[list[int]], count: int) -> None:
    found = spread(prompts, count)
    distinct = [list(p) for p in dict.fromkeys(map(tuple, prompts))]
    assert len(found) == min(count, len(distinct))
    places = [distinct.index(prompt) for prompt in found]
    assert places == sorted(set(places))
    assert not found or places[0] == 0
