"""A command under a supervisor, in processes of its own, as a user sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, subprocess, sys, time
from tuneyard.supervisor import supervised

def command(driver):
    driver.tell(run_dir={run_dir!r}, steps=4, done=1, step="train")
    print("noise of libraries", file=sys.stderr)
    print("noise of libraries", flush=True)
    os.write(2, b"*** SIGTERM received\\n")
    child = subprocess.Popen(["sleep", "60"])
    print("progress", file=driver.terminal)
    def begun(): print(child.pid, os.getpid(), file=driver.output)
{body}

sys.exit(supervised(command, "tuneyard run x.yaml"))
"""


class Started:
    """A supervised command that has begun."""

    def __init__(self, body: str, folder: Path) -> None:
        (folder / "tmp").mkdir()
        self.temporary = folder / "tmp"
        self.run_dir = folder / "run"
        # It is waited for until it says so: a signal may come at once.
        body = body if "begun()" in body else f"begun()\n{body}"
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        program = PROGRAM.format(run_dir=str(self.run_dir), body=lines)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "TMPDIR": str(folder / "tmp")}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.child, self.driver = map(int, self.process.stdout.readline().split())

    def end(self) -> tuple[int, str]:
        """Wait for its end and for its janitor's; nothing may be left."""
        printed, said = self.process.communicate(timeout=30)
        assert printed == ""
        assert list(self.temporary.iterdir()) == []
        for pid in (self.child, self.driver):
            state = Path(f"/proc/{pid}/stat")
            assert not state.exists() or " Z " in state.read_text(), pid
        assert "noise" not in said
        assert "***" not in said
        assert "Traceback" not in said
        return self.process.returncode, said


@pytest.fixture
def started(tmp_path: Path):
    running: list[Started] = []

    def start(body: str) -> Started:
        running.append(Started(body, tmp_path))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()


def test_what_the_user_has_ignored_stays_so(started) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        run = started("time.sleep(1)\nreturn 0")
    finally:
        signal.signal(signal.SIGHUP, before)
    run.process.send_signal(signal.SIGHUP)
    assert run.end() == (0, "progress\n")


WAIT = "time.sleep(60)"


def test_a_command_s_own_status_and_words_come_through(started) -> None:
    status, said = started("print('error: wrong', file=driver.terminal)\nreturn 2").end()
    assert (status, said) == (2, "progress\nerror: wrong\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_it_with_one_line(started, number) -> None:
    before = signal.signal(number, signal.default_int_handler)  # nohup may have it ignored
    try:
        run = started(f"try: begun(); {WAIT}\nfinally: print('undone', file=driver.terminal)")
    finally:
        signal.signal(number, before)
    run.process.send_signal(number)
    run.process.send_signal(number)
    status, said = run.end()
    assert status == 128 + number
    assert "undone" in said, "the driver was let end what it had begun"
    assert said.splitlines()[-1] == (
        f"stopped by {number.name}; 1 of 4 steps are kept in {run.run_dir}; run again to go on: "
        "tuneyard run x.yaml"
    )


def test_a_signal_to_the_driver_itself_stops_it_like_any(started) -> None:
    run = started(WAIT)
    os.kill(run.driver, signal.SIGTERM)
    status, said = run.end()
    assert status == 128 + signal.SIGTERM
    assert said.splitlines()[-1].startswith("stopped by SIGTERM; 1 of 4 steps are kept")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
        ("os._exit(7)", "ended with status 7"),
        ("os.abort()", "was killed by SIGABRT"),
        ("raise KeyError('x')", "KeyError: 'x'"),
        (f"driver.lose('raylet was killed')\n{WAIT}", "raylet was killed"),
    ],
)
def test_a_driver_that_dies_is_told_of_with_the_detail_in_a_log(started, body, words) -> None:
    run = started(body)
    status, said = run.end()
    assert status == 1
    assert said.count("error:") == 1
    assert words in said
    assert "1 of 4 steps are kept" in said
    (log,) = (run.run_dir / "logs").iterdir()
    assert str(log) in said
    assert "noise of libraries" in log.read_text()


def test_a_killed_supervisor_takes_all_with_it_and_is_told_of(started) -> None:
    run = started(WAIT)
    run.process.kill()
    status, said = run.end()
    assert status == -signal.SIGKILL
    assert "error: tuneyard was killed by SIGKILL" in said
    assert "run again to go on: tuneyard run x.yaml" in said


def test_where_all_are_killed_the_next_run_removes_what_is_left(started, tmp_path) -> None:
    run = started(WAIT)
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(run.process.pid)], capture_output=True, text=True
    )
    for pid in [run.process.pid, *map(int, found.stdout.split())]:
        os.kill(pid, signal.SIGKILL)
    run.process.wait()
    assert list(run.temporary.iterdir())
    time.sleep(0.1)
    program = "from tuneyard import scratch; scratch.sweep()"
    env = {**os.environ, "TMPDIR": str(run.temporary)}
    subprocess.run([sys.executable, "-c", program], env=env, check=True)
    run.end()


def test_a_standard_output_that_is_closed_is_no_trouble() -> None:
    program = (
        "import sys\nfrom tuneyard.supervisor import supervised\n"
        "def command(driver):\n    print('table', file=driver.output)\n    return 3\n"
        "sys.exit(supervised(command, 'x'))"
    )
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, program],
        stderr=subprocess.PIPE, text=True, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")
