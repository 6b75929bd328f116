"""How many threads a program has, and how much memory that no rlimit counts, seen from outside."""

from __future__ import annotations

import os
import re
from typing import NamedTuple


class Usage(NamedTuple):
    """Threads, and bytes of memory that is shared (anonymous shared mappings, files in memory)."""

    threads: int
    shared: int


class Census:
    """Looks at one process.

    Args:
        handle: its pidfd; None where there is none, and nothing can be seen.
    """

    def __init__(self, handle: int | None) -> None:
        self._status: str | None = None
        if handle is None:
            return
        # /proc may be another namespace's, in which the process has another number.
        number = _field(f"/proc/self/fdinfo/{handle}", "Pid")
        if number > 0:
            self._status = f"/proc/{number}/status"

    def usage(self) -> Usage | None:
        """Return what the process uses now; None where that cannot be seen."""
        if self._status is None:
            return None
        threads = _field(self._status, "Threads")
        return Usage(threads, max(0, _field(self._status, "RssShmem")) << 10) if threads else None


def works() -> bool:
    """Whether this process could see others of its own."""
    try:
        handle = os.pidfd_open(os.getpid())
    except OSError:
        return False
    try:
        return Census(handle).usage() is not None
    finally:
        os.close(handle)


def _field(path: str, name: str) -> int:
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            found = re.search(rf"^{name}:\s*(-?\d+)", lines.read(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
