"""A process's own folder of checkpoints, and what is left of those of dead processes."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pytest

from tuneyard.artifacts import RunDir, lease
from tuneyard.config import Resources
from tuneyard.distributed.lending import Groups
from tuneyard.stages.attempts import attempt_of, note, workplace


@pytest.fixture(params=["local", "remote"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> RunDir:
    return RunDir(str(tmp_path) if request.param == "local" else f"memory://{uuid.uuid4()}")


@pytest.fixture
def groups() -> Groups:
    return Groups(Resources())


def stores(run: RunDir, groups: Groups, name: str) -> str:
    """Have a group of workers that stores something; return where."""
    place = f"{groups.place}/{name}"
    run.write_text("x", *place.removeprefix(f"{run.root}/").split("/"), "checkpoint", "weights")
    return place


def workplaces(run: RunDir) -> list[str]:
    return [name for name in run.names("work") if name.startswith("training-")]


def test_each_process_has_its_own_and_it_ends_with_the_block(run: RunDir, groups: Groups) -> None:
    other = Groups(Resources())
    with workplace(run, groups):
        theirs = stores(run, groups, "a")
        with workplace(run, other):
            assert groups.place != other.place
            stores(run, other, "b")
            assert len(workplaces(run)) == 2
        # The other one has ended, and took away nothing but its own.
        assert [run.join("work", name, "a") for name in workplaces(run)] == [theirs]
        assert other.place is None
        with workplace(run, groups):  # a study of a sweep's: its workers stay
            assert theirs.startswith(f"{groups.place}/")
        assert theirs.startswith(f"{groups.place}/")
    assert groups.place is None
    assert workplaces(run) == []
    assert [name for name in run.names("leases") if name.startswith("training-")] == []


def test_a_training_that_was_broken_off_keeps_its_checkpoints(run: RunDir, groups: Groups) -> None:
    artifact = run.artifact("train", "k1")
    attempt = attempt_of(artifact)
    with workplace(run, groups):
        place, _ = stores(run, groups, "a"), stores(run, groups, "b")
        note(artifact, {**attempt, "place": place})
    (kept,) = workplaces(run)
    assert run.names("work", kept) == ["a"]
    # Another study comes by meanwhile.
    with workplace(run, groups):
        pass
    assert attempt_of(artifact) == {**attempt, "place": place}
    assert run.read_text("work", kept, "a", "checkpoint", "weights") == "x"
    run.discard("work", artifact.name)  # it has been gone on with, and is done
    with workplace(run, groups):
        pass
    assert workplaces(run) == []


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_has_is_not(
    run: RunDir, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuneyard.artifacts.leases._LOST", 1.0)
    monkeypatch.setattr("tuneyard.artifacts.leases._BEAT", 0.05)
    for name in ("training-dead", "training-alive"):
        run.write_text("x", "work", name, "group", "weights")
    if run.remote:
        run.write_text("token 7", "leases", "training-dead")
    with lease(run, "training-alive"), workplace(run, groups):
        pass
    if run.remote:  # who has not written for a moment need not be dead
        assert workplaces(run) == ["training-alive", "training-dead"]
    with lease(run, "training-alive"), workplace(run, groups):
        time.sleep(1.5)
    assert workplaces(run) == ["training-alive"]


def test_an_attempt_keeps_its_name_until_its_work_is_discarded(run: RunDir) -> None:
    artifact = run.artifact("train", "abc")
    first = attempt_of(artifact)
    assert first["name"].startswith("train-abc-")
    assert attempt_of(artifact) == first
    run.discard("work", artifact.name)
    # Checkpoints of the finished training may still lie beside those of later ones.
    assert attempt_of(artifact)["name"] != first["name"]


def test_a_damaged_note_is_none(run: RunDir, groups: Groups) -> None:
    artifact = run.artifact("train", "abc")
    for text in ("", "{", "[1]", '{"name": 1}'):
        run.write_text(text, "work", artifact.name, "attempt.json")
        with workplace(run, groups):
            pass
        assert attempt_of(artifact)["name"].startswith("train-abc-")
