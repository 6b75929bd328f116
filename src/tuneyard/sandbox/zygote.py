"""The warm interpreter that forks a child per program, and one ahead for the next.

The worker starts ``main`` in a fresh interpreter. That process moves to new namespaces, forks the
zygote (process 1 there) and waits; if the pool or the zygote dies, so does the other.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import marshal
import os
import random
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NoReturn

from tuneyard.sandbox import audit, census, isolation, landlock, scratch
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.child import Cell, Confinement, Harness, has_second
from tuneyard.sandbox.program import Limits
from tuneyard.sandbox.protocol import encode, receive_head, receive_rest, send
from tuneyard.sandbox.scratch import FolderScratch, MemoryScratch, Scratch
from tuneyard.sandbox.seccomp import Filter
from tuneyard.sandbox.supervisor import PoolGoneError, Supervisor

# What short programs import most: loaded once here, not by each of them.
_WARM = (
    *("abc", "array", "bisect", "cmath", "collections", "collections.abc", "copy", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "io", "itertools", "json"),
    *("math", "operator", "os", "random", "re", "statistics", "string", "sys", "textwrap", "time"),
    *("typing", "unicodedata"),
)

_FRAMES = 40
"""Frames that a harness may have below a program's, which may recurse as deep as a script's."""


def main(fd: int, without: list[str], imports: list[str]) -> NoReturn:
    """Serve the pool at the other end of ``fd`` until it hangs up.

    Args:
        fd: file descriptor of a connected stream socket.
        without: layers to leave out, so that the others can be tested on their own.
        imports: modules that programs import, loaded here once if that does no harm.
    """
    pool = os.getppid()
    # Before there are namespaces: the first process in them must be the zygote.
    guarded = "landlock" not in without and _landlock_works()
    in_namespaces = mounts = False
    if "namespaces" not in without:
        mount = None if "mounts" in without else MemoryScratch
        in_namespaces, mounts = isolation.enter_namespaces(mount)
    # Without Landlock nothing would confine a program to a folder on the machine.
    folder = scratch.make_folder() if guarded and not mounts else None
    zygote = os.fork()
    if zygote:
        os.close(fd)
        _wait(pool, zygote, folder)
    control = socket.socket(fileno=fd)
    try:
        isolation.secure_zygote()
        place: Scratch | None = None
        if mounts:
            place = MemoryScratch()
        elif folder is not None:
            place = FolderScratch(folder)
        layers = {
            "namespaces": in_namespaces,
            "mounts": mounts,
            "landlock": guarded,
            "seccomp": "seccomp" not in without and _seccomp_works(),
            "rlimits": True,
            "audit_hook": "audit_hook" not in without,
        }
        _serve(control, layers, place, imports)
    except (EOFError, PoolGoneError):
        os._exit(0)
    except OSError as error:
        with contextlib.suppress(OSError):  # standard error is the pool's log until it is warm
            print(error, file=sys.stderr, flush=True)
        os._exit(1)
    except BaseException:
        with contextlib.suppress(OSError):
            send(control, encode({"fault": traceback.format_exc()}))
        os._exit(1)
    os._exit(0)


def _wait(pool: int, zygote: int, folder: str | None) -> NoReturn:
    """Wait until the zygote or the pool ends, and end the other's work too."""
    with contextlib.suppress(OSError):
        handles = [os.pidfd_open(pool), os.pidfd_open(zygote)]
        if os.getppid() == pool:
            select.select(handles, [], [])
        if os.getppid() != pool or select.select(handles[:1], [], [], 0)[0]:
            os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    if folder is not None:
        scratch.remove(folder)
    os._exit(0)


def _serve(
    control: socket.socket, layers: dict[str, bool], place: Scratch | None, imports: list[str]
) -> None:
    _environment(place)
    for name in _WARM:
        importlib.import_module(name)
    readable = isolation.readable_paths()
    written = () if place is None else (os.path.realpath(place.root),)
    devices = isolation.WRITABLE_DEVICES if place is not None else ()
    ruleset = landlock.Ruleset(readable, devices) if layers["landlock"] else None
    call_filter: Filter | None = None
    if layers["seccomp"]:
        call_filter = Filter(place is not None, place is not None and place.own_modes)
    paths = audit.Paths(None if ruleset else (*readable, *written), written, devices)
    isolation.small_stacks()
    counts_data, watched = isolation.data_limit_works(), census.works()
    own_path = list(sys.path)
    program_path = isolation.within(own_path, readable)
    if place is not None:
        program_path.append(scratch.home(place))  # last, so that nothing of a program's hides ours
    _preload(imports)
    sys.setrecursionlimit(sys.getrecursionlimit() + _FRAMES)
    send(control, encode({"layers": layers}))
    _make_output()
    # From here on descriptor 2 would be the program's, so it must be no file.
    with open(os.devnull, "r+b", buffering=0) as null:
        for standard in (0, 1, 2):
            os.dup2(null.fileno(), standard)
    isolation.do(isolation.limit(isolation.limits_of_all(0 if place is None else place.file_bytes)))
    sys.argv = [scratch.SOURCE]
    harnesses: dict[str, Harness] = {}
    channel = Channel()

    @lru_cache(maxsize=16)
    def cell(limits: Limits, second: bool) -> Cell:
        hook = paths if layers["audit_hook"] else None
        folder = None if place is None else scratch.home(place)
        use = isolation.MemoryUse.now()
        layout = Confinement(ruleset, call_filter, hook, folder, use, counts_data, watched)
        return layout.cell(limits, channel, second)

    supervisor = Supervisor(control, layers["namespaces"], place)
    gc.collect()
    gc.disable()
    fresh = True
    last: tuple[Harness, Limits] | None = None
    while True:
        if place is not None and (place.renew() or fresh) and ruleset is not None:
            ruleset.renew(place.root)
        fresh = False
        if last is not None:  # the next program is like the last, as a rule
            with contextlib.suppress(OSError):
                supervisor.prepare(last[0], cell(last[1], has_second(last[0])))
        job, sizes = receive_head(control)
        try:
            if job["harness"] not in harnesses:
                sys.path[:] = own_path
                try:
                    harnesses[job["harness"]] = _load(job["harness"])
                finally:
                    sys.path[:] = program_path
                random.seed(0)  # a cached score must be what a second run would give
                cell.cache_clear()  # there is more memory in use than before
                gc.collect()
                gc.freeze()
            harness = harnesses[job["harness"]]
        except Exception as error:
            receive_rest(control, sizes)
            send(control, encode({"no_harness": f"{type(error).__name__}: {error}"}))
            continue
        limits = Limits(*job["limits"])
        last = harness, limits
        supervisor.prepare(harness, cell(limits, has_second(harness)))
        source, payload = receive_rest(control, sizes)
        if place is not None:
            scratch.put_source(place, source)
        text = source.decode("utf-8", "surrogatepass")
        ending = supervisor.run(marshal.dumps((text, json.loads(payload))), limits)
        send(control, encode(ending.header()), ending.stdout, ending.result)
        del source, payload, text, ending  # the next process is forked, and is to know nothing


def _make_output() -> None:
    """Make the stream of standard output while that is a pipe, as it will be in a child.

    A stream learns when it is made whether it can be sought in, and one that is made anew of its
    parts, or set up anew, tries to.
    """
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    form = sys.stdout.encoding, sys.stdout.errors
    sys.stdout = os.fdopen(1, "w", encoding=form[0], errors=form[1], closefd=False)
    os.close(reading)
    os.close(writing)


def _environment(place: Scratch | None) -> None:
    """Name the programs' folder in the environment, which they inherit."""
    if place is not None:
        for name in ("HOME", "TMPDIR"):
            os.environ[name] = scratch.home(place)


def _preload(names: list[str]) -> None:
    """Import modules for all programs, but such as fail, or start threads, which do not fork."""

    def load(name: str) -> None:
        importlib.import_module(name)
        if len(os.listdir("/proc/self/task")) > 1:
            raise RuntimeError("a module starts threads")

    for name in names:
        if isolation.succeeds(partial(load, name)):
            load(name)


def _load(name: str) -> Harness:
    module, _, function = name.partition(":")
    found: Any = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise TypeError(f"{name} is not callable")
    harness: Callable[[str, dict[str, Any], dict[str, Any]], None] = found
    return harness


def _landlock_works() -> bool:
    return landlock.abi() > 0 and isolation.succeeds(
        lambda: isolation.do([landlock.Ruleset([]).restriction()])
    )


def _seccomp_works() -> bool:
    return isolation.succeeds(lambda: Filter().install())
