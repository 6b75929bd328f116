"""A lost worker is one message: what, where, the cause, the settings, a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from ray.exceptions import (
    LocalRayletDiedError,
    OutOfMemoryError,
    RayTaskError,
    WorkerCrashedError,
)
from ray.train import WorkerGroupError

from tuneyard import plan
from tuneyard.artifacts import RunDir
from tuneyard.config import Resources
from tuneyard.config.load import load
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import RunError, UserError
from tuneyard.stages.failure import explain

STUDY = """\
study: x
models: [embedded]
data: {first: {source: cocobots, order: first}}
matrix: {arms: {base: [], sft: [sft], dpop: [sft, dpop]}}
stages: {dpop: {like: dpo, loss: [dpop], epochs: 2}}
evaluate: {metrics: [exact_match, codebertscore], encoders: {codebertscore: {path: /x}}}
"""
NAMED = {
    "train": ("train sft", "sft.batch_size (8", "resources.workers (1)"),
    "prefer": ("preference pairs", "evaluate.decoding.batch_size (32)"),
    "reference": ("reference log-probabilities", "resources.inference_workers (1)"),
    "generate": ("generate validation", "evaluate.decoding.batch_size (32)", "max_new_tokens"),
    "similarity": ("similarity validation", "evaluate.encoders"),
    "score": ("score validation", "resources.scoring_workers (1)"),
}


CLUSTER = Cluster(Resources())


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuneyard.plan.arms.encoder_identity", lambda encoder: encoder.path)
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    study = load(path)
    return study, plan.build(study, lambda model: model.path), RunDir(str(tmp_path / "run"))


@pytest.mark.parametrize("stage", sorted(NAMED))
def test_the_message_names_the_stage_the_settings_and_a_log_with_the_detail(planned, stage) -> None:
    study, built, run = planned
    step = next(s for s in built.steps if s.stage == stage)
    error = OutOfMemoryError("the node is at 95 %")
    told = explain(error, step, study, run, CLUSTER)
    assert isinstance(told, RunError)
    assert told.status == 1
    assert "memory" in told.what
    for words in NAMED[stage]:
        assert words in str(told)
    log = Path(str(told.log))
    assert log.parent == Path(run.root, "logs")
    assert "the node is at 95 %" in log.read_text()
    assert str(log) in str(told)


def test_a_stage_of_ones_own_is_named_as_the_study_names_it(planned) -> None:
    study, built, run = planned
    step = next(s for s in built.steps if s.label == "train sft → dpop")
    told = explain(WorkerCrashedError(), step, study, run, CLUSTER)
    assert told is not None
    assert "stages.dpop.batch_size" in str(told.remedy)
    assert "model embedded" in str(told.where)


def test_an_exception_in_a_training_worker_is_no_lack_of_memory(planned) -> None:
    study, built, run = planned
    step = next(s for s in built.steps if s.stage == "train")
    told = explain(WorkerGroupError("x", {0: KeyError("lr")}), step, study, run, CLUSTER)
    assert told is not None
    assert "memory" not in str(told)
    assert "KeyError" in str(told.shown)


def test_a_log_that_cannot_be_written_is_said_and_hides_nothing(planned, tmp_path) -> None:
    study, built, _ = planned
    (tmp_path / "file").write_text("x")
    told = explain(
        WorkerCrashedError(), built.steps[0], study, RunDir(str(tmp_path / "file")), CLUSTER
    )
    assert told is not None
    assert "could not be written" in str(told.log)
    assert "WorkerCrashedError" in str(told.shown)


def test_a_dead_server_of_ray_is_told_of_first(planned, monkeypatch) -> None:
    study, built, run = planned
    text = "raylet (process 7) was killed by SIGKILL"
    monkeypatch.setattr(Cluster, "lost", lambda self, within=0.0: text)
    for error in (LocalRayletDiedError(), ValueError("x")):
        told = explain(error, built.steps[0], study, run, CLUSTER)
        assert told is not None
        assert told.shown == repr(text)
        assert "run the same command again" in str(told.remedy)
    assert explain(UserError("x"), built.steps[0], study, run, CLUSTER) is None, (
        "it has its own message"
    )


def test_what_a_worker_raised_is_told_without_its_traceback(planned) -> None:
    study, built, run = planned

    def task_error(cause: Exception) -> Exception:
        return RayTaskError("work", "Traceback …", cause, "x", 1, "0").as_instanceof_cause()

    told = explain(
        task_error(RuntimeError("the sandbox\nis gone")), built.steps[0], study, run, CLUSTER
    )
    assert isinstance(told, RunError)
    assert told.shown == repr("RuntimeError: the sandbox")
    assert "Traceback" not in str(told)
    own = RunError("no sandbox", remedy="wait")
    assert str(explain(task_error(own), built.steps[0], study, run, CLUSTER)) == str(own)


def test_anything_else_stays_what_it_is(planned) -> None:
    study, built, run = planned
    assert explain(ValueError("x"), built.steps[0], study, run, CLUSTER) is None
