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
from typing import Any

from tuneyard.sandbox import child
from tuneyard.sandbox.channel import SETTING_UP, Channel
from tuneyard.sandbox.program import Limits

_BLOCK = 1 << 16


class PoolGoneError(Exception):
    """The pool closed the connection."""


@dataclass(slots=True)
class Ending:
    """How a child's process ended; ``why`` is ``finished``, ``timeout`` or ``output``."""

    why: str
    status: int
    seconds: float
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
            "set_up": self.set_up,
            "killed_itself": self.killed_itself,
        }


class Supervisor:
    """Runs one program after the other.

    Args:
        control: the connection to the pool; watched, so that nothing outlives the pool.
        confinement: the layers for the children.
        first: whether this is process 1 of its namespace, which may kill all others in it.
    """

    def __init__(self, control: socket.socket, confinement: child.Confinement, first: bool) -> None:
        self._control = control
        self._confinement = confinement
        self._first = first

    def run(
        self, harness: child.Harness, source: str, payload: dict[str, Any], limits: Limits
    ) -> Ending:
        """Run one program to its end.

        Raises:
            PoolGoneError: the pool is gone; the program has been killed.
            OSError: no process, pipe or memory to be had.
        """
        channel = Channel()
        reader, writer = os.pipe()
        begin = time.monotonic()
        try:
            pid = os.fork()
            if pid == 0:
                child.run(harness, source, payload, limits, channel, writer, self._confinement)
        except BaseException:
            os.close(reader)
            os.close(writer)
            raise
        os.close(writer)
        os.set_blocking(reader, False)
        output = bytearray()
        status: int | None = None
        try:
            why = self._watch(pid, reader, output, begin + limits.seconds, limits.output_bytes)
        finally:
            status = self._end(pid)
            seconds = time.monotonic() - begin
            if len(output) <= limits.output_bytes:
                _drain(reader, output, limits.output_bytes)
            os.close(reader)
        if why == "finished" and len(output) > limits.output_bytes:
            why = "output"
        ending = Ending(
            why,
            status,
            seconds,
            bytes(output[: limits.output_bytes]),
            channel.read(),
            channel.stage != SETTING_UP,
            channel.killed_itself,
        )
        channel.close()
        return ending

    def _watch(self, pid: int, reader: int, output: bytearray, deadline: float, limit: int) -> str:
        """Wait for the end, the deadline, or too much output; say which it was."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(reader, select.POLLIN)
        process = _process_handle(pid)
        if process is not None:
            poll.register(process, select.POLLIN)
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return "timeout"
                pause = left * 1000 if process is not None else min(left * 1000, 2)
                ready = {fd for fd, _ in poll.poll(max(pause, 0.5))}
                if self._control.fileno() in ready:
                    raise PoolGoneError
                if reader in ready and not _drain(reader, output, limit):
                    poll.unregister(reader)
                if len(output) > limit:
                    return "output"
                if process in ready or (process is None and _has_ended(pid)):
                    return "finished"
        finally:
            if process is not None:
                os.close(process)

    def _end(self, pid: int) -> int:
        """Kill whatever is left of the program, reap it, and return the child's wait status."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(-1 if self._first else -pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # it may not have got as far as its own group
        status = os.waitpid(pid, 0)[1]
        while True:  # orphans come to this process: it is process 1, or a subreaper
            try:
                found = os.waitpid(-1, os.WNOHANG)[0]
            except ChildProcessError:
                return status
            if found == 0:
                for orphan in _children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(orphan, signal.SIGKILL)
                time.sleep(0.001)


def _drain(reader: int, output: bytearray, limit: int) -> bool:
    """Read what there is, to a little over the limit; return False at the end of the stream."""
    while len(output) <= limit:
        try:
            block = os.read(reader, _BLOCK)
        except BlockingIOError:
            return True
        if not block:
            return False
        output += block
    return True


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
