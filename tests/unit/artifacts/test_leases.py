"""A lease has one owner at a time, and ends with its owner's life."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import uuid
from pathlib import Path

import pytest

from tuneyard.artifacts import RunDir, lease
from tuneyard.errors import UserError


@pytest.fixture(params=["local", "remote"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> RunDir:
    return RunDir(str(tmp_path) if request.param == "local" else f"memory://{uuid.uuid4()}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_BEAT", 0.05), ("_LOST", 0.5), ("_POLL", 0.01)):
        monkeypatch.setattr(f"tuneyard.artifacts.leases.{name}", seconds)


def test_one_owner_at_a_time(run: RunDir) -> None:
    inside, most, waited = [0], [0], [0]
    lock = threading.Lock()

    def wait() -> None:
        waited[0] += 1

    def work() -> None:
        with lease(run, "step", wait):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.1)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert waited[0] == 3


def test_other_steps_are_not_waited_for(run: RunDir) -> None:
    with lease(run, "a", lambda: pytest.fail("it waits")), lease(run, "b"):
        pass
    with lease(run, "a", lambda: pytest.fail("it waits")):
        pass


def test_an_error_gives_it_back(run: RunDir) -> None:
    with pytest.raises(ValueError, match="x"), lease(run, "a"):
        raise ValueError("x")
    with lease(run, "a", lambda: pytest.fail("it waits")):
        pass


def _hold(folder: str, ready: object) -> None:
    with lease(RunDir(folder), "step"):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_killed_owner_has_it_no_more(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    owner = context.Process(target=_hold, args=(str(tmp_path), ready))
    owner.start()
    assert ready.wait(30)

    def kill() -> None:
        assert owner.pid is not None
        os.kill(owner.pid, signal.SIGKILL)

    told: list[str] = []

    def waiting() -> None:
        told.append("waits")
        kill()

    with lease(RunDir(str(tmp_path)), "step", waiting):
        assert told == ["waits"]
    owner.join()


def test_a_note_that_nobody_writes_to_is_taken_away() -> None:
    run = RunDir(f"memory://{uuid.uuid4()}")
    assert run.create_text("a dead owner's 7", "leases", "step")
    began = time.monotonic()
    with lease(run, "step"):
        assert time.monotonic() - began >= 0.5
    assert run.read_text("leases", "step") is None


def test_who_was_taken_for_dead_leaves_the_next_owner_s_note_alone() -> None:
    run = RunDir(f"memory://{uuid.uuid4()}")
    with lease(run, "step"):
        run.write_text("another's 3", "leases", "step")  # as if the store had been away
        time.sleep(0.3)  # several beats
        assert run.read_text("leases", "step") == "another's 3"
    assert run.read_text("leases", "step") == "another's 3"


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "leases").write_text("a file")
    with pytest.raises(UserError), lease(RunDir(str(tmp_path)), "step"):
        pass
