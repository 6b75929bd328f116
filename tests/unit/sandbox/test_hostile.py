"""Hostile programs: each ends within its limit, with the right status, and the pool lives on."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneyard.sandbox import Limits, Program, Sandbox

LIMITS = Limits(seconds=1.0, memory_mb=256)
MERCY = Limits(seconds=20.0, memory_mb=256)  # for what must end by itself, on a busy machine


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        yield opened
        assert opened.run(Program("print(6 * 7)")).stdout == "42\n"


ENDLESS = {
    "loop": "while True: pass",
    "catches everything": """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    "ignores signals": """
import signal
for number in signal.valid_signals():
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""",
    "sleeps": "import time; time.sleep(1000)",
    "regex": "import re; re.match('(a+)+$', 'a' * 40 + 'b')",
    "big number": "10 ** 10 ** 8",
    "closes descriptors": "import os; os.closerange(0, 65536)\nwhile True: pass",
    "closes output": "import os; os.close(1)\nwhile True: pass",
    "prints for ever": "while True: print('x' * 1000)",
    "raw output": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "str of its exception": """
class E(Exception):
    def __str__(self):
        while True: pass
raise E
""",
    "flush": """
import sys
class Out:
    def write(self, text): pass
    def flush(self):
        while True: pass
sys.stdout = Out()
""",
    "input handler": "import signal; signal.pause()",
    "swallows refusals": """
import os
while True:
    try: os.fork()
    except BaseException: pass
""",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_endless_programs_time_out(sandbox: Sandbox, source: str) -> None:
    outcome = sandbox.run(Program(source, limits=LIMITS))
    assert (outcome.status, outcome.value) == ("timeout", None)
    assert outcome.seconds < 10


RESOURCE = {
    "10 GB list": ("memory", "[0] * (10 ** 10 // 8)"),
    "grows": ("memory", "x = []\nwhile True: x.append(' ' * 1000)"),
    "mmap": ("memory", "import mmap; mmap.mmap(-1, 10 ** 10)"),
    "gigabyte string": ("memory", "print('x' * 10 ** 9)"),
    "heap recursion": (
        "memory",
        "import sys; sys.setrecursionlimit(10 ** 9)\ndef f(n): return [n] * 1000 + f(n)\nf(0)",
    ),
    "fork": ("processes", "import os\nwhile True: os.fork()"),
    "shell fork bomb": ("processes", "import os; os.system(':(){ :|:& };:')"),
    "forkpty": ("processes", "import os; os.forkpty()"),
    "threads": (
        "processes",
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(99,)).start()",
    ),
    "subprocess": ("processes", "import subprocess; subprocess.run(['true'])"),
    "popen": ("processes", "import os; os.popen('true')"),
    "execve": ("processes", "import os; os.execv('/bin/true', ['true'])"),
    "posix_spawn": ("processes", "import os; os.posix_spawn('/bin/true', ['true'], {})"),
    "multiprocessing": (
        "processes",
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    ),
    "daemonises": ("processes", "import os\nos.fork() and os._exit(0)\nos.setsid()"),
    "new session": ("processes", "import os; os.setsid()"),
    "nice": ("processes", "import os; os.nice(5)"),
    "write": ("files", "open('/tmp/tuneyard-hostile', 'w')"),
    "write above": ("files", "open('../../x.txt', 'a')"),
    "write zero": ("files", "open('/dev/zero', 'w')"),
    "low-level write": ("files", "import os; os.open('/tmp/x', os.O_RDWR | os.O_CREAT)"),
    "pathlib write": ("files", "import pathlib; pathlib.Path('/tmp/x').write_text('x')"),
    "temporary file elsewhere": ("files", "import tempfile; tempfile.TemporaryFile(dir='/tmp')"),
    "temporary folder elsewhere": ("files", "import tempfile; tempfile.mkdtemp(dir='/var/tmp')"),
    "mkdir": ("files", "import os; os.mkdir('/tmp/tuneyard-hostile')"),
    "remove": ("files", "import os; os.remove('/etc/passwd')"),
    "rmtree": ("files", "import shutil; shutil.rmtree('/tmp')"),
    "chmod": ("files", "import os; os.chmod('/etc/passwd', 0o777)"),
    "symlink": ("files", "import os; os.symlink('/etc', '/tmp/tuneyard-hostile')"),
    "fifo": ("files", "import os; os.mkfifo('/tmp/tuneyard-hostile')"),
    "read /etc/passwd": ("files", "print(open('/etc/passwd').read())"),
    "read /proc": ("files", "print(open('/proc/self/maps').read())"),
    "list /": ("files", "import os; print(os.listdir('/'))"),
    "walk": ("files", "import pathlib; print(list(pathlib.Path('/etc').iterdir()))"),
    "many files": ("files", "import os; x = [open(os.__file__) for _ in range(10 ** 5)]"),
    "internet": ("network", "import socket; socket.create_connection(('192.0.2.1', 80))"),
    "loopback": ("network", "import socket; socket.create_connection(('127.0.0.1', 22))"),
    "udp": ("network", "import socket; socket.socket(type=socket.SOCK_DGRAM)"),
    "unix": ("network", "import socket; socket.socket(socket.AF_UNIX).connect('/run/x')"),
    "abstract unix": ("network", "import socket; socket.socket(socket.AF_UNIX).connect('\\0x')"),
    "resolver": ("network", "import socket; socket.gethostbyname('example.org')"),
    "urllib": ("network", "import urllib.request as u; u.urlopen('http://example.org')"),
    "server": ("network", "import socketserver as s; s.TCPServer(('', 8000), None)"),
}


@pytest.mark.parametrize(("category", "source"), RESOURCE.values(), ids=RESOURCE)
def test_forbidden_resources_are_refused(sandbox: Sandbox, category: str, source: str) -> None:
    outcome = sandbox.run(Program(source, limits=MERCY))
    assert outcome.status == "resource", outcome
    assert outcome.message is not None
    assert outcome.message.startswith(category), outcome
    assert not Path("/tmp/tuneyard-hostile").exists()


EXIT = {
    "os._exit": ("os._exit", "import os; os._exit(0)"),
    "os._exit 3": ("status 3", "import os; os._exit(3)"),
    "sys.exit": (r"sys.exit\(\)", "import sys; sys.exit()"),
    "sys.exit text": (r"sys.exit\(no\)", "import sys; sys.exit('no')"),
    "quit": (r"sys.exit", "quit()"),
    "abort": ("SIGABRT", "import os; os.abort()"),
    "segfault": ("SIGSEGV", "import ctypes; ctypes.string_at(0)"),
    "kills itself": ("SIGKILL", "import os; os.kill(os.getpid(), 9)"),
    "terminates itself": ("SIGTERM", "import signal; signal.raise_signal(signal.SIGTERM)"),
    "kills parent": ("signalling another", "import os; os.kill(os.getppid(), 9)"),
    "kills all": ("signalling another", "import os; os.kill(-1, 9)"),
    "kills group": ("signalling another", "import os; os.killpg(os.getpgid(os.getppid()), 9)"),
    "kills own group": ("signalling another", "import os; os.killpg(0, 9)"),
}


@pytest.mark.parametrize(("message", "source"), EXIT.values(), ids=EXIT)
def test_programs_that_end_themselves(sandbox: Sandbox, message: str, source: str) -> None:
    outcome = sandbox.run(Program(source, limits=MERCY))
    assert outcome.status == "exit", outcome
    assert re.search(message, outcome.message or ""), outcome


EXCEPTION = {
    "recursion": ("RecursionError", "def f(): f()\nf()", 1),
    "division": ("ZeroDivisionError", "x = 1\nx / 0", 2),
    "interrupt": ("KeyboardInterrupt", "raise KeyboardInterrupt", 1),
    "own permission error": ("PermissionError", "raise PermissionError(13, 'mine')", 1),
    "own os error after refusal": (
        "OSError",
        "try: open('/tmp/x', 'w')\nexcept OSError: pass\nraise OSError('mine')",
        3,
    ),
    "missing file": ("FileNotFoundError", "open('/nowhere/data.txt')", 1),
    "missing module": ("ModuleNotFoundError", "import nothing_of_this_name", 1),
    "runtime syntax": ("SyntaxError", "exec('1 +')", 1),
    "surrogate text": ("ValueError", "raise ValueError('\\ud800')", 1),
    "hostile str": (
        "E",
        "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
        3,
    ),
    "no builtins": ("NameError", "import builtins\nbuiltins.__dict__.clear()\nlen([])", 3),
}


@pytest.mark.parametrize(("name", "source", "line"), EXCEPTION.values(), ids=EXCEPTION)
def test_uncaught_exceptions(sandbox: Sandbox, name: str, source: str, line: int) -> None:
    outcome = sandbox.run(Program(source, limits=MERCY))
    assert (outcome.status, outcome.error_type, outcome.line) == ("exception", name, line), outcome
    (outcome.message or "").encode()  # encodable, whatever the program raised


SYNTAX = {
    "bracket": ("SyntaxError", "x = (", 1),
    "indentation": ("IndentationError", "def f():\nx = 1", 2),
    "tab": ("TabError", "if 1:\n        x\n\ty", 3),
    "null byte": (None, "x = 1\0", None),
    "surrogate": ("UnicodeEncodeError", "x = '\ud800'", None),
    "deep": (None, "(" * 1000 + ")" * 1000, 1),
    "deep chain": ("RecursionError", "x" + ".y" * 50_000, None),
}


@pytest.mark.parametrize(("name", "source", "line"), SYNTAX.values(), ids=SYNTAX)
def test_programs_that_do_not_compile(
    sandbox: Sandbox, name: str | None, source: str, line: int | None
) -> None:
    outcome = sandbox.run(Program(source, limits=MERCY))
    assert outcome.status == "syntax", outcome
    assert outcome.message
    assert name in (None, outcome.error_type)
    assert line in (None, outcome.line)


HARMLESS = {
    "catches a refusal": "try: open('/tmp/x', 'w')\nexcept PermissionError: print('ok')",
    "catches a denied fork": "import os\ntry: os.fork()\nexcept OSError: print('ok')",
    "imports": "import asyncio, csv, email, sqlite3, unittest, xml.dom.minidom\nprint('ok')",
    "asyncio": "import asyncio\nasync def f(): return 'ok'\nprint(asyncio.run(f()))",
    "zone": "import zoneinfo; zoneinfo.ZoneInfo('UTC')\nprint('ok')",
    "database": """
import sqlite3
print(sqlite3.connect(':memory:').execute("select 'ok'").fetchone()[0])
""",
    "dataclass": """
from dataclasses import dataclass
@dataclass
class A:
    x: 'int' = 1
print('ok')
""",
    "script": "if __name__ == '__main__': print('ok')",
    "urandom": "import os, secrets; os.urandom(9); secrets.token_hex(); print('ok')",
    "closes descriptors": "import os; print('ok', flush=True); os.closerange(0, 65536)",
    "replaces builtins": """
import builtins
print('ok')
names = vars(builtins)
for name in list(names):
    names[name] = None
""",
    "clears builtins": "import builtins; print('ok'); builtins.__dict__.clear()",
    "clears modules": "import sys; print('ok'); sys.modules.clear()",
    "tampers with frames": """
import gc, sys
print('ok')
frame = sys._getframe().f_back
while frame is not None:
    for name in list(frame.f_locals): frame.f_locals[name] = None
    frame = frame.f_back
gc.disable(); gc.set_threshold(0)
for thing in gc.get_objects():
    if isinstance(thing, list) and len(thing) < 3 and not gc.is_tracked(thing): thing.clear()
""",
    "traces": """
import sys
print('ok')
def tracer(*arguments): raise RuntimeError
sys.settrace(tracer)
""",
    "timer": """
import signal
def ring(*arguments): raise RuntimeError
print('ok')
signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.5, 0.001)
""",
    "exit handler": "import atexit\n@atexit.register\ndef f():\n    while True: pass\nprint('ok')",
    "standard error": """
import sys
for _ in range(10 ** 4): sys.stderr.write('x' * 1000)
print('ok')
""",
    "raw calls": """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for number in (41, 56, 57, 58, 59, 62, 101, 105, 157, 165, 198, 220, 272, 310, 317, 321, 425, 435):
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
for call in (libc.fork, libc.vfork, lambda: libc.kill(-1, 9), lambda: libc.socket(2, 1, 0)):
    assert call() == -1 and ctypes.get_errno() == errno.EPERM, call
assert libc.open(b'/etc/passwd', 0) == -1
assert libc.open(b'/tmp/tuneyard-hostile', 0o102, 0o600) == -1
print('ok')
""",
    "removes the hook": """
import gc, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ == 'hook':
        for name, cell in zip(thing.__code__.co_freevars, thing.__closure__):
            if name == 'category_of': cell.cell_contents = lambda event: None
import os, socket
for action in (os.fork, lambda: os.kill(os.getppid(), 9), lambda: os.kill(-1, 9), socket.socket,
               lambda: open('/etc/passwd'), lambda: open('/tmp/tuneyard-hostile', 'w')):
    try: action()
    except OSError: continue
    raise SystemExit('it worked')
print('ok')
""",
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_programs_that_do_no_harm_are_ok(sandbox: Sandbox, source: str) -> None:
    if not sandbox.layers["seccomp"] and ("raw calls" in source or "hook" in source):
        pytest.skip("needs seccomp, which this machine does not offer")
    outcome = sandbox.run(Program(source, limits=MERCY))
    assert (outcome.status, outcome.stdout.strip()) == ("ok", "ok"), outcome
    assert not Path("/tmp/tuneyard-hostile").exists()


def test_recursion_through_c_ends_in_one_of_two_ways(sandbox: Sandbox) -> None:
    source = """
import sys
sys.setrecursionlimit(10 ** 9)
class A:
    def __neg__(self): return -self
-A()
"""
    outcome = sandbox.run(Program(source, limits=MERCY))
    if outcome.status == "exit":  # the C stack overflows (Python 3.11)
        assert outcome.message in ("died by SIGSEGV", "died by SIGBUS")
    else:  # the interpreter has a limit of its own for C
        assert (outcome.status, outcome.error_type) == ("exception", "RecursionError")


def test_lone_surrogates_are_escaped(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("print('a\\ud800b')"))
    assert (outcome.status, outcome.stdout) == ("ok", "a\\ud800b\n")


def test_bytes_that_are_no_utf8_are_escaped(sandbox: Sandbox) -> None:
    assert sandbox.run(Program("import os; os.write(1, b'\\xff')")).stdout == "\\xff"


def test_ten_megabytes_of_source(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("x = 1\n" * 1_700_000))
    assert outcome.status == "resource"
    assert outcome.message == "source: 10200000 bytes, limit 1000000"
    allowed = Program("# x\n" * 2_600_000, limits=Limits(seconds=60, source_bytes=20_000_000))
    assert sandbox.run(allowed).status == "ok"


def test_output_is_kept_up_to_the_limit(sandbox: Sandbox) -> None:
    limits = Limits(seconds=20, output_bytes=1000)
    mark = "\n[output cut off after 1000 bytes]\n"
    outcome = sandbox.run(Program("for _ in range(10 ** 6): print('x')", limits=limits))
    assert (outcome.status, outcome.stdout) == ("ok", "x\n" * 500 + mark)
    over = sandbox.run(Program("print('x' * 1000)", limits=limits))
    assert (over.status, over.stdout) == ("ok", "x" * 1000 + mark)
    exact = sandbox.run(Program("print('x' * 999)", limits=limits))
    assert (exact.status, len(exact.stdout)) == ("ok", 1000)


def test_what_was_printed_before_a_timeout_is_kept(sandbox: Sandbox) -> None:
    source = "print('before', flush=True)\nwhile True: pass"
    assert sandbox.run(Program(source, limits=LIMITS)).stdout == "before\n"


def test_a_listening_socket_of_the_host_is_out_of_reach(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
        outcome = sandbox.run(Program(source))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert (outcome.status, (outcome.message or "")[:7]) == ("resource", "network")


def test_a_file_in_the_home_folder_is_out_of_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    outcome = sandbox.run(Program(f"print(open({str(secret)!r}).read())"))
    assert (outcome.status, outcome.stdout) == ("resource", "")


def test_programs_do_not_see_each_other(sandbox: Sandbox) -> None:
    sandbox.run(Program("import math, builtins; math.pi = 3; builtins.leak = 1"))
    outcome = sandbox.run(Program("import math; assert math.pi > 3.1\nleak"))
    assert (outcome.status, outcome.error_type, outcome.line) == ("exception", "NameError", 2)


def test_runs_are_reproducible(sandbox: Sandbox) -> None:
    source = "import random; print(random.random(), list({'a', 'b', 'c', 'd'}), hash('x'))"
    assert sandbox.run(Program(source)).stdout == sandbox.run(Program(source)).stdout != ""


@pytest.mark.parametrize("victim", ["zygote", "launcher"])
def test_a_zygote_that_is_killed_is_replaced(victim: str) -> None:
    with Sandbox(workers=1) as sandbox:
        worker = sandbox._workers[0]
        assert worker._process is not None
        pid = launcher = worker._process.pid
        if victim == "zygote":
            children = Path(f"/proc/{pid}/task/{pid}/children")
            if not children.exists():
                pytest.skip("the kernel does not list children")
            pid = int(children.read_text().split()[0])
        killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
        killer.start()
        outcome = sandbox.run(Program("import time; time.sleep(1.5)", limits=MERCY))
        killer.join()
        assert outcome.status == "ok"
        assert worker._process.pid not in (pid, launcher)
