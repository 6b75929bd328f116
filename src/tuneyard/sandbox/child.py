"""What the forked child does: confine itself, run the harness, leave the result, end.

After the program has run nothing can be trusted to be as it was: builtins may be gone, signal
handlers and trace functions set. What the last steps need is therefore bound before.
"""

from __future__ import annotations

import builtins
import functools
import gc
import importlib
import json
import linecache
import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from tuneyard.sandbox import audit, isolation
from tuneyard.sandbox.apart import second, wire
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.harness import PROGRAM
from tuneyard.sandbox.landlock import Ruleset
from tuneyard.sandbox.program import RESULT_BYTES, Limits
from tuneyard.sandbox.seccomp import Filter
from tuneyard.sandbox.verdict import verdict

_SIGNALS = signal.valid_signals()  # slow to make, so made before the fork
_SET_MASK = importlib.import_module("_signal").pthread_sigmask  # signal's own is not in C


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"an object of type {type(value).__name__} is no JSON")


# All in C, and made before the fork: a program may have changed the module ``json``.
_ENCODER = importlib.import_module("_json").make_encoder(
    None, _refuse, json.encoder.encode_basestring, None, ": ", ", ", False, False, True
)
Harness = Callable[[str, dict[str, Any], dict[str, Any]], object]
"""Returns True where the program had no means to change the interpreter's names."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the zygote has prepared for its children.

    Attributes:
        ruleset: Landlock's, for the folder of the next program.
        filter: of system calls.
        paths: what the audit hook lets a program do with files; None: no hook.
        folder: working directory; None where there is no folder that a program may write in.
        file_bytes: the largest file that it may write.
        base: the memory that an interpreter has before the program.
        counts_data: whether the limit of data works.
        watched: whether the zygote sees what its children use.
    """

    ruleset: Ruleset | None
    filter: Filter | None
    paths: audit.Paths | None
    folder: str | None
    file_bytes: int
    base: isolation.MemoryUse
    counts_data: bool
    watched: bool

    def apply(
        self, limits: Limits, channel: audit.Told, notes: audit.Notes, link: int | None = None
    ) -> None:
        """Confine this process, for ever.

        Args:
            limits: what may be used.
            channel: told of the program's own end.
            notes: filled with what is refused.
            link: a descriptor to keep, under the number ``wire.LINK``.

        Raises:
            OSError: a layer that should be available is not.
        """
        if self.folder is not None:
            os.chdir(self.folder)
        if self.ruleset is not None:
            self.ruleset.apply()
        # Standard input and error are /dev/null, standard output is the zygote's pipe.
        first = 3
        if link is not None:
            os.dup2(link, wire.LINK)
            os.closerange(first, wire.LINK)
            first = wire.LINK + 1
        os.closerange(first, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        memory = isolation.memory_limits(
            limits.memory_mb, self.base, self.counts_data, self.watched
        )
        isolation.confine_child(limits.cpu, memory, self.file_bytes, self.filter is not None)
        if self.paths is not None:
            audit.install(channel, notes, self.paths)
        if self.filter is not None:
            self.filter.install(limits.memory_mb << 20)


def run(
    harness: Harness,
    source: str,
    payload: dict[str, Any],
    limits: Limits,
    channel: Channel,
    output: int,
    confinement: Confinement,
) -> NoReturn:
    """Run a program in this freshly forked process, which ends here.

    Args:
        harness: the trusted function.
        source: the program.
        payload: the harness's argument.
        limits: what the program may use.
        channel: where the result goes.
        output: file descriptor of the pipe that becomes standard output.
        confinement: the layers.
    """
    end = os._exit
    notes = audit.Notes()
    try:
        os.setsid()
        os.dup2(output, 1)
        link = (
            second.start(limits, channel, confinement)
            if getattr(harness, "second", False)
            else None
        )
        confinement.apply(limits, channel, notes, link)
    except BaseException as error:
        channel.write(json.dumps({"setup": f"{type(error).__name__}: {error}"}).encode())
        end(1)
    # Tracebacks and ``inspect`` show a program its own text.
    linecache.cache[PROGRAM] = (len(source), None, source.splitlines(True), PROGRAM)
    try:
        _execute(harness, source, payload, channel, notes)
    finally:
        end(0)


def _execute(
    harness: Harness,
    source: str,
    payload: dict[str, Any],
    channel: Channel,
    notes: audit.Notes,
) -> None:
    record: dict[str, Any] = {}
    anything = BaseException  # the name itself may be gone when it is needed
    recover, put_back = _recovery(), _PUT_BACK
    leave, write = _leave, channel.write
    output = sys.stdout
    sys.argv = ["program.py"]
    random.seed(0)  # a cached score must be what a second run would give
    gc.enable()
    channel.running()
    caught: BaseException | None = None
    try:
        if harness(source, payload, record) is True:
            put_back = []
    except anything as error:
        caught = error
    while True:
        try:
            for step in put_back:
                step()
            for step in recover:
                step()
            break
        except anything:  # a signal handler of the program's got in between
            continue
    try:
        for stream in (output, sys.stdout):
            stream.flush()
    except BaseException as error:
        # Print errors count as in any script, but a program may close its own output.
        caught = caught or (None if isinstance(error, (ValueError, OSError)) else error)
    leave(write, caught, record, notes)


def _recovery() -> list[Callable[[], object]]:
    """Return steps, without use of builtins, that make the interpreter fit to report.

    Stop the program's tracing, signal handlers and recursion limit; give memory to work with. All
    are functions in C: nothing of the program's runs between two of them.
    """
    hard = {
        which: resource.getrlimit(which)[1] for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    }
    partial = functools.partial
    return [
        partial(_SET_MASK, signal.SIG_BLOCK, _SIGNALS),
        partial(sys.settrace, None),
        partial(sys.setprofile, None),
        partial(sys.setrecursionlimit, max(1000, sys.getrecursionlimit())),
        *(partial(resource.setrlimit, which, (most, most)) for which, most in hard.items()),
    ]


def _leave(
    write: Callable[[bytes], None],
    error: BaseException | None,
    record: dict[str, Any],
    notes: audit.Notes,
) -> None:
    row = verdict(error, notes)
    try:
        result = _encode({**row, "value": record})
    except (TypeError, ValueError, RecursionError) as failure:
        row["message"] = f"{row['message'] or ''} (record lost: {failure})".strip()
        result = _encode({**row, "value": None})
    if len(result) > RESULT_BYTES:
        too_much = f"output: the record takes {len(result)} bytes, limit {RESULT_BYTES}"
        row.update(status="resource", message=too_much)
        result = _encode({**row, "value": None})
    write(result)


def _encode(row: dict[str, Any]) -> bytes:
    # Lone surrogates would break whoever writes the outcome as UTF-8.
    return "".join(_ENCODER(row, 0)).encode("utf-8", "replace")


# Steps of the same kind that put back the builtins and the names of the modules that report. Made
# before the fork; a program pays for each name that is touched, in page faults.
_PUT_BACK: list[Callable[[], object]] = [
    functools.partial(names.update, dict(names))
    for names in (builtins.__dict__, globals(), verdict.__globals__)
]
