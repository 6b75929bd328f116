"""Workers that are killed each time: one message with the stage, the settings and a log."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def kill_workers(driver, name):
    """Kill the Ray workers of a driver's own Ray that are at this work; return how many."""
    killed = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(driver).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if f"ray::{name}" in " ".join(child.cmdline()):
                    child.send_signal(signal.SIGKILL)
                    killed += 1
    return killed


@pytest.mark.parametrize(
    ("arms", "worker", "stage", "setting"),
    [
        ("{base: []}", "MapBatches", "generate validation", "evaluate.decoding.batch_size ("),
        ("{sft: [sft]}", "RayTrainWorker", "train sft", "sft.batch_size (8;"),
    ],
)
def test_one_message_and_no_traceback(environment, words, tmp_path, arms, worker, stage, setting):
    run_dir = tmp_path / "run"
    baseline = arms.strip("{").partition(":")[0]
    command = [sys.executable, "-m", "tuneyard.cli", "run", *words, f"run_dir={run_dir}",
               f"matrix.arms={arms}", f"compare.baseline={baseline}", "register=null",
               "resources.max_failures=0"]  # fmt: skip
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as study:  # fmt: skip
        deadline = time.monotonic() + 300
        while study.poll() is None and time.monotonic() < deadline:
            kill_workers(study.pid, worker)
            time.sleep(0.1)
        if study.poll() is None:
            os.kill(study.pid, signal.SIGINT)
        assert study.stderr is not None
        said = study.stderr.read()
    assert study.returncode == 1, said
    assert "Traceback" not in said, said
    assert said.count("\nerror:") == 1, said
    message = said[said.index("error:") :]
    assert "memory" in message
    assert stage in message
    assert setting in message
    (log,) = (run_dir / "logs").iterdir()
    assert str(log) in message
    assert "Traceback" in log.read_text()
