"""One program's life, seen from the zygote: fork, watch the clock and the output, kill, reap."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tuneyard.sandbox import audit, child, isolation, scratch
from tuneyard.sandbox.census import Census
from tuneyard.sandbox.channel import SETTING_UP, Channel
from tuneyard.sandbox.program import Limits

_BLOCK = 1 << 16
_TICK = 0.025  # seconds between looks at what a program uses; most have ended by the first
# Libraries have threads, too, which the audit hook does not count.
_MAX_THREADS = 2 * audit.MAX_THREADS


class PoolGoneError(Exception):
    """The pool closed the connection."""


@dataclass(slots=True)
class Ending:
    """How a child's process ended; ``why`` is ``finished``, ``timeout`` or what it had too much of.

    ``cut`` says that it printed more than is in ``stdout``.
    """

    why: str
    status: int
    seconds: float
    cpu: float
    cut: bool
    stdout: bytes
    result: bytes
    set_up: bool
    killed_itself: bool

    def header(self) -> dict[str, Any]:
        """Return what the pool is told beside output and result."""
        died = os.WIFSIGNALED(self.status)
        return {
            "why": self.why,
            "signal": os.WTERMSIG(self.status) if died else None,
            "code": None if died else os.WEXITSTATUS(self.status),
            "seconds": self.seconds,
            "cpu": self.cpu,
            "cut": self.cut,
            "set_up": self.set_up,
            "killed_itself": self.killed_itself,
        }


class _Waiting(NamedTuple):
    """A child that waits for its program: how it is to be run, and the ends of its pipes."""

    harness: child.Harness
    cell: child.Cell
    pid: int
    output: int
    sender: int


class Supervisor:
    """Runs one program after the other.

    Args:
        control: the connection to the pool; watched, so that nothing outlives the pool.
        first: whether this is process 1 of its namespace, which may kill all others in it.
        place: the folder that programs may write in.
    """

    def __init__(
        self,
        control: socket.socket,
        first: bool,
        place: scratch.Scratch | None,
    ) -> None:
        self._control = control
        self._first = first
        self._place = place
        self._waiting: _Waiting | None = None

    def prepare(self, harness: child.Harness, cell: child.Cell) -> None:
        """Have a process for the next program, which is still to come.

        It is forked before that, so that nothing of it is in the memory of the answer's process.

        Raises:
            OSError: no process, pipe or memory to be had.
        """
        waiting = self._waiting
        if waiting is not None:
            if waiting.harness is harness and waiting.cell is cell:
                return
            self._waiting = None
            os.close(waiting.sender)
            os.close(waiting.output)
            self._end(waiting.pid)
        self._waiting = self._fork(harness, cell)

    def _fork(self, harness: child.Harness, cell: child.Cell) -> _Waiting:
        cell.channel.renew()
        pipes: list[int] = []
        try:
            pipes += os.pipe()
            pipes += os.pipe()
            output, writer, job, sender = pipes
            pid = isolation.fork()
            if pid == 0:
                child.run(harness, job, writer, cell)
        except BaseException:
            for one in pipes:
                os.close(one)
            raise
        os.close(writer)
        os.close(job)
        return _Waiting(harness, cell, pid, output, sender)

    def run(self, job: bytes, limits: Limits) -> Ending:
        """Run one program to its end, in the process that was prepared.

        Args:
            job: the program and the harness's argument, as ``marshal`` writes them.
            limits: what it was prepared for.

        Raises:
            PoolGoneError: the pool is gone; the program has been killed.
        """
        assert self._waiting is not None
        _, cell, pid, reader, sender = self._waiting
        self._waiting = None
        begin = time.monotonic()
        output = _Output(reader, limits.output_bytes)
        try:
            _hand_over(sender, job)
            why = self._watch(pid, cell.channel, output, begin, limits)
        finally:
            status, cpu = self._end(pid)
            seconds = time.monotonic() - begin
            while not output.cut and output.read():
                pass  # what it left in the pipe, which has an end: nobody is left to write
            os.close(reader)
        channel = cell.channel
        return Ending(
            why,
            status,
            seconds,
            cpu,
            output.cut,
            bytes(output.kept),
            channel.read(),
            channel.stage != SETTING_UP,
            channel.killed_itself,
        )

    def _watch(
        self, pid: int, channel: Channel, output: _Output, begin: float, limits: Limits
    ) -> str:
        """Wait for the end, the deadline, or too much of something; say which it was."""
        deadline, last = begin + limits.seconds, begin + limits.longest
        process = _process_handle(pid)
        poll = select.poll()
        for one in (self._control, output.reader, process):
            if one is not None:
                poll.register(one, select.POLLIN)
        census: Census | None = None
        second: int | None = None
        now = time.monotonic()
        look = now + _TICK
        try:
            while True:
                pause = min(deadline, look) - now
                pause = pause if process is not None else min(pause, 0.002)
                ready = {fd for fd, _ in poll.poll(max(pause * 1000, 0.5))}
                if self._control.fileno() in ready:
                    raise PoolGoneError
                if output.reader in ready and not output.read():
                    poll.unregister(output.reader)
                if process in ready or (process is None and _has_ended(pid)):
                    return "finished"
                now = time.monotonic()
                if now >= min(deadline, look):
                    if second is None and channel.second > 0:
                        second, census = _process_handle(channel.second), None
                    census = census or Census(process, second)
                    if now >= deadline:
                        deadline = min(begin + limits.seconds + census.waited(), last)
                        if now >= deadline:
                            return "timeout"
                    if excess := self._excess(census, limits):
                        return excess
                    look = now + _TICK
        finally:
            for handle in (process, second):
                if handle is not None:
                    os.close(handle)

    def _excess(self, census: Census, limits: Limits) -> str | None:
        """Say what the program has too much of, of what the kernel does not limit."""
        usage = census.usage()
        if usage is not None and usage.threads > _MAX_THREADS:
            return "processes"
        if usage is not None and usage.shared > (limits.memory_mb << 20) + scratch.BYTES:
            return "memory"
        return "files" if self._place is not None and self._place.overfull() else None

    def _end(self, pid: int) -> tuple[int, float]:
        """Kill and reap what is left of the program; return its wait status and CPU seconds."""
        if self._first:
            os.kill(-1, signal.SIGKILL)  # there is one that is not reaped
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(-pid, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)  # it may not have got as far as its own group
        _, status, used = os.wait4(pid, 0)
        while True:  # orphans come to this process: it is process 1, or a subreaper
            try:
                found = os.waitpid(-1, os.WNOHANG)[0]
            except ChildProcessError:
                return status, used.ru_utime + used.ru_stime
            if found == 0:
                for orphan in _children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(orphan, signal.SIGKILL)
                time.sleep(0.001)


class _Output:
    """What a program prints: kept up to the limit, and read on beyond it, so that it can go on.

    Attributes:
        reader: descriptor of the pipe's end.
        kept: the beginning.
        cut: whether there was more.
    """

    def __init__(self, reader: int, limit: int) -> None:
        self.reader = reader
        self.kept = bytearray()
        self.cut = False
        self._limit = limit

    def read(self) -> bool:
        """Wait for a block, and read it; return False at the end of the stream."""
        block = os.read(self.reader, _BLOCK)
        room = self._limit - len(self.kept)
        self.cut |= len(block) > room
        self.kept += block[:room]
        return bool(block)


def _hand_over(sender: int, job: bytes) -> None:
    """Write a child's program, and close the pipe; one that died tells of it by its end."""
    try:
        left = memoryview(job)
        while left:
            left = left[os.write(sender, left) :]
    except BrokenPipeError:
        pass
    finally:
        os.close(sender)


def _process_handle(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:  # an old kernel, or a container that does not allow it
        return None


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _children() -> list[int]:
    """Return the processes whose parent this one is, by looking through /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[1]) == os.getpid():
                    found.append(int(entry.name))
    return found
