"""How many trials run at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tuneyard.config import Resources
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.room import Room, bounded, planned

Sweep = Callable[..., PreparedSweep]


@pytest.mark.parametrize(
    ("resources", "cpus", "gpus", "at_once"),
    [
        ({}, 2, 0, 2),
        ({"workers": 2}, 2, 0, 1),
        ({"workers": 4}, 2, 0, 1),  # Ray gives them turns
        ({"workers": 2, "cpus_per_worker": 0.5}, 4, 0, 4),
        ({"gpus_per_worker": 0.25}, 1, 1, 4),
        ({"gpus_per_worker": 1, "workers": 2}, 64, 8, 4),
        ({"gpus_per_worker": 0.1}, 1, 1, 10),
        ({"parallel": 3}, 64, 0, 3),
        ({}, 1000, 0, 32),
    ],
)
def test_as_many_trainings_as_there_is_room_for(
    sweep: Sweep, resources: dict[str, float], cpus: float, gpus: float, at_once: int
) -> None:
    made = sweep().sweep
    assert bounded(made, Resources.model_validate(resources), Room(cpus, gpus)) == at_once


def test_a_sweep_bounds_it_where_nobody_knows_how_much_there_is(sweep: Sweep) -> None:
    assert bounded(sweep("sweep.parallel=5").sweep, Resources(), None) == 5


def test_the_plan_says_how_many_and_how_long(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    said = "\n".join(planned(sweep("sweep.parallel=1")))
    assert "at a time, on this machine: 1" in said
    assert "training of all trials, none stopped: about" in said
    monkeypatch.setenv("RAY_ADDRESS", "ray:6379")
    assert "as many as the cluster has room for" in "\n".join(planned(sweep()))
