from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.sandbox import Limits, Program, Sandbox
from tuneyard.sandbox.program import STATUSES

TESTS = "tuneyard.sandbox.harness:python_tests"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def test_map_keeps_the_order_and_reports_progress(sandbox: Sandbox) -> None:
    sources = [f"print({index})" for index in range(30)]
    sources[7] = "import time; time.sleep(0.3); print(7)"
    seen: list[int] = []
    outcomes = sandbox.map([Program(source) for source in sources], seen.append)
    assert [outcome.stdout for outcome in outcomes] == [f"{index}\n" for index in range(30)]
    assert seen == list(range(1, 31))


def test_map_of_nothing(sandbox: Sandbox) -> None:
    assert sandbox.map([]) == []


def test_map_from_several_threads(sandbox: Sandbox) -> None:
    results: dict[int, list[str]] = {}

    def work(number: int) -> None:
        programs = [Program(f"print({number}, {index})") for index in range(10)]
        results[number] = [outcome.stdout for outcome in sandbox.map(programs)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [f"{n} {index}\n" for index in range(10)] for n in range(4)}


def test_python_tests_harness(sandbox: Sandbox) -> None:
    def run(source: str, tests: str) -> tuple[str, str | None, object]:
        outcome = sandbox.run(Program(source, TESTS, {"tests": tests}))
        return outcome.status, outcome.error_type, (outcome.value or {}).get("passed")

    source = "def double(x):\n    return 2 * x\n"
    assert run(source, "assert double(2) == 4") == ("ok", None, True)
    assert run(source, "assert double(2) == 5") == ("exception", "AssertionError", False)
    assert run("def double(x) return", "pass") == ("syntax", "SyntaxError", False)
    assert run("import sys; sys.exit(1)", "pass") == ("ok", None, True)
    assert run("import os; os._exit(0)", "pass") == ("exit", None, None)
    assert run(source, "not python")[0] == "exception"
    assert run(source, "raise SystemExit(3)") == ("exit", "SystemExit", False)


def test_line_is_that_of_the_program_not_of_the_tests(sandbox: Sandbox) -> None:
    program = Program("def f(x):\n    return 1 / x\n", TESTS, {"tests": "\n\n\n\nf(0)"})
    assert sandbox.run(program).line == 2


def test_own_harness_and_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_harness.py").write_text(
        "def f(source, payload, record):\n"
        "    record['seen'] = [len(source), payload['x']]\n"
        "    record.update(payload.get('more', {}))\n"
        "    if payload['x'] == 'object': record['bad'] = object()\n"
        "    if payload['x'] == 'deep':\n"
        "        inner = record\n"
        "        for _ in range(100000): inner['a'] = inner = {}\n"
        "    if payload['x'] == 'big': record['bad'] = 'x' * 10**7\n"
        "    if payload['x'] == 'surrogate': record['text'] = '\\ud800'\n"
        "    if payload['x'] == 'raise': 1 / 0\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with Sandbox(workers=1) as sandbox:

        def run(x: str) -> tuple[str, object]:
            outcome = sandbox.run(Program("ab", "my_harness:f", {"x": x}))
            return outcome.status, outcome.value

        assert run("fine") == ("ok", {"seen": [2, "fine"]})
        assert run("raise") == ("exception", {"seen": [2, "raise"]})
        assert run("surrogate") == ("ok", {"seen": [2, "surrogate"], "text": "?"})
        assert run("object") == ("ok", None)
        assert run("deep") == ("ok", None)
        assert run("big") == ("resource", None)
        with pytest.raises(RuntimeError, match="nothing_here"):
            sandbox.run(Program("x", "nothing_here:f"))
        with pytest.raises(RuntimeError, match="no attribute"):
            sandbox.map([Program("x", "my_harness:g")] * 3)
        with pytest.raises(TypeError):
            sandbox.run(Program("x", "my_harness:f", {"x": object()}))
        assert run("fine")[0] == "ok"


def test_a_forged_result_is_refused_where_it_is_malformed(sandbox: Sandbox) -> None:
    forge = """
import gc, os
from tuneyard.sandbox.channel import Channel
gc.unfreeze()
channel = next(one for one in gc.get_objects() if isinstance(one, Channel))
channel.write({text!r})
os._exit(0)
"""
    deep = b"[" * 100_000
    odd = b'{"status": "great", "error_type": 1, "message": 2, "line": "x", "value": []}'
    for text in (b"", b"\xff\xfe", b"null", b"{}", deep, odd, b"9" * 10_000):
        outcome = sandbox.run(Program(forge.format(text=text)))
        assert outcome.status == "exit", (text[:20], outcome)


def test_use_before_and_after(sandbox: Sandbox) -> None:
    unopened = Sandbox(workers=1)
    with pytest.raises(RuntimeError, match="with statement"):
        unopened.run(Program(""))
    with unopened:
        assert unopened.run(Program("")).status == "ok"
        with pytest.raises(RuntimeError, match="already open"):
            unopened.__enter__()
    with pytest.raises(RuntimeError, match="with statement"):
        unopened.map([Program("")])
    with pytest.raises(ValueError, match="workers"):
        Sandbox(workers=0)
    with pytest.raises(ValueError, match="layers"):
        Sandbox(without=["everything"])
    with pytest.raises(ValueError, match="seconds"):
        Limits(seconds=0)


def test_closing_wakes_the_threads_that_wait() -> None:
    found: list[str] = []
    sandbox = Sandbox(workers=1).__enter__()

    def work() -> None:
        try:
            found.append(sandbox.run(Program("import time; time.sleep(0.3)")).status)
        except RuntimeError:
            found.append("closed")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    sandbox.close()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert len(found) == 4
    with sandbox:
        assert sandbox.run(Program("")).status == "ok"


def test_nothing_is_left_behind() -> None:
    def descriptors() -> set[str]:
        return set(os.listdir("/proc/self/fd"))

    def offspring() -> list[str]:
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == os.getpid():
                found.append(stat.parent.name)
        return sorted(found)

    Sandbox(workers=1).close()
    before = descriptors(), offspring(), threading.active_count()
    hostile = ["x = 1", "while True: pass", "import os; os._exit(1)", "print('x' * 10**6)"]
    with Sandbox(workers=2) as sandbox:
        inside = offspring()
        sandbox.map([Program(source, limits=Limits(seconds=0.3)) for source in hostile * 3])
        assert offspring() == inside
    assert (descriptors(), offspring(), threading.active_count()) == before


def test_progress_that_raises_stops_the_map(sandbox: Sandbox) -> None:
    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sandbox.map([Program("import time; time.sleep(0.05)")] * 1000, stop)
    assert sandbox.run(Program("")).status == "ok"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(st.characters(exclude_categories=()), max_size=60)
    | st.text(" \n\t()[]{}:=.,'\"\\0123abcdefprint", max_size=60)
)
def test_any_text_has_an_outcome(sandbox: Sandbox, source: str) -> None:
    outcome = sandbox.run(Program(source, limits=Limits(seconds=2)))
    assert outcome.status in STATUSES
    assert (outcome.status == "ok") == (outcome.message is None)


FALLBACK_CASES = {
    "import math, json, csv": "ok",
    "open('/etc/passwd')": "resource",
    "open('/tmp/tuneyard-fallback', 'w')": "resource",
    "import os; os.fork()": "resource",
    "import os; os.kill(os.getppid(), 9)": "exit",
    "import socket; socket.create_connection(('127.0.0.1', 9))": "resource",
    "while True: pass": "timeout",
    "[0] * 10**10": "resource",
    "print('x' * 10**6)": "ok",
}
OWN_FILE = """
import shutil
open("x", "w").write("1")
assert open("x").read() == "1"
shutil.copy("x", "y")
"""


@pytest.mark.parametrize(
    "without",
    [
        ("namespaces",),
        ("mounts",),
        ("landlock",),
        ("seccomp",),
        ("audit_hook",),
        ("namespaces", "landlock"),
        ("namespaces", "landlock", "seccomp"),
    ],
    ids="-".join,
)
def test_each_layer_may_be_missing(without: tuple[str, ...]) -> None:
    warned = "seccomp" in without and "namespaces" in without
    cases = [*FALLBACK_CASES, OWN_FILE]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        opened = Sandbox(workers=2, without=without).__enter__()
    with contextlib.closing(opened) as sandbox:
        assert any("determined program" in str(one.message) for one in caught) == warned
        assert not any(sandbox.layers[name] for name in without)
        programs = [
            Program(source, limits=Limits(1 if source.endswith("pass") else 20, memory_mb=256))
            for source in cases
        ]
        found = dict(zip(cases, sandbox.map(programs), strict=True))
        has_folder = sandbox.layers["landlock"] or sandbox.layers["mounts"]
    expected = FALLBACK_CASES | {OWN_FILE: "ok" if has_folder else "resource"}
    if "audit_hook" in without:  # the kernel refuses; it cannot say that it was a signal
        expected["import os; os.kill(os.getppid(), 9)"] = "resource"
    assert {source: outcome.status for source, outcome in found.items()} == expected
    assert not Path("/tmp/tuneyard-fallback").exists()


def test_processes_that_slip_through_are_killed() -> None:
    # Without seccomp and the hook a program can fork; its children must not outlive it.
    fork = """
import ctypes, os, time
if ctypes.CDLL(None).fork() == 0:
    os.setsid()
    time.sleep(1000)
"""
    with pytest.warns(RuntimeWarning, match="determined program"):
        opened = Sandbox(workers=1, without=["namespaces", "seccomp", "audit_hook"]).__enter__()
    with contextlib.closing(opened) as sandbox:
        for _ in range(3):
            outcome = sandbox.run(Program(fork))
            assert outcome.status in ("ok", "exception")
        process = sandbox._workers[0]._process
        assert process is not None
        listing = subprocess.run(["ps", "-eo", "ppid,pid"], capture_output=True, text=True)
        rows = [tuple(map(int, row.split())) for row in listing.stdout.splitlines()[1:]]
        zygotes = [pid for parent, pid in rows if parent == process.pid]
        assert len(zygotes) == 1
        # The one that waits for the next program may be there, and nothing of the three before.
        assert len([pid for parent, pid in rows if parent == zygotes[0]]) <= 1


def test_the_pool_dies_with_its_owner(tmp_path: Path) -> None:
    script = """
import os, sys
from tuneyard.sandbox import Program, Sandbox
sandbox = Sandbox(workers=1).__enter__()
print(sandbox._workers[0]._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    pid = int(run.stdout)
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        threading.Event().wait(0.05)
    pytest.fail("the zygote outlived its owner")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_as_an_ordinary_user(tmp_path: Path) -> None:
    python = next(
        (one for one in (sys.executable, "/usr/bin/python3") if _usable_by_nobody(one)), None
    )
    if python is None:
        pytest.skip("no Python 3.11 that an ordinary user can read")
    import tuneyard

    # Ordinary users cannot reach every checkout, nor pytest's folders.
    place = Path("/tmp") / f"tuneyard-sandbox-{os.getpid()}"
    try:
        package = Path(tuneyard.__file__).parent
        for name in ("__init__.py", "errors.py", "sandbox"):
            (place / "tuneyard").mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (package / name).is_dir() else shutil.copy
            copy(package / name, place / "tuneyard" / name)
        script = f"""
import os, sys
sys.path.insert(0, {str(place)!r})
from tuneyard.sandbox import Limits, Program, Sandbox
cases = {FALLBACK_CASES!r}
for without in ((), ("namespaces",), ("namespaces", "landlock", "seccomp")):
    with Sandbox(workers=1, without=without) as sandbox:
        for source, status in cases.items():
            outcome = sandbox.run(Program(source, limits=Limits(seconds=1, memory_mb=256)))
            assert outcome.status in (status, "timeout"), (without, source, outcome)
        print(sandbox.layers)
"""
        run = subprocess.run(
            [python, "-B", "-W", "ignore", "-c", script],
            user=65534,
            group=65534,
            extra_groups=[],
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        assert run.stdout.count("'rlimits': True") == 3
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _usable_by_nobody(python: str) -> bool:
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        run = subprocess.run(
            [python, "-c", check], user=65534, group=65534, extra_groups=[], cwd="/"
        )
    except OSError:
        return False
    return run.returncode == 0


def test_cpu_time_may_be_shorter_than_the_clock(sandbox):
    limits = Limits(seconds=60, cpu_seconds=1)
    outcome = sandbox.run(Program("while True: pass", limits=limits))
    assert (outcome.status, outcome.message) == ("timeout", "1 s of CPU time")
    assert sandbox.run(Program("import time; time.sleep(1.5)", limits=limits)).status == "ok"
    with pytest.raises(ValueError, match="cpu_seconds"):
        Limits(cpu_seconds=0)


@pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="this kernel counts no waiting"
)
def test_what_waits_for_a_processor_has_its_time() -> None:
    """Four others share its only processor: what takes 0.8 s of it takes some 4 s by the clock."""
    limits = Limits(seconds=2.0, cpu_seconds=5.0)
    works = "import time\nwhile time.process_time() < 0.8: pass\nprint('done')"
    sleeps = "import time\ntime.sleep(30)"
    one = {min(os.sched_getaffinity(0))}
    spin = [sys.executable, "-c", "while True: pass"]
    before = os.sched_getaffinity(0)
    others = []
    try:
        os.sched_setaffinity(0, one)  # the sandbox's processes inherit it
        with Sandbox(workers=1) as alone:
            # Sessions of their own, for the kernel may share the processor among sessions.
            others = [subprocess.Popen(spin, start_new_session=True) for _ in range(4)]
            worked = alone.run(Program(works, limits=limits))
            slept = alone.run(Program(sleeps, limits=limits))
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, before)
    assert (worked.status, worked.stdout) == ("ok", "done\n")
    assert worked.seconds > limits.seconds
    assert slept.status == "timeout"
    assert slept.seconds < limits.longest
