from __future__ import annotations

import json
import math
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tuneyard.errors import UserError
from tuneyard.tracking import Run, Tracker

HISTORY = [{"step": step, "loss": 2.0 - step / 400, "lr": 1e-4} for step in range(1, 601)]


@pytest.fixture
def run(tracker: Tracker) -> Run:
    return tracker.study("cocobots", "k1")


def stored(run: Run) -> Any:
    return run.tracker.client.get_run(run.id)


def steps(run: Run, metric: str) -> list[int]:
    return [point.step for point in run.tracker.client.get_metric_history(run.id, metric)]


def test_parameters_beyond_every_limit(run: Run) -> None:
    run.log_params({"many": {f"p{i}": i for i in range(250)}, "long": "x" * 9000, "a@b": 1})
    params = stored(run).data.params
    assert params["many.p249"] == "249"
    assert params["long"].endswith(")")
    assert len(params["long"]) == 6000
    assert len(params) == 252


def test_a_changed_parameter_keeps_the_first_value_and_shows_the_other(run: Run) -> None:
    run.log_params({"lr": 1, "r": 16})
    again = run.tracker.study("cocobots", "k1", {"lr": 2, "r": 16})
    data = stored(run).data
    assert data.params == {"lr": "1", "r": "16"}
    assert json.loads(data.tags["tuneyard.changed_params"]) == {"lr": "2"}
    assert again.id == run.id


def test_steps_are_logged_once(run: Run) -> None:
    assert run.log_steps(HISTORY[:400], "sft") == 800
    assert run.log_steps(HISTORY, "sft") == 400
    assert run.log_steps(HISTORY, "sft") == 0
    again = run.tracker.study("cocobots", "k1")
    assert again.log_steps(HISTORY, "sft") == 0
    assert again.log_steps(HISTORY[:2], "dpo") == 4
    assert steps(run, "sft/loss") == [row["step"] for row in HISTORY]
    assert steps(run, "dpo/lr") == [1, 2]


def test_values_that_are_not_finite_are_left_out_and_said(run: Run) -> None:
    rows = [{"step": 1, "loss": 1.0}, {"step": 2, "loss": math.nan}, {"step": 3, "loss": None}]
    assert run.log_steps(rows) == 1
    assert run.log_steps([*rows, {"step": 4, "loss": math.inf}]) == 0
    assert steps(run, "loss") == [1]
    run.log_metrics({"exact_match": 0.5, "codebleu": math.nan, "bleu": None})
    data = stored(run).data
    assert data.metrics["exact_match"] == 0.5
    assert "codebleu" not in data.metrics
    assert json.loads(data.tags["tuneyard.not_finite_metrics"]) == ["codebleu"]
    note = json.loads(data.tags["tuneyard.not_finite"])["loss"]
    assert note == {"count": 2, "first_steps": [2, 4]}


def test_a_history_in_parts_with_steps_said_twice_is_logged_once(run: Run) -> None:
    for rows in (HISTORY[:5], HISTORY[3:8] + HISTORY[5:9], HISTORY[:12]):
        run.log_steps(rows, "sft")
    assert steps(run, "sft/loss") == [row["step"] for row in HISTORY[:12]]


def test_after_a_call_that_failed_mlflow_is_asked_what_arrived(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = run.tracker.client.log_batch

    def fail(run_id: str, metrics: Any = (), params: Any = (), tags: Any = ()) -> None:
        log(run_id, metrics=metrics)  # the points arrive, their record does not
        raise ConnectionError("timed out")

    with monkeypatch.context() as patch:
        patch.setattr(run.tracker.client, "log_batch", fail)
        with pytest.raises(UserError, match="cannot be reached"):
            run.log_steps(HISTORY[:5], "sft")
    assert run.log_steps(HISTORY[:7], "sft") == 4
    assert steps(run, "sft/loss") == [row["step"] for row in HISTORY[:7]]


def test_single_metrics_are_logged_once_unless_they_changed(run: Run) -> None:
    run.log_metrics({"es": True, "em": 0.5})
    run.tracker.study("cocobots", "k1").log_metrics({"es": True, "em": 0.75})
    assert len(run.tracker.client.get_metric_history(run.id, "es")) == 1
    assert stored(run).data.metrics == {"es": 1.0, "em": 0.75}


def test_data_sets_show_their_digest_and_can_be_opened(run: Run, tmp_path: Path) -> None:
    import mlflow.data

    file = tmp_path / "train.jsonl"
    file.write_text("{}\n")
    for _ in range(2):
        run.log_dataset("first/train", "a1" * 32, 4144, str(file))
        run.log_dataset("first/validation", "b2" * 32, 500, "generator, seed 0", "evaluation")
    inputs = {i.dataset.name: i for i in stored(run).inputs.dataset_inputs}
    assert len(stored(run).inputs.dataset_inputs) == 2
    training = inputs["first/train"]
    assert training.dataset.digest == ("a1" * 32)[:36]
    assert json.loads(training.dataset.profile) == {"num_rows": 4144}
    tags = {tag.key: tag.value for tag in training.tags}
    assert tags == {"mlflow.data.context": "training", "tuneyard.digest": "a1" * 32}
    assert Path(mlflow.data.get_source(training.dataset).load()) == file
    evaluation = {tag.key: tag.value for tag in inputs["first/validation"].tags}
    assert evaluation["mlflow.data.context"] == "evaluation"


def test_artifacts_lie_beside_the_database(run: Run, adapter: Path, tmp_path: Path) -> None:
    run.log_artifacts(adapter, "adapter")
    found = {file.path for file in run.tracker.client.list_artifacts(run.id, "adapter")}
    assert "adapter/adapter_config.json" in found
    (nested,) = (tmp_path / "artifacts").rglob("nested/README.md")
    assert nested.read_text(encoding="utf-8") == "β\n"


def test_artifacts_that_cannot_be_written_are_the_users_to_mend(
    uri: str, adapter: Path, tmp_path: Path
) -> None:
    run = Tracker(uri, "other").study("s", "k")
    (tmp_path / "artifacts").touch()
    with pytest.raises(UserError, match="artifacts cannot be written"):
        run.log_artifacts(adapter, "adapter")


def test_a_file_that_cannot_be_copied_is_named(run: Run, adapter: Path, tmp_path: Path) -> None:
    run.log_artifacts(adapter, "adapter")
    (folder,) = (tmp_path / "artifacts").rglob("adapter/nested")
    shutil.rmtree(folder)
    folder.touch()
    with pytest.raises(UserError, match=r"artifacts cannot be written.*nested"):
        run.log_artifacts(adapter, "adapter")


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "FINISHED"), (ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")],
)
def test_a_run_ends_as_its_block_does(
    tracker: Tracker, error: type[BaseException] | None, status: str
) -> None:
    try:
        with tracker.study("s", "k") as run:
            child = tracker.arm(run, "sft", "a")
            if error:
                raise error
    except (ValueError, KeyboardInterrupt):
        pass
    assert stored(run).info.status == status
    assert stored(child).info.status == ("FAILED" if status == "FAILED" else "KILLED")


def test_a_failed_run_runs_again_and_a_finished_one_keeps_its_end(tracker: Tracker) -> None:
    first = tracker.study("s", "k")
    first.finish("FAILED")
    again = tracker.study("s", "k")
    assert stored(again).info.status == "RUNNING"
    again.finish()
    end = stored(again).info.end_time
    third = tracker.study("s", "k")
    third.finish()
    assert (stored(third).info.status, stored(third).info.end_time) == ("FINISHED", end)


def test_the_time_in_which_a_study_was_stopped_is_not_in_its_duration(uri: str) -> None:
    now = int(time.time() * 1000)
    hour = 3_600_000
    first = Tracker(uri, "tuneyard/test", began=now)
    study = first.study("s", "k")
    first.arm(study, "sft", "a")
    # As if it had been killed a while ago: its last sign of life is there, and nothing else.
    tag = json.dumps([[now - hour, now - hour + 5_000]])
    first.client.set_tag(study.id, "tuneyard.sessions", tag)
    second = Tracker(uri, "tuneyard/test", began=now)
    study = second.study("s", "k")
    arm = second.arm(study, "sft", "a")
    arm.finish()
    study.finish()
    for run in (arm, study):
        info = stored(run).info
        assert info.status == "FINISHED"
        assert 0 <= info.end_time - info.start_time < 60_000
    kept = json.loads(stored(study).data.tags["tuneyard.sessions"])
    assert [began for began, _ in kept] == [now - hour, now]


KILLED = """
import os, signal, sys
from tuneyard.tracking import Tracker
tracker = Tracker(sys.argv[1], "tuneyard/test")
study = tracker.study("cocobots", "k1")
arm = tracker.arm(study, "sft", "a1")
log, calls = tracker.client.log_batch, []
def log_batch(run_id, metrics=(), params=(), tags=()):
    calls.append(1)
    if len(calls) == 2:  # dies with the points of this call stored, but not its record of them
        log(run_id, metrics=metrics)
        os.kill(os.getpid(), signal.SIGKILL)
    log(run_id, metrics=metrics, params=params, tags=tags)
tracker.client.log_batch = log_batch
arm.log_steps([{"step": s, "loss": s / 7, "lr": 1.0} for s in range(1, 1201)], "sft")
"""


def test_a_killed_study_goes_on_in_its_own_runs(uri: str) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED, uri], timeout=120)
    assert died.returncode == -signal.SIGKILL
    tracker = Tracker(uri, "tuneyard/test")
    study = tracker.study("cocobots", "k1")
    arm = tracker.arm(study, "sft", "a1")
    assert study.resumed
    assert arm.resumed
    assert stored(arm).info.status == "RUNNING"
    history = [{"step": s, "loss": s / 7, "lr": 1.0} for s in range(1, 1201)]
    assert arm.log_steps(history, "sft") == 2400 - 2 * 990
    assert steps(arm, "sft/loss") == list(range(1, 1201))
    assert steps(arm, "sft/lr") == list(range(1, 1201))
    arm.finish()
    study.finish()
    assert len(tracker.client.search_runs([tracker.experiment_id])) == 2
    assert stored(study).info.status == stored(arm).info.status == "FINISHED"
