"""The warm interpreter that forks a child per program.

The worker starts ``main`` in a fresh interpreter. That process moves to new namespaces, forks the
zygote (process 1 there) and waits; if the pool or the zygote dies, so does the other.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from tuneyard.sandbox import isolation, landlock
from tuneyard.sandbox.child import Confinement, Harness
from tuneyard.sandbox.program import Limits
from tuneyard.sandbox.protocol import receive, send
from tuneyard.sandbox.seccomp import Filter
from tuneyard.sandbox.supervisor import PoolGoneError, Supervisor

# What short programs import most: loaded once here, not by each of them.
_WARM = (
    *("abc", "array", "bisect", "cmath", "collections", "collections.abc", "copy", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "io", "itertools", "json"),
    *("math", "operator", "os", "random", "re", "statistics", "string", "sys", "textwrap", "time"),
    *("typing", "unicodedata"),
)


def main(fd: int, without: list[str]) -> NoReturn:
    """Serve the pool at the other end of ``fd`` until it hangs up.

    Args:
        fd: file descriptor of a connected stream socket.
        without: layers to leave out, so that the others can be tested on their own.
    """
    pool = os.getppid()
    in_namespaces = "namespaces" not in without and isolation.enter_namespaces()
    zygote = os.fork()
    if zygote:
        os.close(fd)
        _wait(pool, zygote)
    control = socket.socket(fileno=fd)
    try:
        isolation.secure_zygote()
        _serve(control, in_namespaces, without)
    except (EOFError, OSError, PoolGoneError):
        os._exit(0)
    except BaseException:
        with contextlib.suppress(OSError):
            send(control, {"fault": traceback.format_exc()})
        os._exit(1)
    os._exit(0)


def _wait(pool: int, zygote: int) -> NoReturn:
    """Wait until the zygote or the pool ends, and end the other's work too."""
    with contextlib.suppress(OSError):
        handles = [os.pidfd_open(pool), os.pidfd_open(zygote)]
        if os.getppid() == pool:
            select.select(handles, [], [])
        if os.getppid() != pool or select.select(handles[:1], [], [], 0)[0]:
            os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    os._exit(0)


def _serve(control: socket.socket, in_namespaces: bool, without: list[str]) -> None:
    for name in _WARM:
        importlib.import_module(name)
    readable = isolation.readable_paths()
    layers = {
        "namespaces": in_namespaces,
        "landlock": "landlock" not in without and _landlock_works(),
        "seccomp": "seccomp" not in without and _seccomp_works(),
        "rlimits": True,
        "audit_hook": "audit_hook" not in without,
    }
    ruleset = landlock.Ruleset(readable) if layers["landlock"] else None
    call_filter = Filter() if layers["seccomp"] else None
    send(control, {"layers": layers})
    # From here on descriptor 2 would be the program's, so it must be no file.
    with open(os.devnull, "r+b", buffering=0) as null:
        for standard in (0, 1, 2):
            os.dup2(null.fileno(), standard)
    own_path = list(sys.path)
    program_path = [one for one in own_path if _is_readable(one, readable)]
    harnesses: dict[str, Harness] = {}
    gc.collect()
    gc.disable()
    while True:
        job, source, _ = receive(control)
        try:
            if job["harness"] not in harnesses:
                sys.path[:] = own_path
                try:
                    harnesses[job["harness"]] = _load(job["harness"])
                finally:
                    sys.path[:] = program_path
                gc.collect()
                gc.freeze()
            harness = harnesses[job["harness"]]
        except Exception as error:
            send(control, {"no_harness": f"{type(error).__name__}: {error}"})
            continue
        confinement = Confinement(
            ruleset,
            call_filter,
            layers["audit_hook"],
            tuple(readable),
            isolation.address_space(),
        )
        ending = Supervisor(control, confinement, in_namespaces).run(
            harness, source.decode("utf-8", "surrogatepass"), job["payload"], Limits(*job["limits"])
        )
        send(control, ending.header(), ending.stdout, ending.result)


def _load(name: str) -> Harness:
    module, _, function = name.partition(":")
    found: Any = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise TypeError(f"{name} is not callable")
    harness: Callable[[str, dict[str, Any], dict[str, Any]], None] = found
    return harness


def _landlock_works() -> bool:
    return landlock.abi() > 0 and isolation.succeeds(lambda: landlock.Ruleset([]).apply())


def _seccomp_works() -> bool:
    return isolation.succeeds(lambda: Filter().install())


def _is_readable(path: str, folders: list[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == one or real.startswith(one + "/") for one in folders)
