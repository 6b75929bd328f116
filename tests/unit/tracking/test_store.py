from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from offers import Gate, passed

from tuneyard.errors import UserError
from tuneyard.tracking import Tracker, fetch_model


def test_a_key_has_one_parent_and_an_arm_one_run(tracker: Tracker, uri: str) -> None:
    study = tracker.study("cocobots", "k1", {"seed": 0})
    arm = tracker.arm(study, "sft", "a1", {"lora": {"r": 16}})
    later = Tracker(uri, "tuneyard/test")
    assert later.study("cocobots", "k1").id == study.id
    assert later.arm(study, "sft", "a1").id == arm.id
    assert later.arm(study, "sft", "a2").id != arm.id
    other = later.study("cocobots", "k2")
    assert other.id != study.id
    assert later.arm(other, "sft", "a1").id != arm.id
    entity = tracker.client.get_run(arm.id)
    assert entity.data.tags["mlflow.parentRunId"] == study.id
    assert entity.data.params == {"lora.r": "16"}
    assert entity.info.run_name == "sft"
    assert tracker.client.get_run(study.id).data.params == {"seed": "0"}


def test_an_arm_with_the_studys_key_is_not_the_study(tracker: Tracker) -> None:
    study = tracker.study("s", "same")
    arm = tracker.arm(study, "base", "same")
    assert arm.id != study.id
    assert tracker.study("s", "same").id == study.id


def test_a_key_with_a_quote_is_refused(tracker: Tracker) -> None:
    with pytest.raises(ValueError, match="quote"):
        tracker.study("s", "k' or 1=1")


def test_a_deleted_experiment_is_said(tracker: Tracker, uri: str) -> None:
    tracker.client.delete_experiment(tracker.experiment_id)
    with pytest.raises(UserError, match="deleted"):
        Tracker(uri, "tuneyard/test")


def test_a_first_study_is_quiet_and_calls_nobody(
    first_study: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, _ = first_study
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def server(migrated: Path, tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "mlflow.db").write_bytes(migrated.read_bytes())
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/server/mlflow.db"]
    command += ["--artifacts-destination", str(tmp_path / "server" / "artifacts")]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=tmp_path / "server",
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
            start_new_session=True,
        )
    uri = f"http://127.0.0.1:{port}"
    try:
        for _ in range(500):
            try:
                urllib.request.urlopen(f"{uri}/health", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.5)
        yield uri
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


@pytest.mark.slow
def test_a_study_on_a_server(server: str, adapter: Path, tmp_path: Path) -> None:
    tracker = Tracker(server, "tuneyard/test")
    with tracker.study("s", "k", {"seed": 0}) as study, tracker.arm(study, "sft", "a") as arm:
        arm.log_steps([{"step": s, "loss": 1 / s} for s in range(1, 1500)], "sft")
        arm.log_dataset("first/train", "a" * 64, 10, "generator")
    decision = Gate(tracker, adapter).offer("a", passed(20))
    assert (decision.role, decision.version) == ("champion", 1)
    again = Tracker(server, "tuneyard/test")
    resumed = again.arm(again.study("s", "k"), "sft", "a")
    assert resumed.id == arm.id
    assert resumed.log_steps([{"step": s, "loss": 1 / s} for s in range(1, 1500)], "sft") == 0
    fetched = fetch_model("cocobots", uri=server, to=tmp_path / "fetched")
    for file in adapter.rglob("*.safetensors"):
        assert (fetched.path / file.relative_to(adapter)).read_bytes() == file.read_bytes()
