"""Two processes: what is out of an answer's reach, and how its failures come out."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox, landlock
from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.marks import UNRULED

sys.path.insert(0, str(Path(__file__).parent))

import hostile

TESTS = "assert f(3) == 3\n"
LIMITS = Limits(seconds=20, cpu_seconds=10, memory_mb=256)


def apart(source: str, tests: str = TESTS, limits: Limits = LIMITS, **more: Any) -> Program:
    payload = {"tests": tests, "takes": ["f"], "imports": [], "lacks": [], "operations": [],
               "reach": UNRULED} | more  # fmt: skip
    return Program(source, "tuneyard.sandbox.apart.harness:apart_tests", payload, limits)


def together(source: str, tests: str = TESTS, limits: Limits = LIMITS) -> Program:
    return Program(source, "tuneyard.sandbox.harness:python_tests", {"tests": tests}, limits)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        before = hostile.traces()
        yield opened
        assert hostile.traces() == before


def said(outcome: Outcome) -> tuple[Any, ...]:
    return outcome.status, outcome.error_type, outcome.message, outcome.line


FAILS = {
    "wrong": "def f(x):\n    return 4\n",
    "raises": "def f(x):\n    return g(x)\ndef g(x):\n    return 1 / 0\n",
    "raises a text": "def f(x):\n    raise KeyError('k')\n",
    "asserts": "def f(x):\n    assert x == 4, 'four'\n",
    "own error": "class E(Exception): pass\ndef f(x):\n    raise E('x')\n",
    "own error that speaks": "class E(Exception):\n    def __str__(s): return 1\n"
    "def f(x):\n    raise E\n",
    "raises when it is loaded": "import math\nmath.foo\n",
    "lacks the name": "def g(x):\n    return x\n",
    "syntax": "def f(x):\n    return (\n",
    "indentation": "def f(x):\nreturn 1\n",
    "null": "def f(x):\n    return 1\0\n",
    "no recursion": "def f(x):\n    return f(x)\n",
    "memory": "def f(x):\n    return [0] * 10 ** 9\n",
    "memory, when it is loaded": "x = [0] * 10 ** 9\n",
    "a file": "def f(x):\n    return open('/etc/passwd').read()\n",
    "a process": "import os\ndef f(x):\n    return os.fork()\n",
    "a program": "import subprocess\ndef f(x):\n    subprocess.run(['ls'])\n",
    "a socket": "import socket\ndef f(x):\n    socket.create_connection(('127.0.0.1', 9))\n",
    "exits": "import sys\ndef f(x):\n    sys.exit(3)\n",
    "exits well": "def f(x):\n    exit(0)\n",
    "ends": "import os\ndef f(x):\n    os._exit(3)\n",
    "ends when it is loaded": "import os\nos._exit(0)\n",
    "kills itself": "import os\ndef f(x):\n    os.kill(os.getpid(), 9)\n",
    "dies": "import os, signal\ndef f(x):\n    os.kill(os.getpid(), signal.SIGTERM)\n",
    "crashes": "import ctypes\ndef f(x):\n    ctypes.string_at(0)\n",
    "is interrupted": "def f(x):\n    raise KeyboardInterrupt\n",
    "raises an error of its tests": "def f(x):\n    exec('x = (', {})\n",
}


@pytest.mark.parametrize("name", FAILS)
def test_failures_come_out_as_in_one_process(sandbox: Sandbox, name: str) -> None:
    one, other = sandbox.map([together(FAILS[name]), apart(FAILS[name])])
    assert other.status != "ok"
    assert said(other) == said(one)


def test_time_output_and_arguments(sandbox: Sandbox) -> None:
    short = Limits(seconds=1.0, cpu_seconds=1)
    for source, message in (
        ("def f(x):\n    while True: pass\n", "time"),
        ("import os\nos.closerange(3, 256)\nimport time\ntime.sleep(9)\n", "wall-clock time"),
    ):
        outcome = sandbox.run(apart(source, limits=short))
        assert (outcome.status, message in (outcome.message or "")) == ("timeout", True), outcome
    loud = (
        "import sys, os\nprint('hi')\ndef f(x):\n    os.write(1, b'ho\\n')\n    print('x' * 200)\n"
    )
    outcome = sandbox.run(apart(loud + "    return x\n", limits=Limits(20, output_bytes=90)))
    assert outcome.status == "ok"
    assert outcome.stdout.startswith("ho\nhi\nxxx")
    assert "cut off" in outcome.stdout
    many = "def f(*a, k=2, **more):\n    return [a, k, more]\n"
    tests = "assert f(1, [2], k={3}, z=f) == [(1, [2]), {3}, {'z': f}]\n"
    assert sandbox.run(apart(many, tests)).status == "ok"


ATTACKS = """\
import ctypes, os, signal, struct
libc = ctypes.CDLL(None, use_errno=True)
judge = os.getppid()
found = []
def attempt(name, action):
    try:
        result = action()
    except BaseException as error:
        return
    if result not in (None, -1, 0) or name.startswith("kill"):
        found.append((name, result))
for fd in range(3, 255):
    attempt(f"descriptor {fd}", lambda: os.fstat(fd))
for number in (0, signal.SIGTERM, signal.SIGKILL):
    attempt(f"kill {number}", lambda: os.kill(judge, number))
    attempt(f"kill c {number}", lambda: {-1: [].pop}.get(libc.kill(judge, number), int)())
for name in ("mem", "maps", "environ", "fd/255", "fd/1", "root/etc/passwd", "cwd/program.py"):
    path = f"/proc/{judge}/{name}"
    attempt(name, lambda: len(open(path, "rb").read(1)))
    attempt(name + " to write", lambda: 1 + libc.open(path.encode(), 1))
attempt("descriptors", lambda: os.listdir(f"/proc/{judge}/fd") or None)
buffer = ctypes.create_string_buffer(64)
class Vec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
here, there = Vec(ctypes.addressof(buffer), 8), Vec(id(found), 8)
for number in (310, 311):
    attempt(f"process_vm {number}", lambda: 1 + libc.syscall(
        number, judge, ctypes.byref(here), 1, ctypes.byref(there), 1, 0))
attempt("ptrace attach", lambda: 1 + libc.ptrace(16, judge, 0, 0))
attempt("ptrace seize", lambda: 1 + libc.ptrace(0x4206, judge, 0, 0))
handle = libc.syscall(434, judge, 0)
attempt("pidfd_getfd", lambda: 1 + libc.syscall(438, handle, 255, 0))
attempt("pidfd_send_signal", lambda: 1 + libc.syscall(424, handle, 15, 0, 0))
attempt("kcmp", lambda: 1 + libc.syscall(312, judge, os.getpid(), 0, 3, 3))
attempt("prlimit", lambda: 1 + libc.syscall(302, judge, 0, ctypes.byref(here), None))
def f(x):
    return found
"""


@pytest.mark.parametrize("without", [[], ["audit_hook"], ["landlock", "audit_hook"]])
def test_the_judge_is_out_of_reach(without: list[str]) -> None:
    with Sandbox(workers=1, without=without) as box:
        if not box.layers["seccomp"]:
            pytest.skip("needs seccomp")
        assert said(box.run(apart(ATTACKS, "assert f(0) == []\n"))) == ("ok", None, None, None)


def test_the_judge_is_out_of_reach_without_a_filter() -> None:
    with Sandbox(workers=1, without=["seccomp", "audit_hook"]) as box:
        if not box.layers["landlock"] or landlock.abi() < 6:
            pytest.skip("needs a Landlock that keeps signals")
        assert said(box.run(apart(ATTACKS, "assert f(0) == []\n"))) == ("ok", None, None, None)


def test_tests_import_nothing_that_the_answer_wrote(sandbox: Sandbox) -> None:
    source = """\
for name in ("helper", "colorsys", "antigravity"):
    with open(name + ".py", "w") as file:
        file.write("import os; os._exit(0)")
def f(x):
    return 4
"""
    tests = """\
import colorsys
for name in ("helper", "program", "solution.helper"):
    try:
        __import__(name)
    except ImportError:
        pass
assert f(3) == 3
"""
    assert said(sandbox.run(apart(source, tests)))[:2] == ("exception", "AssertionError")
    assert not os.path.exists("helper.py")


def test_what_fails_once_fails_whatever_the_tests_make_of_it(sandbox: Sandbox) -> None:
    for bad in ("return object()", "raise SystemExit", "raise GeneratorExit"):
        for tests in (
            "try:\n    assert f(3) == 3\nexcept:\n    pass\n",
            "try:\n    f(3) == 3\nfinally:\n    raise SystemExit(0)\n",
            "import contextlib\nwith contextlib.suppress(BaseException):\n    [f(3)] == [3]\n",
        ):
            outcome = sandbox.run(apart(f"import os\ndef f(x):\n    {bad}\n", tests))
            assert outcome.status != "ok", (bad, tests)


def test_objects_are_asked_for_what_the_reference_s_were(sandbox: Sandbox) -> None:
    source = """\
class f:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i): return i + self.n
    def __add__(self, other): return f(self.n + other.n)
    def __radd__(self, other): return other + self.n
    def __contains__(self, x): return x == self.n
    def __iter__(self): return iter(range(self.n))
    def __call__(self, x): return x
    def __repr__(self): return f'<{self.n}>'
    def __bool__(self): return self.n > 0
    @staticmethod
    def two(): return f(2)
    def pair(self): return self, self
"""
    tests = """\
a = f(3)
assert len(a) == 3 and a[1] == 4 and 3 in a and list(a) == [0, 1, 2] and a(5) == 5
assert (a + f(2)).n == 5 and 1 + a == 4 and str(a) == '<3>' and f'{a}' == '<3>' and not f(0)
one, other = a.pair()
assert one is other is a and f.two().n == 2 and isinstance(a, f) and not isinstance(3, f)
a.n = 7
assert a.n == 7 and f.__name__ == 'f' and vars(a) == {'n': 7} and hasattr(a, 'n')
assert not hasattr(a, 'm')
del a.n
assert not hasattr(a, 'n')
"""
    every = sandbox.run(apart(source, tests, operations=None, reach=None))
    assert every.status == "ok", every
    assert every.value is not None
    needed = every.value["terms"].split()
    assert sandbox.run(apart(source, tests, operations=needed)).status == "ok"
    for left_out in needed:
        fewer = [one for one in needed if one != left_out]
        outcome = sandbox.run(apart(source, tests, operations=fewer))
        assert (outcome.status, outcome.error_type) == ("exception", "TypeError"), left_out
    for compares in ("f(1) == f(1)", "f(1) != f(2)", "f(1) in [f(1)]", "{f(1)}", "f(1) < f(2)"):
        outcome = sandbox.run(apart(source, f"assert {compares}\n", operations=None))
        assert outcome.error_type == "TypeError", compares


def test_threads_and_memory_of_both_processes_count(sandbox: Sandbox) -> None:
    if not sandbox.layers["seccomp"]:
        pytest.skip("without seccomp there are no threads")
    threads = hostile.HOSTILE["thread bomb by the C library"]
    outcome = sandbox.run(apart(threads, limits=Limits(30, memory_mb=4096)))
    assert (outcome.status, outcome.message) == ("resource", "processes: too many threads")
    shared = "import mmap, time\nm = [mmap.mmap(-1, 100 << 20) for _ in range(4)]\n"
    shared += "for one in m:\n    for n in range(0, 100 << 20, 4096):\n        one[n] = 1\n"
    outcome = sandbox.run(apart(shared + "time.sleep(9)\n", limits=Limits(30, memory_mb=128)))
    assert outcome.status == "resource", outcome


def test_an_answer_s_process_ends_with_its_program(sandbox: Sandbox) -> None:
    stays = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n"
    begin = time.monotonic()
    for tests in (TESTS, "assert False\n", "import os\nos._exit(0)\n"):
        sandbox.run(apart(stays + "def f(x):\n    return x\n", tests))
    assert time.monotonic() - begin < 15
    assert sandbox.run(Program("import os; print(os.listdir())")).stdout == "['program.py']\n"


def test_a_program_s_second_process_is_told() -> None:
    channel = Channel()
    assert channel.second == 0
    channel.second = 4_000_000
    channel.write(b"x")
    assert (channel.second, channel.read()) == (4_000_000, b"x")
    channel.close()


def test_messages_of_several_threads_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer's thread may end it while another sends what it gives."""
    sent = bytearray()

    def write(_: int, data: memoryview) -> int:
        sent.extend(data[:100])
        time.sleep(0)
        return len(data[:100])

    monkeypatch.setattr(wire, "_write", write)
    messages = [bytes([number]) * 2_000 for number in range(8)]
    threads = [threading.Thread(target=wire.send, args=(one,)) for one in messages]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    size = len(sent) // 8
    found = {bytes(sent[place + 8 : place + size]) for place in range(0, len(sent), size)}
    assert found == set(messages)
