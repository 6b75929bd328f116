"""What a program uses that the kernel does not limit, and how long it waited for a processor."""

from __future__ import annotations

import os
import re
from typing import NamedTuple


class Usage(NamedTuple):
    """Threads, and bytes of memory that is shared (anonymous shared mappings, files in memory)."""

    threads: int
    shared: int


class Census:
    """Looks at a program's processes.

    Args:
        handles: their pidfds; None for one that has none, and cannot be seen.
    """

    def __init__(self, *handles: int | None) -> None:
        self._places = []
        for handle in handles:
            if handle is None:
                continue
            # /proc may be another namespace's, in which the process has another number.
            number = _field(f"/proc/self/fdinfo/{handle}", "Pid")
            if number > 0:
                self._places.append(f"/proc/{number}")

    def usage(self) -> Usage | None:
        """Return what the processes use now; None where that cannot be seen."""
        threads = sum(_field(f"{place}/status", "Threads") for place in self._places)
        shared = sum(max(0, _field(f"{place}/status", "RssShmem")) for place in self._places)
        return Usage(threads, shared << 10) if threads else None

    def waited(self) -> float:
        """Return for how many seconds their main threads could have run, but had no processor.

        0.0 where the kernel does not count it.
        """
        return sum(map(_delay, self._places))


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


def _delay(place: str) -> float:
    try:
        with open(f"{place}/schedstat", encoding="ascii") as numbers:
            return int(numbers.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
