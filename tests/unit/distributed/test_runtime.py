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
from tuneyard.distributed import runtime
from tuneyard.errors import RunError, UserError


def test_every_worker_gets_a_slot_and_one_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "cores", lambda: 2)
    assert runtime._slots(Resources()) == 3
    assert runtime._slots(Resources(workers=5)) == 5
    assert runtime._slots(Resources(workers=2, cpus_per_worker=2.5)) == 5
    assert runtime._slots(Resources(inference_workers=2, scoring_workers=3)) == 6
    monkeypatch.setattr(runtime, "cores", lambda: 64)
    assert runtime._slots(Resources()) == 64


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
        monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 2})
        monkeypatch.setattr(runtime, "_RETRY_SECONDS", 0.01)
        monkeypatch.setattr(runtime, "_SERVERS", ("sleep",))
        monkeypatch.delenv("RAY_ADDRESS", raising=False)
        # The other tests' Ray stays as it is.
        monkeypatch.setattr(runtime, "_local", False)
        monkeypatch.setattr(runtime, "_servers", {})
        monkeypatch.setattr(runtime, "_endings", [])
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
    runtime.start(Resources(), lambda text: (lost.append(text), heard.set()))
    assert [a["_temp_dir"] for a in attempts] == ["/tmp/x/ray", "/tmp/x/ray2", "/tmp/x/ray3"]
    first, second, third = (a["server"] for a in attempts)
    assert first.wait() == second.wait() == -signal.SIGKILL
    assert runtime.local()
    assert runtime.lost() is None
    # It lives, and when it dies later this is told.
    third.kill()
    assert heard.wait(10)
    assert lost == [f"sleep (process {third.pid}) was killed by SIGKILL"]
    assert runtime.lost() == lost[0]
    runtime.stop()


def test_a_ray_that_never_comes_up_is_one_message(starts) -> None:
    attempts = starts(99)
    with pytest.raises(RunError, match="does not start") as error:
        runtime.start(Resources())
    assert len(attempts) == 3
    assert "timed out" in str(error.value.shown)
    assert "could happen" not in str(error.value)
    assert not runtime.local()


def test_authentication_of_a_local_ray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")  # so that it is as before in the end
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    runtime._check_auth()
    assert "RAY_AUTH_TOKEN" not in os.environ
    monkeypatch.setenv("RAY_AUTH_MODE", "tokn")
    with pytest.raises(UserError, match="RAY_AUTH_MODE"):
        runtime._check_auth()
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(UserError, match="RAY_AUTH_TOKEN_PATH"):
        runtime._check_auth()
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH")
    runtime._check_auth()
    assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
