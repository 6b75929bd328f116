"""A sweep in a real MLflow: a run a trial, each once, with the swept keys as parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard.stages.context import Context
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.tracked import Tracked
from tuneyard.tracking.address import sqlite_uri

Sweep = Callable[..., PreparedSweep]


def context(made: PreparedSweep) -> Context:
    nothing = Mock()
    return Context(made.prepared.study, made.prepared.run, nothing, nothing)


def runs_of(made: PreparedSweep) -> tuple[Any, list[Any]]:
    """Return the parent run and its children, by name."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(sqlite_uri(f"{made.prepared.run.root}/mlflow.db"))
    (experiment,) = [one for one in client.search_experiments() if one.name == "tuneyard/swept"]
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if run is not parent]
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    return parent, sorted(children, key=lambda run: str(run.info.run_name))


@pytest.mark.slow
def test_each_trial_is_there_once_whatever_was_interrupted(sweep: Sweep) -> None:
    made, said = sweep(), list[str]()
    records = Records(made.prepared.run, made.key, 5)
    for number, point in enumerate(made.points[:3]):
        records.keep(Record(number, point))
    tracked = Tracked(made, records, said.append)
    for record in records.all.values():
        tracked.begin(record)
    tracked.rung(records.all[1], 4, 0.25)
    tracked.break_off()
    _, children = runs_of(made)
    assert {run.info.status for run in children} == {"KILLED"}
    # The next process begins the same trials, and ends them.
    tracked = Tracked(made, records, said.append)
    for record, status in zip(records.all.values(), ("done", "stopped", "failed"), strict=True):
        tracked.begin(record)
        record.status, record.value = status, 0.5 if status == "done" else None  # type: ignore[assignment]
        if status != "stopped":  # which MLflow does not take now
            record.logged = tracked.end(record, None, None)
    tracked.close(context(made))
    parent, children = runs_of(made)
    assert [run.info.run_name for run in children] == ["trial 0", "trial 1", "trial 2"]
    assert [run.info.status for run in children] == ["FINISHED", "FINISHED", "FAILED"]
    for run, point in list(zip(children, made.points, strict=False))[1:]:
        assert {key: run.data.params[key] for key in point.values} == {
            key: str(value) for key, value in point.values.items()
        }
    assert children[0].data.metrics["execution_success"] == 0.5
    assert children[1].data.metrics["rung/objective"] == 0.25
    assert parent.data.metrics["execution_success"] == 0.5
    assert (parent.data.metrics["failed"], parent.info.status) == (1, "FINISHED")
    assert parent.data.tags["tuneyard.best"] == "trial 0"
    assert said == []


def test_a_server_that_does_not_answer_stops_nothing(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise ConnectionError("nobody is there")

    made, said = sweep(), list[str]()
    monkeypatch.setattr("tuneyard.stages.runs.open_tracker", silent)
    record = Record(0, made.points[0], status="stopped")
    records = Records(made.prepared.run, made.key, 5)
    records.keep(record)
    tracked = Tracked(made, records, said.append)
    tracked.begin(record)
    assert tracked.end(record, None, None) is False
    tracked.close(context(made))
    assert len(said) == 1
    assert "nobody is there" in said[0]
    # The next process logs what is missing, once.
    server = Mock()
    monkeypatch.setattr("tuneyard.stages.runs.open_tracker", lambda *_: server)
    for _ in range(2):
        records = Records(made.prepared.run, made.key, 5)
        Tracked(made, records, said.append).close(context(made))
        assert records.all[0].logged
        assert server.arm.call_count == server.study.call_count == 1
    assert len(said) == 1
