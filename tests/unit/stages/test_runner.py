"""Steps side by side: what needs nothing of one another runs at once, each step once."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from tuneyard.artifacts import RunDir
from tuneyard.config.load import load
from tuneyard.errors import RunError, UserError
from tuneyard.plan.step import Step
from tuneyard.progress import Progress
from tuneyard.stages import runner
from tuneyard.stages.runner import Runner
from tuneyard.supervisor import Interrupted


@dataclass(frozen=True, eq=False, kw_only=True)
class Stub(Step):
    stage: ClassVar[str] = "stub"
    name: str
    needs: tuple[Stub, ...] = ()


def stub(name: str, *needs: Stub) -> Stub:
    return Stub(label=name, name=name, needs=needs)


Act = Callable[[str], None]


class Runs:
    """Runs stubs, and keeps when each began and ended; ``act`` is what they do."""

    def __init__(self, study_file: Path, patch: pytest.MonkeyPatch, act: Act) -> None:
        self.told: list[tuple[str, str]] = []
        self.threads: dict[str, threading.Thread] = {}
        self.screen = io.StringIO()
        self._file, self.act = study_file, act
        module: Any = ModuleType("tuneyard.stages.stub")
        module.run = self._run
        patch.setitem(sys.modules, "tuneyard.stages.stub", module)
        patch.setattr(runner, "import_all", lambda: None)
        patch.setattr(runner.Cluster, "start", lambda self: None)
        patch.setattr(runner, "cores", lambda: 8)

    def _run(self, step: Stub, context: Any) -> str:
        self.told.append(("begins", step.name))
        self.threads[step.name] = threading.current_thread()
        self.act(step.name)
        with context.artifact(step).writing() as folder:
            (folder / "made").write_text(step.name)
        self.told.append(("ends", step.name))
        return ""

    def __call__(self, *steps: Stub, overrides: tuple[str, ...] = ()) -> Runner:
        study = load(self._file, overrides)
        made = Runner(study, RunDir(str(self._file.parent / "run")), Progress(self.screen))
        made.run(steps, None, None)  # type: ignore[arg-type]
        return made


@pytest.fixture
def runs(study_file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], Runs]:
    return lambda act: Runs(study_file, monkeypatch, act)


def test_what_needs_nothing_of_one_another_runs_at_once(runs: Callable[[Act], Runs]) -> None:
    both = threading.Barrier(2)
    found = runs(lambda name: both.wait(20) if name != "c" else None)
    a, b = stub("a"), stub("b")
    assert found(a, b, stub("c", a, b)).ran == 3
    assert found.told[-2:] == [("begins", "c"), ("ends", "c")]
    # What stands alone runs where Ray is started, and where signals come.
    assert found.threads["c"] is threading.main_thread()


def test_one_at_a_time_is_the_plan_s_order(runs: Callable[[Act], Runs]) -> None:
    found = runs(lambda name: None)
    a, b = stub("a"), stub("b")
    found(a, b, stub("c", a), overrides=("resources.parallel=1",))
    assert [name for what, name in found.told if what == "begins"] == ["a", "b", "c"]
    assert found.told[::2] == [("begins", name) for name in "abc"]
    assert {*found.threads.values()} == {threading.main_thread()}


def test_what_is_told_to_stop_has_not_failed(runs: Callable[[Act], Runs]) -> None:
    def act(name: str) -> None:
        raise Interrupted

    found = runs(act)
    a = stub("a")
    with pytest.raises(Interrupted):
        found(a, stub("b", a), stub("c"))
    assert "not run" not in found.screen.getvalue()


def test_what_fails_takes_along_what_needs_it_alone(runs: Callable[[Act], Runs]) -> None:
    def act(name: str) -> None:
        if name == "a":
            raise RunError("a worker is gone", remedy="again")

    found = runs(act)
    a, b = stub("a"), stub("b")
    c = stub("c", a)
    with pytest.raises(RunError, match="a worker is gone"):
        found(a, b, c, stub("d", b), stub("e", c))
    assert [name for what, name in found.told if what == "ends"] == ["b", "d"]
    assert "not run, for want of what failed: c, e" in found.screen.getvalue()
    # The next command runs what is left.
    found.act = lambda name: None
    assert found(a, c, stub("e", c)).ran == 3


@pytest.mark.parametrize(
    "first", [UserError("its loss is NaN", where="x", remedy="y"), ValueError()]
)
def test_whatever_fails_what_does_not_need_it_is_run(
    runs: Callable[[Act], Runs], first: Exception
) -> None:
    def act(name: str) -> None:
        if name == "a":
            raise first
        if name == "b":
            raise RunError("b is out of memory", remedy="again")

    found = runs(act)
    c = stub("c")
    with pytest.raises(type(first)):
        found(stub("a"), stub("b"), c, stub("d", c), overrides=("resources.parallel=1",))
    assert [name for what, name in found.told if what == "ends"] == ["c", "d"]
    assert "failed, too: b: b is out of memory" in found.screen.getvalue()


def test_rows_that_are_refused_stop_what_has_not_begun(
    runs: Callable[[Act], Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_CHECKS", Stub)
    begun, refused = threading.Event(), threading.Event()

    def act(name: str) -> None:
        if name == "a":
            begun.wait(20)
            refused.set()
            raise UserError("it is refused", where="here", value=1, remedy="mend it")
        if name == "b":
            begun.set()
            refused.wait(20)
            time.sleep(0.2)

    found = runs(act)
    b = stub("b")
    with pytest.raises(UserError, match="it is refused"):
        found(stub("a"), b, stub("c", b))
    assert [name for what, name in found.told if what == "ends"] == ["b"]


PROCESS = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import pytest
from test_runner import Runs, stub

place = Path(sys.argv[2])
def act(name):
    with open(place / "log", "a") as log:
        log.write(f"{name} {os.getpid()}\\n")
    if sys.argv[3] == "hangs" and name == "b":
        time.sleep(600)
    time.sleep(0.3)

a = stub("a")
b = stub("b", a)
print(Runs(place / "study.yaml", pytest.MonkeyPatch(), act)(a, b, stub("c"), stub("d", b)).ran)
"""


def start(place: Path, how: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PROCESS, str(Path(__file__).parent), str(place), how]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def log(place: Path) -> list[str]:
    path = place / "log"
    return path.read_text().splitlines() if path.exists() else []


def test_two_processes_on_one_run_directory_run_each_step_once(study_file: Path) -> None:
    place = study_file.parent
    both = [start(place, "runs"), start(place, "runs")]
    counts = [int(one.communicate(timeout=120)[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted(line.split()[0] for line in log(place)) == ["a", "b", "c", "d"]
    assert sum(counts) == 4


def test_a_step_of_a_process_that_was_killed_is_taken_over(study_file: Path) -> None:
    place = study_file.parent
    first = start(place, "hangs")
    while not any(line.startswith("b ") for line in log(place)):
        time.sleep(0.05)
        assert first.poll() is None
    second = start(place, "runs")
    time.sleep(1.0)
    assert second.poll() is None
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    out, _ = second.communicate(timeout=120)
    assert second.returncode == 0
    owners = [line.split() for line in log(place)]
    assert [name for name, pid in owners if int(pid) == second.pid][:1] == ["b"]
    assert sorted(name for name, _ in owners) == ["a", "b", "b", "c", "d"]
    assert int(out) == 2
