"""A small sweep, killed in its midst and run again: the same trials, and nothing twice."""

import contextlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tuneyard.tracking.address import sqlite_uri

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]  # several runs
ROOT = Path(__file__).parents[2]
# With a beta like that, ipo's loss is no number that float32 has.
SWEEP = (
    "sweep={arms: [sft-dpo], space: {dpo.beta: {choice: [0.2, 1.0e-30]}, dpo.loss: {choice: "
    "[[ipo], [ipo, sft]]}}, search: grid, metric: codebleu, trials: 5, parallel: 2, confirm: 0, "
    "stop: {rule: median, first: 1, prompts: 4}}"
)


def trials(run_dir):
    """The records of the trials."""
    return [json.loads(path.read_text()) for path in sorted(run_dir.glob("sweep/*/trials/*.json"))]


def kill_all(leader):
    """SIGKILL for a process and all its descendants, sessions of their own included."""
    found = [psutil.Process(leader), *psutil.Process(leader).children(recursive=True)]
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def test_killed_it_goes_on_with_the_trials_that_are_left(tuneyard, environment, words, tmp_path):
    run_dir = tmp_path / "run"
    command = ["sweep", *words, SWEEP, f"run_dir={run_dir}"]
    first = subprocess.Popen(
        [sys.executable, "-m", "tuneyard.cli", *command], env=environment, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 500
    while not any(one["status"] == "done" for one in trials(run_dir)):
        assert first.poll() is None, "it ended before a trial was seen"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kill_all(first.pid)
    first.wait()
    before = {one["number"]: one for one in trials(run_dir) if one["status"] == "done"}
    assert len(before) < 5
    made = {path: path.stat().st_mtime for path in run_dir.glob("stages/*/manifest.json")}
    done = tuneyard(*command, timeout=550)
    assert done.returncode == 0, done.stderr
    after = trials(run_dir)
    assert [one["number"] for one in after] == list(range(5))
    for one in after:
        diverged = one["point"]["values"].get("dpo.beta") == 1e-30
        assert (one["status"] == "failed") is diverged
        assert not diverged or "the training loss became inf at step 1" in one["reason"]
    assert {number: after[number] for number in before} == before
    assert {path: path.stat().st_mtime for path in made} == made
    # Trials trained what they say, each something of its own, from one SFT adapter.
    jobs = {
        path.parents[1].name: json.loads(path.read_text())["job"]
        for path in run_dir.glob("stages/train-*/adapter/tuneyard.json")
    }
    assert [job["method"] for job in jobs.values()].count("sft") == 1
    for one in after:
        if one["status"] == "done" and one["point"]["values"]:
            settings = jobs[f"train-{one['adapter']}"]["settings"]
            assert settings["beta"] == one["point"]["values"]["dpo.beta"]
            assert settings["loss"] == one["point"]["values"]["dpo.loss"]
    weights = [p.read_bytes() for p in run_dir.glob("stages/train-*/adapter/*.safetensors")]
    assert len(set(weights)) == len(weights)
    assert "5 trials:" in done.stdout
    from mlflow.tracking import MlflowClient

    client = MlflowClient(sqlite_uri(f"{run_dir}/mlflow.db"))
    (experiment,) = [e for e in client.search_experiments() if e.name == "tuneyard/quickstart"]
    found = client.search_runs([experiment.experiment_id])
    ended = sorted(r.info.status for r in found)
    assert ended == ["FAILED"] * 2 + ["FINISHED"] * 4
    assert "<h2>Trials over time</h2>" in next(run_dir.glob("sweep/*/report.html")).read_text()
    names = [r.info.run_name for r in found]
    assert sorted(names) == ["quickstart sweep", *(f"trial {number}" for number in range(5))]
    # Run once more it starts nothing.
    began = time.monotonic()
    again = tuneyard(*command)
    assert again.returncode == 0
    assert again.stdout == done.stdout
    assert time.monotonic() - began < 60


def test_wrong_input_is_one_message(tuneyard, words, tmp_path):
    bad = SWEEP.replace("dpo.beta", "dpo.bta")
    done = tuneyard("sweep", *words, bad, f"run_dir={tmp_path / 'run'}")
    assert done.returncode == 2
    assert done.stderr.startswith("error: an unknown key")
    assert "did you mean 'beta'?" in done.stderr
    assert not (tmp_path / "run").exists()


def test_two_at_once_share_what_they_have_in_common_and_leave_one_champion(
    tuneyard, environment, words, sft_only, tmp_path
):
    run_dir = tmp_path / "run"
    store = sqlite_uri(f"{run_dir}/mlflow.db")
    shared = [
        *words,
        "register={name: tiny, metric: chrf, on: first_order}",
        "evaluate.metrics=[chrf]",
        *sft_only,
        f"run_dir={run_dir}",
    ]
    sweeps = [
        "sweep={arms: [sft], search: grid, metric: chrf, trials: 3, parallel: 1, confirm: 1, "
        f"space: {{sft.learning_rate: {{choice: {rates}}}}}}}"
        for rates in ("[1.0e-2, 6.0e-2]", "[2.0e-2, 6.0e-2]")
    ]
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    both = []
    for sweep, log in zip(sweeps, logs, strict=True):
        with log.open("wb") as file:
            both.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tuneyard.cli", "sweep", *shared, sweep],
                    env=environment, cwd=ROOT, stdout=file, stderr=file,
                )
            )  # fmt: skip
    try:
        ended = [one.wait(timeout=900) for one in both]
    finally:
        for one in both:
            one.kill()
    said = [log.read_text() for log in logs]
    assert ended == [0, 0], said
    # What a step did is said by whoever did it; the other says that it was done elsewhere.
    for step, did in {"train": "32 rows, 12 steps", "generate": "14 answers"}.items():
        told = [re.findall(rf"{step} [^\n…]*: {did}", text) for text in said]
        assert sum(map(len, told)) == len(list(run_dir.glob(f"stages/{step}-*/manifest.json"))) > 5
    assert any("done elsewhere" in text for text in said)
    # One after the other came to the registry, and the second was held against the first.
    shown = tuneyard("registry", "show", "--json", "--uri", store, "tiny")
    history = {one["version"]: one for one in json.loads(shown.stdout)}
    assert sorted(history) == [1, 2]
    assert "tiny had no champion" in history[1]["reason"]
    assert "that of the champion, version 1, " in history[2]["reason"]
    better = ": better" in history[2]["reason"]
    assert history[1 + better]["aliases"] == ["champion"]
    assert history[2 - better]["aliases"] == ([] if better else ["challenger"])
