"""Trials under Ray's own Tune: each once, stopped ones included, and nothing is held at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tuneyard import study
from tuneyard.errors import AbandonedError, UserError
from tuneyard.sweep import run, trials
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records

pytestmark = pytest.mark.slow
Sweep = Callable[..., PreparedSweep]
SPACE = "sweep.space={dpo.beta: {uniform: [0.1, 1.0]}, sft.lora.r: {choice: [4, 8]}}"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, float]]:
    """Runs trials whose work is a number; returns what Ray holds at the end of each sweep."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    found: list[dict[str, float]] = []

    def work(self: trials.Trials, record: Record) -> tuple[None, None]:
        value = float(record.point.values.get("dpo.beta", 0.05))
        if record.number == 3:
            raise UserError("the loss became nan", where="learning_rate", value=1)
        for steps in (4, 8) if self._made.sweep.stop else ():
            if not self._judged(record, steps, value * steps):
                raise AbandonedError(f"stopped at step {steps}")
        record.value, record.steps, record.status = value, 20, "done"
        record.values = dict.fromkeys(self._made.sweep.objectives, value)
        return None, None

    def stop(self: run.Cluster) -> None:
        import ray
        from ray.util import placement_group_table

        def left() -> dict[str, float]:
            groups = [g for g in placement_group_table().values() if g["state"] != "REMOVED"]
            there, free = ray.cluster_resources(), ray.available_resources()
            used = {name: there[name] - free.get(name, 0) for name in ("CPU", "memory")}
            return {**used, "groups": len(groups)}

        self.groups.release()  # workers that stay for the next trial, as far as they have started
        for _ in range(100):  # Ray hears of an actor's end a little later
            if not any(left().values()):
                break
            time.sleep(0.2)
        found.append(left())
        leave(self)

    leave = run.Cluster.stop
    monkeypatch.setattr(run.Cluster, "stop", stop)
    monkeypatch.setattr(trials.Trials, "_run", work)
    monkeypatch.setattr(study, "begin", lambda first, *_: first)
    monkeypatch.setattr(run, "import_all", lambda: None)
    return found


def records(made: PreparedSweep) -> list[Record]:
    kept = Records(made.prepared.run, made.key, made.sweep.trials)
    return [one for _, one in sorted(kept.all.items())]


def test_asha_stops_some_one_fails_and_all_is_given_back(
    sweep: Sweep, held: list[dict[str, float]]
) -> None:
    made = sweep(SPACE, "sweep.trials=12", "sweep.stop={first: 4}")
    run.run(made)
    found = records(made)
    count = {name: sum(one.status == name for one in found) for name in ("done", "stopped")}
    assert (len(found), found[3].status) == (12, "failed")
    assert count["stopped"] >= 2
    assert count["done"] == 11 - count["stopped"]
    assert found[0].status == "done"  # the worst of all, but the study as it is written
    best = max(found, key=lambda one: one.point.values.get("dpo.beta", 0) * (one.number != 3))
    assert best.status == "done"
    assert held == [{"CPU": 0, "memory": 0, "groups": 0}]


def test_optuna_draws_each_point_once_and_goes_on_where_it_was(
    sweep: Sweep, held: list[dict[str, float]]
) -> None:
    both = "sweep.metric={execution_success: max, adapter_size: min}"
    made = sweep(SPACE, both, "sweep.search=tpe", "sweep.trials=6", "sweep.parallel=1")
    run.run(made)
    first = records(made)
    assert [one.number for one in first] == list(range(6))
    more = sweep(SPACE, both, "sweep.search=tpe", "sweep.trials=9", "sweep.parallel=1")
    run.run(more)
    assert records(more)[:6] == first
    points = [str(one.point.values) for one in records(more)]
    assert len(set(points)) == 9
