"""Programs that people really write pass; those that harm do not, and leave nothing behind.

``benchmarks/programs.py`` runs all of the lists; here those that take long are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox
from tuneyard.tasks import Attempt, Execution
from tuneyard.tasks.python import judge_in

sys.path.insert(0, str(Path(__file__).parent))

import hostile
import legitimate

HARNESS = "tuneyard.sandbox.harness:python_tests"
TEST = "assert ok is True"
HEAVY = ("torch",)
# One of each kind of those that go on until their time is up.
ENDLESS = ("fills it with deleted files", "thread bomb that catches", "output from threads")
LEGITIMATE = legitimate.LIGHT | {name: legitimate.HEAVY[name] for name in HEAVY}
HOSTILE = [name for name in hostile.HOSTILE if name not in hostile.SLOW or name in ENDLESS]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def executions(sandbox: Sandbox) -> dict[str, Execution]:
    texts = list(LEGITIMATE.values())
    done = judge_in(sandbox, [Attempt(text, None, TEST) for text in texts])
    return dict(zip(LEGITIMATE, done, strict=True))


@pytest.fixture(scope="module")
def outcomes(sandbox: Sandbox) -> dict[str, Outcome]:
    before = hostile.traces()
    limits = Limits(seconds=1.5, memory_mb=256)
    programs = [
        Program(hostile.HOSTILE[name], HARNESS, {"tests": TEST}, limits) for name in HOSTILE
    ]
    found = dict(zip(HOSTILE, sandbox.map(programs), strict=True))
    assert hostile.traces() == before
    assert sandbox.run(Program("import os; print(os.listdir())")).stdout == "['program.py']\n"
    return found


@pytest.mark.parametrize("name", LEGITIMATE)
def test_what_people_write_passes(
    sandbox: Sandbox, executions: dict[str, Execution], name: str
) -> None:
    if not sandbox.layers["mounts"]:
        pytest.skip("without mounts some of these do not work")
    assert executions[name] == Execution(True, None, None)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_harms_does_not_get_far(
    sandbox: Sandbox, outcomes: dict[str, Outcome], name: str
) -> None:
    if not (sandbox.layers["seccomp"] and sandbox.layers["mounts"]):
        pytest.skip("needs seccomp and mounts")
    outcome = outcomes[name]
    assert outcome.status != "ok", outcome
    assert (outcome.value or {}).get("passed") is not True


CATEGORIES = {
    "fills it with deleted files": "files",
    "takes all inodes": "files",
    "thread pool bomb": "processes",
    "descriptor bomb": "files",
    "reads through a symbolic link": "files",
    "makes a device": "files",
    "abstract socket": "network",
    "process pool": "processes",
}


@pytest.mark.parametrize(("name", "category"), CATEGORIES.items())
def test_what_was_refused_is_named(sandbox: Sandbox, name: str, category: str) -> None:
    limits = Limits(seconds=30, memory_mb=256)
    outcome = sandbox.run(Program(hostile.HOSTILE[name], limits=limits))
    assert outcome.status == "resource", outcome
    assert (outcome.message or "").startswith(category), outcome


def test_a_thread_that_is_left_over_does_not_delay_the_end(sandbox: Sandbox) -> None:
    source = "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()"
    outcome = sandbox.run(Program(source, limits=Limits(seconds=60)))
    assert outcome.status == "ok"
    assert outcome.seconds < 30


def test_threads_that_the_hook_does_not_count_are_counted(sandbox: Sandbox) -> None:
    outcome = sandbox.run(
        Program(hostile.HOSTILE["thread bomb by the C library"], limits=Limits(30, memory_mb=4096))
    )
    assert (outcome.status, outcome.message) == ("resource", "processes: too many threads")


def test_a_program_never_sees_anothers_files(sandbox: Sandbox) -> None:
    leave = "import os; open('secret', 'w'); os.rename('program.py', 'other'); os.chmod('.', 0)"
    look = (
        "import os; print(os.listdir('/dev/shm'), os.listdir('.'), len(open('program.py').read()))"
    )
    for ending in ("", "; os.kill(os.getpid(), 9)", "\nwhile True: pass"):
        sandbox.map([Program(leave + ending, limits=Limits(seconds=1))] * 2)
        for outcome in sandbox.map([Program(look)] * 4):
            assert outcome.stdout == f"['home'] ['program.py'] {len(look)}\n"
