"""Zygotes that die, are slow or never come up, and what becomes of the programs meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tuneyard.errors import RunError
from tuneyard.sandbox import Limits, Program, Sandbox, worker
from tuneyard.sandbox.worker import Worker

# What a program needs to kill its zygote, which the kernel's layers keep it from.
UNGUARDED = ["namespaces", "landlock", "seccomp", "audit_hook"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 0.01)


def test_a_zygote_killed_while_it_starts_is_started_again(
    hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch, killed = Worker.launch, []

    def launch_and_kill(self: Worker) -> None:
        launch(self)
        if len(killed) < 2:
            assert self._process is not None
            os.kill(self._process.pid, signal.SIGKILL)
            killed.append(self._process.pid)

    monkeypatch.setattr(Worker, "launch", launch_and_kill)
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
    assert len(killed) == 2


def test_no_process_for_a_zygote_yet(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    launch, refused = Worker.launch, []

    def launch_later(self: Worker) -> None:
        if len(refused) < 2:
            refused.append(True)
            raise BlockingIOError(11, "Resource temporarily unavailable")
        launch(self)

    monkeypatch.setattr(Worker, "launch", launch_later)
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run(Program("")).status == "ok"


@pytest.mark.parametrize(
    ("boot", "seconds", "said"),
    [
        ("raise SystemExit('no memory left')", 60.0, "no memory left"),
        ("import time; time.sleep(60)", 0.05, "timed out"),
    ],
    ids=["dies", "slow"],
)
def test_a_sandbox_that_never_starts_says_so_in_one_message(
    hasty: None, monkeypatch: pytest.MonkeyPatch, boot: str, seconds: float, said: str
) -> None:
    monkeypatch.setattr(worker, "_BOOT", boot)
    monkeypatch.setattr(worker, "_START_SECONDS", seconds)
    with pytest.raises(RunError) as caught:
        Sandbox(workers=2).__enter__()
    assert "did not start" in caught.value.what
    assert said in str(caught.value)
    assert caught.value.remedy
    assert len(str(caught.value).splitlines()) == 3


def test_a_program_that_kills_its_zygote_gets_the_verdict_and_no_other_does() -> None:
    killer = Program("import os; os.kill(os.getppid(), 9)\nwhile True: pass")
    fine = Program("import time; time.sleep(0.02); print('fine')")
    with pytest.warns(RuntimeWarning, match="determined program"):
        opened = Sandbox(workers=2, without=UNGUARDED).__enter__()
    with contextlib.closing(opened) as sandbox:
        outcomes = sandbox.map([fine, killer, fine, fine, killer, fine])
    assert [one.status for one in outcomes] == ["ok", "exit", "ok", "ok", "exit", "ok"]
    assert "each time" in str(outcomes[1].message)


def test_a_program_that_something_killed_is_run_again() -> None:
    with Sandbox(workers=1) as sandbox:
        process = sandbox._workers[0]._process
        assert process is not None

        def kill_once() -> None:
            for _ in range(400):
                zygotes = _children(process.pid)
                if zygotes and (running := _children(zygotes[0])):
                    os.kill(running[0], signal.SIGKILL)
                    return
                time.sleep(0.01)

        killer = threading.Thread(target=kill_once)
        killer.start()
        outcome = sandbox.run(Program("import time; time.sleep(0.5); print('done')"))
        killer.join()
        assert (outcome.status, outcome.stdout) == ("ok", "done\n")


def test_a_program_that_ignores_the_end_of_its_cpu_time_timed_out() -> None:
    source = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    with Sandbox(workers=1) as sandbox:
        outcome = sandbox.run(Program(source, limits=Limits(seconds=60, cpu_seconds=1)))
    assert (outcome.status, outcome.message) == ("timeout", "1 s of CPU time")


def test_folders_on_the_machine_go_with_their_owner() -> None:
    script = """
import os
from tuneyard.sandbox import Program, Sandbox
sandbox = Sandbox(workers=1, without=["mounts"]).__enter__()
print(sandbox.run(Program("import os; open('x', 'w'); print(os.getcwd())")).stdout, flush=True)
os.kill(os.getpid(), 9)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    place = Path(run.stdout.strip())
    assert "tuneyard-sandbox-" in str(place)
    for _ in range(400):
        if not place.parent.parent.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{place} outlived its owner")


def test_folders_of_killed_owners_are_swept() -> None:
    with Sandbox(workers=1, without=["mounts"]) as sandbox:
        found = sandbox.run(Program("import os; print(os.getcwd())"))
        place = Path(found.stdout.strip()).parent.parent
        deep = (
            "import os\nfor _ in range(350): os.mkdir('deep'); os.chdir('deep')\nos.mkdir('x', 0)"
        )
        assert sandbox.run(Program(deep)).status == "ok"
        assert (
            sandbox.run(Program("import os; print(os.listdir('.'))")).stdout == "['program.py']\n"
        )
        process = sandbox._workers[0]._process
        assert process is not None
        zygote = _children(process.pid)[0]
        for pid in (process.pid, zygote):  # at once: nobody is left to clean up
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.1)
        assert place.exists()
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
        assert not place.exists()


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def test_an_interrupted_program_leaves_no_answer_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive, calls = worker.receive, []

    def interrupted(control: socket.socket) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return receive(control)

    with Sandbox(workers=1) as sandbox:
        monkeypatch.setattr(worker, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sandbox.map([Program("print('first')")])
        assert sandbox.run(Program("print('second')")).stdout == "second\n"


def test_a_process_that_waits_for_its_program_may_be_killed_or_be_for_another() -> None:
    def waiting(sandbox: Sandbox) -> int:
        process = sandbox._workers[0]._process
        assert process is not None
        zygote = _child(process.pid)
        return _child(zygote)

    with Sandbox(workers=1) as sandbox:
        for number in range(3):
            assert sandbox.run(Program(f"print({number})")).stdout == f"{number}\n"
            os.kill(waiting(sandbox), signal.SIGKILL)
        long = f"print({'1' * 200_000!r}[:1])"
        tested = Program(
            "x = 1", "tuneyard.sandbox.harness:python_tests", {"tests": f"assert x == 1\n#{long}"}
        )
        for program in (Program(long), tested, Program(long, limits=Limits(seconds=9.0)), tested):
            outcome = sandbox.run(program)
            assert (outcome.status, outcome.stdout) == ("ok", "" if program is tested else "1\n")


def _child(parent: int) -> int:
    """Wait until a process has a child, and return it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.01)
    raise AssertionError("no child")
