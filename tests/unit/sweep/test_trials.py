"""Trials run their plan, hear what is decided at rungs, and fail alone; a killed sweep goes on.

What would take a model only leaves its name; Tune is replaced by a loop that does what it does.
"""

from __future__ import annotations

import importlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch

from tuneyard import prepared, study
from tuneyard.errors import AbandonedError, RunError, UserError
from tuneyard.plan.step import Step
from tuneyard.plan.steps import TrainDpo, TrainSft
from tuneyard.stages import runner as running
from tuneyard.sweep import run, trials, tuned
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Records
from tuneyard.sweep.winner import best

Sweep = Callable[..., PreparedSweep]
HEAVY = ("train", "prefer", "reference", "generate", "score")


class Runs:
    """Runs sweeps one trial after another; ``act`` is what a step does besides leaving its name.

    Attributes:
        steps: the labels of the steps that were run.
        go_on: what is decided at a rung of a trial.
        reported: what was said of each trial.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.steps: list[str] = []
        self.keys: list[str] = []
        self.broken = False
        self.reported: dict[int, list[Any]] = {}
        self.act: Callable[[Step, Any], None] = lambda step, context: None
        self.go_on: Callable[[int, int, float], bool] = lambda number, steps, value: True
        for name in HEAVY:
            patch.setattr(importlib.import_module(f"tuneyard.stages.{name}"), "run", self._stub)
        patch.setattr(prepared, "check_fit", lambda *_: None)
        patch.setattr(study, "open_tracker", lambda *_: None)
        patch.setattr(run, "import_all", lambda: None)
        patch.setattr(run, "room", lambda *_: 1)
        patch.setattr(run, "searcher", lambda *_: None)
        patch.setattr(running.Cluster, "start", lambda self: None)
        patch.setattr(trials, "objectives", self._objectives)
        patch.setattr(run, "Tracked", lambda *_: Mock(**{"end.return_value": True}))  # no MLflow
        patch.setattr(tuned, "connect", self._connect)
        patch.setattr(tuned, "tune", self._tune)

    def __call__(self, made: PreparedSweep) -> Records:
        self.steps.clear()
        self.reported.clear()
        self.made = made
        self.outcome = run.run(made)
        return Records(made.prepared.run, made.key, made.sweep.trials)

    def _stub(self, step: Step, context: Any) -> str:
        self.act(step, context)
        with context.artifact(step).writing({"steps": 20}) as folder:
            (folder / "name").write_text(step.label)
        self.steps.append(step.label)
        self.keys.append(f"{step.stage}-{step.key}")
        return ""

    @staticmethod
    def _objectives(made: PreparedSweep, trial: Any, context: Any) -> dict[str, float]:
        return dict.fromkeys(made.sweep.objectives, float(trial.point.values.get("dpo.beta", 0.1)))

    def _connect(self) -> tuple[Any, Any]:
        desk = threading.Semaphore(0)  # of one sweep: Tune has done with a trial of it
        stopped = set[int]()

        def say(number: int, said: Any) -> None:
            self.reported.setdefault(number, []).append(said)
            go_on = "end" not in said and self.go_on(number, said["steps"], said["value"])
            if "end" not in said:
                self.trials.decisions.make(number, said["steps"], go_on)
            if not go_on and number not in stopped:  # stopped, its workers are still at it
                stopped.add(number)
                desk.release()

        self.desk = desk
        return desk, say

    def _tune(self, trials: Any, desk: Any, search: Any, *, most: int, **options: Any) -> None:
        self.trials = trials
        for number in range(most):
            trials.begin(number)
            trials.begin(number)  # Tune starts a trial anew; its work is begun once
            assert desk.acquire(timeout=60)
            if self.broken:
                raise KeyboardInterrupt


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(monkeypatch)


ONE_KEY = "sweep.space={dpo.beta: {choice: [0.2, 0.4, 0.8]}}"


def statuses(records: Records) -> list[str]:
    return [one.status for _, one in sorted(records.all.items())]


def test_shared_steps_run_once_and_the_best_is_the_largest(sweep: Sweep, runs: Runs) -> None:
    made = sweep(ONE_KEY)
    records = runs(made)
    assert statuses(records) == ["done"] * 4
    assert len([label for label in runs.steps if label == "train sft"]) == 1
    assert len([label for label in runs.steps if label == "train sft → dpo"]) == 4
    assert len([label for label in runs.steps if label.startswith("preference pairs")]) == 1
    results = json.loads(Path(records.place, "results.json").read_text())
    best = results["trials"][results["best"]]
    assert best["point"]["values"] == {"dpo.beta": 0.8}
    # The key of its last training step finds the adapter.
    assert Path(made.prepared.run.root, "stages", f"train-{best['adapter']}").is_dir()


def test_run_again_nothing_is_done_again(sweep: Sweep, runs: Runs) -> None:
    first = runs(sweep(ONE_KEY))
    before = {number: one.seconds for number, one in first.all.items()}
    again = runs(sweep(ONE_KEY))
    assert runs.steps == []
    assert {number: one.seconds for number, one in again.all.items()} == before


def test_a_sweep_of_another_space_shares_what_is_there(sweep: Sweep, runs: Runs) -> None:
    runs(sweep(ONE_KEY))
    records = runs(sweep(ONE_KEY.replace("0.2", "0.3")))
    assert statuses(records) == ["done"] * 4
    assert [label for label in runs.steps if label.startswith("train")] == ["train sft → dpo"]


def test_two_sweeps_at_once_do_nothing_twice(sweep: Sweep, runs: Runs) -> None:
    def act(step: Step, context: Any) -> None:
        time.sleep(0.02)  # the other comes to it meanwhile

    runs.act = act
    # Of each sweep two points are the other's, too, and so is the study as it is written.
    both = [sweep(ONE_KEY), sweep(ONE_KEY.replace("0.2", "0.3"))]
    assert both[0].key != both[1].key
    failed: list[BaseException] = []
    together = threading.Barrier(2)

    def work(made: PreparedSweep) -> None:
        try:
            together.wait()
            run.run(made)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[made]) for made in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    assert len(set(runs.keys)) == len(runs.keys)
    assert len([label for label in runs.steps if label == "train sft → dpo"]) == 5
    for made in both:
        found = Records(made.prepared.run, made.key, 5)
        assert statuses(found) == ["done"] * 4
        top = best(found.all.values(), made.sweep)
        assert top is not None
        assert top.point.values == {"dpo.beta": 0.8}


@pytest.mark.parametrize(
    ("error", "again", "said"),
    [
        (
            UserError("the loss became nan", where="learning_rate", value=0.1, remedy="less"),
            False,
            "the loss became nan (0.1)",
        ),
        (RunError("a worker ran out of memory", remedy="more"), True, "a worker ran out of memory"),
        (KeyError("ours"), True, "KeyError: 'ours'"),
        (MemoryError(), True, "MemoryError"),
        (
            torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
            True,
            "OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB",
        ),
    ],
)
def test_a_trial_that_fails_stops_nothing_else(
    sweep: Sweep, runs: Runs, error: Exception, again: bool, said: str
) -> None:
    def act(step: Step, context: Any) -> None:
        if isinstance(step, TrainDpo) and step.settings.beta == 0.4:
            raise error

    runs.act = act
    records = runs(sweep(ONE_KEY))
    assert sorted(statuses(records)) == ["done", "done", "done", "failed"]
    (failed,) = [one for one in records.all.values() if one.status == "failed"]
    assert said in str(failed.reason)
    assert runs.reported[failed.number] == [{"end": "failed", "reason": failed.reason}]
    # What may be otherwise next time is tried again; what cannot be is not.
    runs.act = lambda step, context: None
    assert ("failed" in statuses(runs(sweep(ONE_KEY)))) is not again


def test_a_shared_step_is_refused_once(sweep: Sweep, runs: Runs) -> None:
    asked = []

    def act(step: Step, context: Any) -> None:
        if isinstance(step, TrainSft):
            asked.append(step)
            raise UserError("no row has a token to train", where="data", value=0)

    runs.act = act
    with pytest.raises(RunError, match="no row has a token to train"):
        runs(sweep(ONE_KEY))
    assert len(asked) == 1


def test_what_fails_while_a_sweep_is_broken_off_is_no_failure(sweep: Sweep, runs: Runs) -> None:
    def act(step: Step, context: Any) -> None:
        if isinstance(step, TrainDpo) and step.settings.beta == 0.4:
            runs.broken = True
            runs.trials.leave()
            runs.desk.release()
            raise RunError("Ray is gone")

    runs.act = act
    made = sweep(ONE_KEY)
    with pytest.raises(KeyboardInterrupt):
        runs(made)
    kept = statuses(Records(made.prepared.run, made.key, 5))
    assert "running" in kept
    assert "failed" not in kept


def test_a_sweep_of_which_every_trial_fails_says_by_what(sweep: Sweep, runs: Runs) -> None:
    def act(step: Step, context: Any) -> None:
        if isinstance(step, TrainDpo):
            raise RunError("no memory")

    runs.act = act
    with pytest.raises(RunError, match=r"no trial of the sweep came to its end(\n|.)*no memory"):
        runs(sweep(ONE_KEY))


def at_rungs(step: Step, context: Any) -> None:
    """Ask at two rungs, as a training does."""
    wanted = context.rungs.wanted(step, context) if isinstance(step, TrainDpo) else None
    for steps in (4, 8) if wanted else ():
        answers = list(enumerate([""] * len(wanted["prompts"])))
        half = len(answers) // 2  # of two workers
        row = {"step": steps, "total_steps": 20}
        assert context.rungs.judge({**row, "rung": answers[:half]}, context) is None
        if not context.rungs.judge({**row, "rung": answers[half:]}, context):
            time.sleep(0.3)  # its workers are told, and give up
            raise AbandonedError(f"stopped at step {steps} of 20")


def test_a_trial_is_stopped_at_a_rung_and_leaves_no_adapter(
    sweep: Sweep, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials.TrialRungs, "_value", lambda self, answers, context: 0.5)
    runs.act = at_rungs
    runs.go_on = lambda number, steps, value: number != 3 or steps < 8
    made = sweep(ONE_KEY, "sweep.stop={first: 4, prompts: 4}")
    records = runs(made)
    assert statuses(records) == ["done", "done", "done", "stopped"]
    assert "stopped at step 8 of 20" in runs.outcome["table"]
    assert records.all[3].rungs == {4: 0.5, 8: 0.5}
    assert records.all[3].value is None
    assert not Path(made.prepared.run.root, "stages", f"train-{records.all[3].adapter}").exists()
    # Its shared steps stay, and it is not taken up again; Tune hears its rungs again.
    records = runs(sweep(ONE_KEY, "sweep.stop={first: 4, prompts: 4}", "sweep.trials=5"))
    assert runs.steps == []
    records = runs(sweep(ONE_KEY.replace("0.2", "0.3"), "sweep.stop={first: 4, prompts: 4}"))
    assert "train sft" not in runs.steps


def test_mlflow_has_what_became_of_a_trial_before_it_counts_as_over(
    sweep: Sweep, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, kept = sweep(ONE_KEY), list[str]()
    tracked = Mock()

    def end(record: Any, trial: Any, context: Any) -> bool:
        own = Records(made.prepared.run, made.key, 5).all[record.number]
        kept.append(f"{record.status}, kept as {own.status}")
        return True

    tracked.end = end
    monkeypatch.setattr(run, "Tracked", lambda *_: tracked)
    runs(made)
    assert kept == ["done, kept as running"] * 4


def test_a_trial_that_was_cut_off_goes_on_and_the_others_are_left(sweep: Sweep, runs: Runs) -> None:
    made = sweep(ONE_KEY)
    records = runs(made)
    record = records.all[2]
    record.status, record.value = "running", None  # as a kill leaves it
    records.keep(record)
    made.prepared.run.discard("stages", f"train-{record.adapter}")
    again = runs(made)
    assert statuses(again) == ["done"] * 4
    assert runs.steps == ["train sft → dpo"]
    assert [one["end"] for one in (said[-1] for said in runs.reported.values())] == ["done"] * 4
