"""Training curves reach MLflow meanwhile, once, and never hold training up."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tuneyard import plan
from tuneyard.config.load import load
from tuneyard.stages import runs
from tuneyard.stages.live import Live

STUDY = """\
study: x
models: [embedded]
data: {first: {source: cocobots, order: first}}
matrix: {arms: {base: [], sft: [sft], sft-dpo: [sft, dpo]}}
"""


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """What a training worker reports."""
    return [
        {"step": step, "total_steps": 9, "pid": os.getpid(), "loss": 1 / step, "epoch": 0.1}
        for step in range(first, last + 1)
    ]


@pytest.fixture
def planned(tmp_path: Path) -> Any:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    study = load(path)
    built = plan.build(study, lambda model: model.path)
    sft, dpo = (step for step in built.steps if step.stage == "train")
    return study, built, str(tmp_path), sft, dpo


def logged(planned: Any) -> dict[tuple[str, str], list[int]]:
    """The steps of every arm's metrics."""
    study, _, root, *_ = planned
    tracker = runs.open_tracker(study, root)
    children = [
        run
        for run in tracker.client.search_runs([tracker.experiment_id])
        if "mlflow.parentRunId" in run.data.tags
    ]
    return {
        (run.info.run_name, name): [
            point.step for point in tracker.client.get_metric_history(run.info.run_id, name)
        ]
        for run in children
        for name in run.data.metrics
    }


def test_points_arrive_while_training_goes_on_in_every_arm_that_shares_it(planned: Any) -> None:
    study, built, root, sft, dpo = planned
    live = Live(study, built, root, pytest.fail, every=0.05)
    arrived = threading.Event()
    original = live._flush

    def flush() -> None:
        original()
        arrived.set()

    live._flush = flush  # type: ignore[method-assign]
    for row in rows(1, 3):
        live.add(sft, row)
    assert arrived.wait(120)
    shared = {(arm, f"sft/{name}"): [1, 2, 3] for arm in ("sft", "sft-dpo")
              for name in ("loss", "epoch")}  # fmt: skip
    assert logged(planned) == shared
    for row in [*rows(4, 5), *rows(3, 6)]:  # a worker was lost, and went on from step 2
        live.add(sft, row)
    for row in rows(1, 2):
        live.add(dpo, row)
    live.close("FAILED", wait=120)
    found = logged(planned)
    assert found["sft", "sft/loss"] == found["sft-dpo", "sft/loss"] == [1, 2, 3, 4, 5, 6]
    assert found["sft-dpo", "dpo/loss"] == [1, 2]
    assert ("sft", "dpo/loss") not in found
    # The study is started again, goes on from step 4, and the register stage logs all of it.
    again = Live(study, built, root, pytest.fail, every=0.05)
    for row in rows(5, 8):
        again.add(sft, row)
    again.close("KILLED", wait=120)
    tracker = runs.open_tracker(study, root)
    (parent,) = tracker.client.search_runs(
        [tracker.experiment_id], "tags.`tuneyard.kind` = 'study'"
    )
    assert parent.info.status == "KILLED"
    # It is started a third time: its runs are marked so, before there is a point to send.
    third = Live(study, built, root, pytest.fail)
    third.resume()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = {r.info.status for r in tracker.client.search_runs([tracker.experiment_id])}
        if found == {"RUNNING"}:
            break
        time.sleep(0.05)
    assert found == {"RUNNING"}
    third.close("KILLED", wait=60)
    top = runs.study_run(tracker, study, next(s for s in built.steps if s.stage == "compare"))
    runs.arm_run(tracker, top, built.arms[1]).log_steps(rows(1, 9), prefix="sft")
    assert logged(planned)["sft", "sft/loss"] == list(range(1, 10))


def test_a_server_that_is_down_costs_one_warning_and_the_points_are_kept(planned: Any) -> None:
    study, built, root, sft, _ = planned
    tracking = study.tracking.model_copy(update={"uri": "nosuch://server"})
    study = study.model_copy(update={"tracking": tracking})
    said: list[str] = []
    heard = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        heard.set()

    live = Live(study, built, root, say, every=0.01)
    live.add(sft, rows(1, 1)[0])
    assert heard.wait(60)
    live.add(sft, rows(2, 2)[0])
    live.close("FAILED", wait=60)
    assert len(said) == 1
    assert "at the end" in said[0]


def test_a_server_that_does_not_answer_is_not_waited_for(planned: Any) -> None:
    study, built, root, sft, _ = planned
    with socket.create_server(("127.0.0.1", 0)) as server:
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        tracking = study.tracking.model_copy(update={"uri": uri})
        study, said = study.model_copy(update={"tracking": tracking}), []
        live = Live(study, built, root, said.append, every=0.01)
        live.add(sft, rows(1, 1)[0])
        connection, _ = server.accept()  # the thread is at it, and gets no answer
        assert said == []
        live.add(sft, rows(2, 2)[0])
        live.close("KILLED", wait=0.01)
        assert live._thread is not None
        assert live._thread.is_alive()
        connection.close()


def test_nothing_to_send_opens_nothing(planned: Any) -> None:
    study, built, root, *_ = planned
    live = Live(study, built, root, pytest.fail, every=0.01)
    live.close("FAILED")
    live.close()
    assert not Path(root, "mlflow.db").exists()
