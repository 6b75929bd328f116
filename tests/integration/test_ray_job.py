"""``ray job submit`` of a study and a sweep with the quickstart's configuration, on a cluster."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster(environment, tmp_path_factory, free_ports):
    """A head node on loopback; yields the address that jobs are submitted to."""
    port, dashboard, client = free_ports(3)
    # Sockets lie below it, and their paths must be short.
    folder = Path("/tmp") / f"ty{os.getpid()}"
    ray = str(Path(sys.executable).with_name("ray"))
    said = tmp_path_factory.mktemp("head") / "head.log"
    log = open(said, "w")  # noqa: SIM115
    head = subprocess.Popen(
        [ray, "start", "--head", "--block", "--num-cpus=4", "--node-ip-address=127.0.0.1",
         f"--port={port}", f"--dashboard-port={dashboard}", f"--ray-client-server-port={client}",
         "--dashboard-host=127.0.0.1", f"--temp-dir={folder}", "--disable-usage-stats"],
        env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{dashboard}"
        deadline = time.monotonic() + 180
        while True:
            # The dashboard answers before there is an agent that takes jobs: submit one.
            tried = subprocess.run(
                [ray, "job", "submit", "--address", address, "--", "true"],
                env=environment, capture_output=True, text=True,
            )  # fmt: skip
            if tried.returncode == 0:
                break
            assert head.poll() is None, said.read_text()
            assert time.monotonic() < deadline, tried.stderr
            time.sleep(1)
        yield address
    finally:
        head.send_signal(signal.SIGTERM)
        try:
            head.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(head.pid, signal.SIGKILL)
            head.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    """Of the jobs: what one has done the next does not do again."""
    return tmp_path_factory.mktemp("jobs") / "run"


@pytest.fixture(scope="module")
def submit(cluster, environment):
    """Submits ``jobs/NAME`` and waits for its end."""

    def call(name, *words):
        study, *overrides = words
        return subprocess.run(
            [str(Path(sys.executable).with_name("ray")), "job", "submit", "--address", cluster,
             "--working-dir", str(ROOT), "--",
             "python", f"jobs/{name}", str(Path(study).relative_to(ROOT)), *overrides],
            env=environment, capture_output=True, text=True, timeout=500,
        )  # fmt: skip

    return call


def test_the_quickstart_runs_as_a_job(submit, words, sft_only, run_dir):
    done = submit("study.py", *words, *sft_only, f"run_dir={run_dir}")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "succeeded" in done.stdout
    assert "report:" in done.stdout
    assert list(run_dir.glob("stages/compare-*/report.html"))


def test_a_sweep_runs_as_a_job(submit, words, sft_only, run_dir):
    before = {path: path.stat().st_mtime_ns for path in run_dir.glob("stages/*/manifest.json")}
    space = "{sft.lora.r: {choice: [4, 8]}}"
    sweep = f"sweep={{arms: [sft], space: {space}, search: grid, metric: codebleu, confirm: 0}}"
    done = submit("sweep.py", *words, *sft_only, sweep, f"run_dir={run_dir}")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "succeeded" in done.stdout
    trials = [json.loads(path.read_text()) for path in run_dir.glob("sweep/*/trials/*.json")]
    assert [one["status"] for one in trials] == ["done"] * 3  # the study as written among them
    ranks = {}
    for one in trials:
        folder = run_dir / "stages" / f"train-{one['adapter']}" / "adapter"
        rank = json.loads((folder / "adapter_config.json").read_text())["r"]
        ranks[one["point"]["values"].get("sft.lora.r", "as written")] = rank
    assert ranks == {"as written": 64, 4: 4, 8: 8}
    after = {path: path.stat().st_mtime_ns for path in run_dir.glob("stages/*/manifest.json")}
    assert before.items() <= after.items()


def test_wrong_input_fails_the_job_with_one_message(submit, words):
    done = submit("study.py", words[0], "stf.epochs=1")
    assert done.returncode != 0
    assert "'stf'" in done.stdout
    assert "Traceback" not in done.stdout
