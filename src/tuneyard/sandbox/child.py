"""What the forked child does: confine itself, run the harness, leave the result, end.

After the program has run nothing can be trusted to be as it was: builtins may be gone, signal
handlers and trace functions set. What the last steps need is therefore bound before.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import json
import linecache
import marshal
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any, NoReturn

from tuneyard.sandbox import audit, isolation
from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.second import Quiet, Second
from tuneyard.sandbox.capability import walk
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.harness import PROGRAM
from tuneyard.sandbox.isolation import Step
from tuneyard.sandbox.landlock import Ruleset
from tuneyard.sandbox.program import RESULT_BYTES, Limits
from tuneyard.sandbox.protocol import encode
from tuneyard.sandbox.seccomp import Filter
from tuneyard.sandbox.verdict import verdict

_BLOCK = 1 << 16
_SIGNALS = signal.valid_signals()  # slow to make, so made before the fork
_SET_MASK = importlib.import_module("_signal").pthread_sigmask  # signal's own is not in C
Harness = Callable[[str, dict[str, Any], dict[str, Any]], object]
"""Returns True where the program had no means to change the interpreter's names. One with an
attribute ``second`` that is true has a second process (see ``tuneyard.sandbox.apart``)."""


def has_second(harness: Harness) -> bool:
    """Say whether a harness has a second process."""
    return getattr(harness, "second", False) is True


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the zygote has prepared for its children.

    Attributes:
        ruleset: Landlock's, for the folder of the next program.
        filter: of system calls.
        paths: what the audit hook lets a program do with files; None: no hook.
        folder: working directory; None where there is no folder that a program may write in.
        base: the memory that an interpreter has before the program.
        counts_data: whether the limit of data works.
        watched: whether the zygote sees what its children use.
    """

    ruleset: Ruleset | None
    filter: Filter | None
    paths: audit.Paths | None
    folder: str | None
    base: isolation.MemoryUse
    counts_data: bool
    watched: bool

    def cell(self, limits: Limits, channel: Channel, second: bool) -> Cell:
        """Prepare for programs of these limits; ``second``: with a second process each."""
        notes, others = audit.Notes(), audit.Notes()
        other = Second(self.steps(limits, Quiet(), others, True), channel, others)
        return Cell(
            self.steps(limits, channel, notes, second),
            tuple(_recovery(self._memory(limits))),
            channel,
            notes,
            other if second else None,
        )

    def steps(
        self, limits: Limits, told: audit.Told, notes: audit.Notes, linked: bool
    ) -> tuple[Step, ...]:
        """Return what confines a child, for ever; made before the fork, or in the child.

        Args:
            limits: what may be used.
            told: told of the program's own end.
            notes: filled with what is refused.
            linked: whether the descriptor ``wire.LINK`` is kept.
        """
        steps: list[Step] = []
        if self.folder is not None:
            steps.append(partial(os.chdir, self.folder))
        if self.ruleset is not None:
            steps.append(self.ruleset.restriction())
        # Standard error is /dev/null, standard input and output are the zygote's pipes.
        first, last = 3, resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if linked:
            steps.append(partial(os.closerange, first, wire.LINK))
            first = wire.LINK + 1
        steps.append(partial(os.closerange, first, last))
        own = isolation.limits_of_one(limits.cpu, self._memory(limits), self.filter is not None)
        steps += [*isolation.limit(own), *isolation.give_up()]
        if self.paths is not None:
            steps.append(audit.installation(told, notes, self.paths))
        if self.filter is not None:
            steps.append(partial(self.filter.install, limits.memory_mb << 20))
        return tuple(steps)

    def _memory(self, limits: Limits) -> list[tuple[int, int, int]]:
        return isolation.memory_limits(limits.memory_mb, self.base, self.counts_data, self.watched)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is made before the fork, for one program after the other.

    Attributes:
        confine: confines a child for ever.
        recover: makes the interpreter fit to report after the program.
        channel: where the result goes.
        notes: what the audit hook refused.
        second: the second process; None: there is none.
    """

    confine: tuple[Step, ...]
    recover: tuple[Step, ...]
    channel: Channel
    notes: audit.Notes
    second: Second | None


def run(harness: Harness, job: int, output: int, cell: Cell) -> NoReturn:
    """Wait for a program in this freshly forked process, run it, and end.

    Args:
        harness: the trusted function.
        job: file descriptor of the pipe from which the program and the harness's argument come,
            as ``marshal`` writes them; nothing comes where none is to be run.
        output: file descriptor of the pipe that becomes standard output.
        cell: how it is confined.
    """
    end = os._exit
    try:
        os.dup2(output, 1)
        os.setsid()
        if cell.second is not None:
            cell.second.start()
        os.dup2(job, 0)
        isolation.do(cell.confine)
        parts = []
        while part := os.read(0, _BLOCK):
            parts.append(part)
        if not parts:
            end(0)
        source, payload = marshal.loads(b"".join(parts))
        os.dup2(2, 0)  # which is /dev/null
    except BaseException as error:
        said = json.dumps({"setup": f"{type(error).__name__}: {error}"})
        cell.channel.write(said.encode())
        end(1)
    # Tracebacks and ``inspect`` show a program its own text.
    linecache.cache[PROGRAM] = (len(source), None, source.splitlines(True), PROGRAM)
    try:
        _execute(harness, source, payload, cell)
    finally:
        end(0)


def _execute(harness: Harness, source: str, payload: dict[str, Any], cell: Cell) -> None:
    record: dict[str, Any] = {}
    anything = BaseException  # the name itself may be gone when it is needed
    recover, put_back, notes = cell.recover, _PUT_BACK, cell.notes
    leave, write = _leave, cell.channel.write
    output = sys.stdout
    gc.enable()
    cell.channel.running()
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


def _recovery(memory: Iterable[tuple[int, int, int]]) -> list[Step]:
    """Return steps, without use of builtins, that make the interpreter fit to report.

    Stop the program's tracing, signal handlers and recursion limit; give memory to work with, up to
    the hard limits. All are functions in C: nothing of the program's runs between two of them.
    """
    return [
        partial(_SET_MASK, signal.SIG_BLOCK, _SIGNALS),
        partial(sys.settrace, None),
        partial(sys.setprofile, None),
        partial(sys.setrecursionlimit, max(1000, sys.getrecursionlimit())),
        *isolation.limit((which, most, most) for which, _, most in memory),
    ]


def _leave(
    write: Callable[[bytes], None],
    error: BaseException | None,
    record: dict[str, Any],
    notes: audit.Notes,
) -> None:
    row = verdict(error, notes)
    try:
        result = encode({**row, "value": record})
    except (TypeError, ValueError, RecursionError) as failure:
        row["message"] = f"{row['message'] or ''} (record lost: {failure})".strip()
        result = encode({**row, "value": None})
    if len(result) > RESULT_BYTES:
        too_much = f"output: the record takes {len(result)} bytes, limit {RESULT_BYTES}"
        row.update(status="resource", message=too_much)
        result = encode({**row, "value": None})
    write(result)


def _used(names: dict[str, Any], modules: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return those of some names that functions of modules may look up."""
    codes = [
        code
        for module in modules
        for one in module.values()
        if isinstance(one, FunctionType) and one.__globals__ is module
        for code in walk(one.__code__)
    ]
    return {name: names[name] for code in codes for name in code.co_names if name in names}


# Steps of the same kind that put back what names mean to the functions that report: builtins, and
# names of modules. Made before the fork; a program pays for each name that is touched.
_REPORTING = (globals(), verdict.__globals__, encode.__globals__)
_PUT_BACK: list[Step] = [
    partial(names.update, _used(names, _REPORTING)) for names in (builtins.__dict__, *_REPORTING)
]
