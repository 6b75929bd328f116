"""How Ray is started: slots, retries, authentication."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Resources
from tuneyard.distributed import cluster, local_ray
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import RunError, UserError


def test_every_worker_gets_a_slot_and_one_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_ray, "cores", lambda: 2)
    assert local_ray.slots(Resources()) == 3
    assert local_ray.slots(Resources(workers=5)) == 5
    assert local_ray.slots(Resources(workers=2, cpus_per_worker=2.5)) == 5
    assert local_ray.slots(Resources(inference_workers=2, scoring_workers=3)) == 6
    monkeypatch.setattr(local_ray, "cores", lambda: 64)
    assert local_ray.slots(Resources()) == 64


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch):
    """Has ``ray.init`` fail so many times, each time with a server left; returns the attempts."""
    ray = pytest.importorskip("ray")

    def prepare(failures: int) -> list[dict[str, Any]]:
        attempts: list[dict[str, Any]] = []

        def init(**settings: Any) -> None:
            attempts.append({**settings, "server": subprocess.Popen(["sleep", "60"])})
            if len(attempts) <= failures:
                raise Exception("The current node timed out during startup. This\ncould happen")

        monkeypatch.setattr(ray, "init", init)
        monkeypatch.setattr(ray, "is_initialized", lambda: False)
        monkeypatch.setattr(ray, "shutdown", lambda: None)
        monkeypatch.setattr(ray, "nodes", list)
        monkeypatch.setattr(local_ray, "_RETRY_SECONDS", 0.01)
        monkeypatch.setattr(cluster, "_SERVERS", ("sleep",))
        monkeypatch.delenv("RAY_ADDRESS", raising=False)
        made.append(attempts)
        return attempts

    made: list[list[dict[str, Any]]] = []
    yield prepare
    for attempts in made:
        for attempt in attempts:
            attempt["server"].kill()
            attempt["server"].wait()


def test_a_ray_that_is_not_up_in_time_is_started_again(
    starts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEYARD_SCRATCH", "/tmp/x")
    attempts = starts(2)
    lost: list[str] = []
    heard = threading.Event()
    ray = Cluster(Resources(), lambda text: (lost.append(text), heard.set()))
    ray.start()
    assert [a["_temp_dir"] for a in attempts] == ["/tmp/x/ray", "/tmp/x/ray2", "/tmp/x/ray3"]
    first, second, third = (a["server"] for a in attempts)
    assert first.wait() == second.wait() == -signal.SIGKILL
    assert ray.groups.local
    assert ray.lost() is None
    # It lives, and when it dies later this is told.
    third.kill()
    assert heard.wait(10)
    assert lost == [f"sleep (process {third.pid}) was killed by SIGKILL"]
    assert ray.lost() == lost[0]
    ray.stop()


def test_a_ray_that_never_comes_up_is_one_message(starts) -> None:
    attempts = starts(99)
    ray = Cluster(Resources())
    with pytest.raises(RunError, match="does not start") as error:
        ray.start()
    assert len(attempts) == 3
    assert "timed out" in str(error.value.shown)
    assert "could happen" not in str(error.value)
    assert not ray.groups.local


def test_authentication_of_a_local_ray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")  # so that it is as before in the end
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    local_ray.check_auth()
    assert "RAY_AUTH_TOKEN" not in os.environ
    monkeypatch.setenv("RAY_AUTH_MODE", "tokn")
    with pytest.raises(UserError, match="RAY_AUTH_MODE"):
        local_ray.check_auth()
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(UserError, match="RAY_AUTH_TOKEN_PATH"):
        local_ray.check_auth()
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH")
    local_ray.check_auth()
    assert len(os.environ["RAY_AUTH_TOKEN"]) == 64


def test_a_ray_of_somebody_else_s_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray")
    ended: list[bool] = []
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "shutdown", lambda: ended.append(True))
    guest = Cluster(Resources())
    guest.start()
    guest.stop()
    assert ended == []
    assert not guest.groups.local
