"""A whole study: what it leaves behind, what it does when run again, killed, or changed."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest

from tuneyard.tracking.address import sqlite_uri

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def artifact(run_dir, stage):
    return sorted((run_dir / "stages").glob(f"{stage}-*"))


def adapters(run_dir):
    """The bytes of every adapter, by its stage's key."""
    return {
        path.parents[1].name: path.read_bytes()
        for path in run_dir.glob("stages/train-*/adapter/adapter_model.safetensors")
    }


def test_it_ends_with_a_table_a_report_and_the_registry_s_word(finished):
    _, done = finished
    assert "sft-dpo" in done.stdout
    assert "registry:" in done.stdout
    report = Path(done.stdout.rsplit("report: ", 1)[1].strip())
    assert report.is_file()
    assert "Traceback" not in done.stderr
    text = report.read_text(encoding="utf-8")
    HTMLParser().feed(text)
    assert "first_order" in text
    assert "higher_order" in text
    results = json.loads((report.parent / "results.json").read_text())
    assert "exact_match" in json.dumps(results)


def test_progress_is_visible_all_along(finished):
    _, done = finished
    for words in ("prepare", "preflight", "train sft", "preference pairs", "generate", "score"):
        assert words in done.stderr
    assert "⟦" in done.stderr  # the rendered example with its trained tokens


def test_every_artifact_has_a_manifest_and_no_work_is_left(finished):
    run_dir, _ = finished
    for folder in (run_dir / "stages").iterdir():
        assert (folder / "manifest.json").is_file(), folder
    assert not [p for p in run_dir.glob("work/*") if p.is_dir()]


def test_the_preference_rows_and_the_start_of_dpo_are_on_record(finished):
    run_dir, _ = finished
    (prefer,) = artifact(run_dir, "prefer")
    stats = json.loads((prefer / "manifest.json").read_text())["facts"]["stats"]
    assert stats["prompts"] == 8
    records = [
        json.loads(path.read_text())
        for path in run_dir.glob("stages/train-*/adapter/tuneyard.json")
    ]
    (dpo,) = [r for r in records if r["job"]["method"] == "dpo"]
    assert abs(dpo["start_rewards"]["margins"]) < 1e-4


def test_mlflow_has_a_parent_a_child_an_arm_and_what_they_measured(finished):
    from mlflow.tracking import MlflowClient

    run_dir, _ = finished
    client = MlflowClient(sqlite_uri(f"{run_dir}/mlflow.db"))
    (experiment,) = [e for e in client.search_experiments() if e.name == "tuneyard/quickstart"]
    runs = client.search_runs([experiment.experiment_id])
    parents = [r for r in runs if "mlflow.parentRunId" not in r.data.tags]
    children = [r for r in runs if "mlflow.parentRunId" in r.data.tags]
    assert len(parents) == 1
    assert {r.info.run_name for r in children} == {"base", "sft", "sft-dpo"}
    assert all(r.info.status == "FINISHED" for r in runs)
    assert any(a.path == "report" for a in client.list_artifacts(parents[0].info.run_id))
    (sft,) = [r for r in children if r.info.run_name == "sft"]
    assert "validation/first_order/exact_match" in sft.data.metrics
    assert len(client.get_metric_history(sft.info.run_id, "sft/loss")) > 3
    assert sft.inputs.dataset_inputs


def test_run_again_it_runs_nothing_and_loads_nothing(finished, environment, words):
    run_dir, done = finished
    program = (
        "import sys; from tuneyard.cli import main\n"
        f"status = main({['run', *words, f'run_dir={run_dir}']!r})\n"
        "assert not {'torch', 'ray', 'mlflow', 'transformers'} & set(sys.modules)\n"
        "sys.exit(status)"
    )
    again = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout


def test_a_change_reruns_only_what_depends_on_it(finished, tuneyard, words):
    run_dir, _ = finished
    before = {p.name: p.stat().st_mtime for p in (run_dir / "stages").iterdir()}
    done = tuneyard("run", *words, f"run_dir={run_dir}", "compare.confidence=0.9")
    assert done.returncode == 0, done.stderr
    after = {p.name: p.stat().st_mtime for p in (run_dir / "stages").iterdir()}
    assert {name: after[name] for name in before} == before
    assert {name.split("-")[0] for name in set(after) - set(before)} == {"compare", "register"}


def test_an_edited_artifact_is_made_again_and_an_edited_report_not_shown(finished, tuneyard, words):
    run_dir, done = finished
    # The oldest is this study's own; another test has made some for a change of it.
    scores = min(run_dir.glob("stages/score-*/scores.jsonl"), key=lambda path: path.stat().st_mtime)
    before = scores.read_bytes()
    scores.write_bytes(before.replace(b"false", b"true "))
    assert scores.read_bytes() != before
    again = tuneyard("run", *words, f"run_dir={run_dir}")
    assert again.returncode == 0, again.stderr
    assert "scores.jsonl has another content" in again.stdout + again.stderr
    assert again.stdout.endswith(done.stdout)
    assert scores.read_bytes() == before
    shown = tuneyard("report", str(run_dir)).stdout
    table = Path(shown.rpartition("report: ")[2].strip()).with_name("table.txt")
    kept = table.read_bytes()
    table.write_bytes(kept.swapcase())
    refused = tuneyard("report", str(run_dir))
    assert refused.returncode == 2
    assert "table.txt has another content" in refused.stderr
    table.write_bytes(kept)


def test_the_report_command_prints_the_table_again(finished, tuneyard):
    run_dir, _ = finished
    shown = tuneyard("report", str(run_dir))
    assert shown.returncode == 0
    assert "sft-dpo" in shown.stdout


def answers(run_dir):
    return {path.read_bytes() for path in run_dir.glob("stages/generate-*/completions.jsonl")}


def test_the_champion_comes_back_by_name_and_is_measured_anew(
    finished, tuneyard, words, sft_only, tmp_path
):
    run_dir, _ = finished
    rule = "register={name: tiny, metric: codebleu, on: first_order}"
    uri = sqlite_uri(f"{run_dir}/mlflow.db")
    done = tuneyard("run", *words, *sft_only, f"run_dir={run_dir}", rule)
    assert "registry: tiny version 1 (champion) is sft" in done.stdout, done.stderr
    adapter = tmp_path / "adapter"
    done = tuneyard("fetch", "models:/tiny@champion", "--uri", uri, "--out", str(adapter))
    assert done.returncode == 0, done.stderr
    fetched = (adapter / "adapter_model.safetensors").read_bytes()
    assert fetched in adapters(run_dir).values()
    # A study whose only arm is the fetched adapter, untrained, gives the answers of the SFT arm.
    alone = ["matrix.arms={champion: []}", "compare.baseline=champion", "register=null"]
    again = tmp_path / "again"
    done = tuneyard("run", *words, *alone, f"models.0.adapter={adapter}", f"run_dir={again}")
    assert done.returncode == 0, done.stderr
    assert answers(again) <= answers(run_dir)
    # Another adapter, judged on other examples: the champion answers them, too.
    changed = ["sft.epochs=1", "data.first_order.counts={train: 24, validation: 6, test: 0}"]
    done = tuneyard("run", *words, *sft_only, *changed, f"run_dir={run_dir}", rule)
    assert done.returncode == 0, done.stderr
    assert "not measured alike" not in done.stdout
    assert "the champion, version 1," in done.stdout


def test_killed_in_training_it_goes_on_from_its_checkpoint(
    finished, environment, words, sft_only, tmp_path, short_folder
):
    """SIGKILL for the driver and its Ray: the finished stages stay, the adapter comes out equal."""
    undisturbed, _ = finished
    temporary, environment = short_folder, {**environment, "TMPDIR": str(short_folder)}
    run_dir = tmp_path / "run"
    # Checkpoints do not change the result, so the step's key is the same.
    command = [sys.executable, "-m", "tuneyard.cli", "run", *words, *sft_only,
               f"run_dir={run_dir}", "sft.checkpoint_steps=2"]  # fmt: skip
    first = subprocess.Popen(
        command, env=environment, cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while not committed(run_dir):
            assert first.poll() is None, "it ended before a checkpoint was seen"
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        kill_session(first.pid)
        first.wait()
    assert artifact(run_dir, "prepare")
    assert not [p for p in artifact(run_dir, "train") if (p / "manifest.json").exists()]
    before = {p: (p / "manifest.json").stat().st_mtime for p in artifact(run_dir, "prepare")}
    # Then its Ray alone is killed, and then the user stops it: one message each, nothing is left.
    for target, number, status in [
        ("raylet/raylet", signal.SIGKILL, 1), ("", signal.SIGTERM, 143),
    ]:  # fmt: skip
        with subprocess.Popen(
            command, env=environment, cwd=ROOT, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        ) as study:  # fmt: skip
            wait_for(study.pid, "ray::TrainController")
            family = psutil.Process(study.pid).children(recursive=True)
            victim = wait_for(study.pid, target) if target else study
            victim.send_signal(number)
            assert study.stderr is not None
            said = study.stderr.read()
        assert study.returncode == status, said
        assert len(re.findall("^(?:error:|stopped)", said, re.MULTILINE)) == 1
        assert re.search("run (the same command )?again", said)
        assert str(run_dir) in said
        assert "kept" in said
        assert "Traceback" not in said
        assert "***" not in said
        assert [p for p in family if p.is_running() and p.status() != "zombie"] == []
        assert list(temporary.iterdir()) == []
    second = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=400
    )
    assert second.returncode == 0, second.stderr
    after = {p: (p / "manifest.json").stat().st_mtime for p in artifact(run_dir, "prepare")}
    assert after == before
    (sft,) = artifact(run_dir, "train")
    assert adapters(run_dir)[sft.name] == adapters(undisturbed)[sft.name]
    history = [json.loads(line) for line in (sft / "history.jsonl").read_text().splitlines()]
    steps = [row["step"] for row in history if row.get("loss") is not None]
    assert steps == sorted(set(steps))


@pytest.fixture
def short_folder():
    """A temporary folder in which Ray's sockets have paths that are short enough."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def wait_for(leader, words):
    """Return a process that another has started, and whose command line has these words."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(leader).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if words in " ".join(child.cmdline()):
                        return child
        time.sleep(0.1)
    raise AssertionError(f"no {words} in time")


def committed(run_dir):
    """Tell whether Ray Train has recorded a checkpoint of the first training stage."""
    return list(run_dir.glob("work/training-*/*/checkpoint_manager_snapshot.json"))


def kill_session(leader):
    """Kill a process and all that it started, its Ray included."""
    children = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,sid="], capture_output=True, text=True, check=True
    )
    table = [tuple(map(int, line.split())) for line in children.stdout.splitlines()]
    doomed = {leader}
    grown = True
    while grown:
        more = {pid for pid, parent, sid in table if parent in doomed or sid in doomed} - doomed
        grown = bool(more)
        doomed |= more
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
