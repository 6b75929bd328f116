"""Steps side by side: nothing before what it needs, everything that can be, and no step twice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.plan.schedule import Schedule
from tuneyard.plan.step import Step


@dataclass(frozen=True, eq=False, kw_only=True)
class Node(Step):
    stage: ClassVar[str] = "node"
    number: int
    needs: tuple[Node, ...]


def graph(edges: list[list[bool]]) -> list[Node]:
    """Return nodes of which each needs those before it that its row names."""
    nodes: list[Node] = []
    for number, row in enumerate(edges):
        needs = tuple(node for node, wanted in zip(nodes, row, strict=False) if wanted)
        nodes.append(Node(label=str(number), number=number, needs=needs))
    return nodes


GRAPHS = st.lists(st.lists(st.booleans(), max_size=8), min_size=1, max_size=9).map(graph)


@given(GRAPHS, st.sets(st.integers(0, 8)), st.integers(1, 4), st.randoms())
def test_each_step_runs_once_after_what_it_needs_or_is_missing(
    nodes: list[Node], failing: set[int], parallel: int, draw: random.Random
) -> None:
    schedule = Schedule(nodes)
    done: list[Node] = []
    failed: list[Node] = []
    while True:
        ready = schedule.ready()
        for step in ready[: parallel - len(schedule.running)]:
            assert isinstance(step, Node)
            assert set(step.needs) <= set(done)
            schedule.start(step)
        if not schedule.running:
            break
        # Nothing waits that could run.
        assert len(schedule.running) == parallel or not schedule.ready()
        step = draw.choice(schedule.running)
        assert isinstance(step, Node)
        if step.number in failing:
            schedule.failed(step)
            failed.append(step)
        else:
            schedule.done(step)
            done.append(step)
    assert len(done) == len(set(done))
    assert {*done, *failed, *schedule.missing} == set(nodes)
    # What is missing needs something that failed, and nothing else is missing.
    for step in nodes:
        doomed = any(one in step.needed() for one in failed if one is not step)
        assert (step in schedule.missing) is doomed


def test_what_is_done_already_holds_nothing_up() -> None:
    one, two, three = graph([[], [True], [False, True]])
    schedule = Schedule([two, three])
    assert schedule.ready() == [two]
    schedule.start(two)
    assert schedule.ready() == []
    schedule.done(two)
    assert schedule.ready() == [three]
    schedule.stop()
    assert schedule.ready() == []
    assert schedule.missing == [three]
    assert one not in schedule.missing
