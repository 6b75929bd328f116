"""What a local Ray could not give is refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuneyard import machine
from tuneyard.cli import main
from tuneyard.config import Resources
from tuneyard.errors import UserError

QUICKSTART = str(Path(__file__).parents[2] / "jobs" / "configs" / "quickstart.yaml")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, 24 GiB and no GPU, whatever this machine has."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(machine, "cores", lambda: 2)
    monkeypatch.setattr(machine, "memory", lambda: 24 << 30)
    monkeypatch.setattr(machine, "has_gpu", lambda: False)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"workers": 1000}, "workers"),
        ({"workers": 17}, "workers"),
        ({"inference_workers": 1000}, "inference_workers"),
        ({"scoring_workers": 1000}, "scoring_workers"),
        ({"gpus_per_worker": 0.5}, "gpus_per_worker"),
    ],
)
def test_what_a_machine_cannot_hold_is_refused(
    asked: dict[str, Any], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as caught:
        machine.check_machine(Resources(**asked))
    assert caught.value.where == f"resources.{key}"
    assert caught.value.shown == str(asked[key])
    assert "RAY_ADDRESS" in str(caught.value.remedy)
    monkeypatch.setenv("RAY_ADDRESS", "ray.example:6379")
    machine.check_machine(Resources(**asked))


def test_workers_may_share_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.check_machine(Resources(workers=16))
    monkeypatch.setattr(machine, "cores", lambda: 1)
    monkeypatch.setattr(machine, "memory", lambda: 1 << 29)
    machine.check_machine(Resources(workers=2))
    with pytest.raises(UserError, match="holds at most 2 workers"):
        machine.check_machine(Resources(workers=3))
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    machine.check_machine(Resources(gpus_per_worker=1))


@pytest.mark.parametrize("asked", ["workers=1000", "gpus_per_worker=1"])
def test_run_refuses_it_at_once_and_plan_says_so(
    asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [QUICKSTART, f"run_dir={tmp_path / 'run'}", f"resources.{asked}"]
    assert main(["run", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "this machine" in said.err
    assert not list(tmp_path.iterdir())
    assert main(["plan", *words]) == 0  # it may be meant for a cluster
    assert "note: run here, it is refused: " in capsys.readouterr().out


def test_this_machine_has_something() -> None:
    assert machine.cores() >= 1
    assert machine.memory() > 1 << 28


def test_a_machine_that_hides_its_gpus_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(machine.os, "listdir", lambda path: ["null", "nvidia0", "nvidiactl"])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert machine.has_gpu()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not machine.has_gpu()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr(machine.os, "listdir", lambda path: ["null", "nvidiactl"])
    assert not machine.has_gpu()


def test_a_local_ray_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    (said,) = machine.unread_here(Resources(autoscaling=True))
    assert "resources.autoscaling is not read here" in said
    assert machine.unread_here(Resources()) == []
    monkeypatch.setenv("RAY_ADDRESS", "auto")
    assert machine.unread_here(Resources(autoscaling=True)) == []
