"""Finding and ending what a dead run left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuneyard import processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def started():
    running: list[subprocess.Popen[bytes]] = []

    def start(**options: object) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(SLEEP, **options))  # type: ignore[call-overload]
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_a_run_s_processes_are_those_with_its_mark_or_a_file_of_it(started, tmp_path) -> None:
    marked = started(env={**os.environ, processes.MARK: str(tmp_path)})
    with (tmp_path / "log").open("w") as log:
        writing = started(stdout=log)
    other = started(env={**os.environ, processes.MARK: f"{tmp_path}x"})
    with (tmp_path / "log").open() as log:
        reading = started(stdin=log)
    deadline = time.monotonic() + 10  # a process that was only forked has no environment yet
    wanted = {marked.pid, writing.pid}
    while set(processes.using(tmp_path)) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(processes.using(tmp_path)) == wanted
    assert processes.end(tmp_path) == []
    assert marked.wait() == writing.wait() == -signal.SIGKILL
    assert other.poll() is None
    assert reading.poll() is None, "somebody who looks at the log"


def test_how_a_child_ended_is_told_and_left_to_be_reaped(started) -> None:
    child = started()
    assert processes.fate(child.pid) is None
    assert child.pid in processes.children(os.getpid())
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.fate(child.pid) == "was killed by SIGKILL"
    assert not processes.alive(child.pid), "though nobody has reaped it"
    assert processes.alive(os.getpid())
    assert child.wait() == -signal.SIGKILL
    assert processes.fate(child.pid) is None
    assert processes.told(3, killed=False) == "ended with status 3"
    assert processes.told(99, killed=True) == "was killed by signal 99"


def test_a_process_dies_with_the_one_that_forked_it(tmp_path: Path) -> None:
    program = (
        "import os, time\nfrom tuneyard import processes\n"
        "me = os.getpid()\n"
        "if os.fork() == 0:\n"
        "    processes.die_with(me)\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        if " Z " in Path(f"/proc/{child}/stat").read_text():  # where nobody reaps orphans
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{child}").exists()


def test_who_is_dead_or_dying_writes_no_more(started) -> None:
    child = started()
    assert not processes.writes_no_more(child.pid)
    assert not processes.writes_no_more(os.getpid())
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet reaped
    assert processes.writes_no_more(child.pid)
    child.wait()
    assert processes.writes_no_more(child.pid)
