"""Processes that a run started: how they are found and ended when their owner is dead (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path

MARK = "TUNEYARD_SCRATCH"
"""The environment variable that names the scratch folder of the run that a process belongs to."""
_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
_EXITING = 0x4  # the kernel's PF_EXITING, of the flags in /proc/PID/stat


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the one that forked it dies."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def using(root: Path, spare: Collection[int] = ()) -> list[int]:
    """Return the processes of a scratch folder, this one and those to spare left out.

    They have its mark in their environment, or a file in it open for writing: a process that
    changed its title has written over its environment.
    """
    others = {os.getpid(), *spare}
    return [pid for pid in _numbers() if pid not in others and _uses(pid, root)]


def end(root: Path, *, spare: Collection[int] = (), seconds: float = 15.0) -> list[int]:
    """Kill the processes of a scratch folder, those that they start meanwhile included.

    Returns:
        What is still there after so many seconds.
    """
    deadline = time.monotonic() + seconds
    killed: set[int] = set()
    looks = 0
    while True:
        looks += 1
        for pid in using(root, spare):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        # A dying process has no files any more, but it is not gone yet.
        killed = {pid for pid in killed if alive(pid)}
        # A second look: one that has just begun its program has no environment to be read yet.
        if (not killed and looks > 1) or time.monotonic() > deadline:
            return sorted(killed)
        time.sleep(0.05)


def fate(child: int) -> str | None:
    """Tell how a child ended, without reaping it; None while it runs, or where it is not known."""
    try:
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        return None
    return None if ended is None else told(ended.si_status, killed=ended.si_code != os.CLD_EXITED)


def told(status: int, *, killed: bool) -> str:
    """Say how a process ended.

    Args:
        status: exit status, or the signal's number where it was ``killed`` by one.
    """
    if not killed:
        return f"ended with status {status}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(status).name}"
    return f"was killed by signal {status}"


def alive(pid: int) -> bool:
    """Tell whether there is such a process; one that is dead and not yet reaped is none."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = _stat(pid)
    return state is None or state[1][0] != "Z"


def writes_no_more(pid: int) -> bool:
    """Tell whether a process is dead, or dying: it has closed its files, but may still be seen.

    ``using`` does not find such a one any more; on a busy machine it is there for a while.
    """
    state = _stat(pid)
    return not alive(pid) or (state is not None and bool(int(state[1][6]) & _EXITING))


def children(parent: int) -> dict[int, str]:
    """Return the processes that one has started, with the names of their programs."""
    found = {}
    for pid in _numbers():
        state = _stat(pid)
        if state is not None and int(state[1][1]) == parent:
            found[pid] = state[0]
    return found


def _stat(pid: int) -> tuple[str, list[str]] | None:
    """Return a process's program and what ``/proc`` says after it: its state, its parent, …"""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, rest.split()


def _numbers() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdecimal():
                yield int(name)


def _uses(pid: int, root: Path) -> bool:
    with contextlib.suppress(OSError):
        if os.stat(f"/proc/{pid}").st_uid != os.getuid():
            return False
        mark = f"{MARK}={root}".encode()
        if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            return True
        for entry in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                named = os.readlink(f"/proc/{pid}/fd/{entry}")
                if named.startswith(f"{root}/") and _writes(pid, entry):
                    return True
    return False


def _writes(pid: int, descriptor: str) -> bool:
    """Tell whether a process may write to a file that it has open; who only reads is a guest."""
    text = Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text()
    flags = next(line.split()[1] for line in text.splitlines() if line.startswith("flags:"))
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
