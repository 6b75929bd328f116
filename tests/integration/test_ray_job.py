"""``ray job submit`` of jobs/study.py with the quickstart's configuration, on a cluster."""

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


@pytest.fixture
def cluster(environment, tmp_path, free_ports):
    """A head node on loopback; yields the address that jobs are submitted to."""
    port, dashboard, client = free_ports(3)
    # Sockets lie below it, and their paths must be short.
    folder = Path("/tmp") / f"ty{os.getpid()}"
    ray = str(Path(sys.executable).with_name("ray"))
    log = open(tmp_path / "head.log", "w")  # noqa: SIM115
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
            assert head.poll() is None, (tmp_path / "head.log").read_text()
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


def test_the_quickstart_runs_as_a_job(cluster, environment, words, sft_only, tmp_path):
    run_dir = tmp_path / "run"
    study, *overrides = [*words, *sft_only]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ray")), "job", "submit", "--address", cluster,
         "--working-dir", str(ROOT), "--",
         "python", "jobs/study.py", str(Path(study).relative_to(ROOT)), *overrides,
         f"run_dir={run_dir}"],
        env=environment, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "succeeded" in done.stdout
    assert "report:" in done.stdout
    assert list(run_dir.glob("stages/compare-*/report.html"))


def test_wrong_input_fails_the_job_with_one_message(cluster, environment, words):
    study = words[0]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ray")), "job", "submit", "--address", cluster,
         "--working-dir", str(ROOT), "--",
         "python", "jobs/study.py", str(Path(study).relative_to(ROOT)), "stf.epochs=1"],
        env=environment, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode != 0
    assert "'stf'" in done.stdout
    assert "Traceback" not in done.stdout
