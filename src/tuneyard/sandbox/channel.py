"""Shared memory through which a child leaves its result, out of reach of its file descriptors.

Layout: byte 0 the stage, byte 1 a flag, bytes 4 to 7 the number of a second process, bytes 8 to 15
the result's length, then the result (JSON).
A program can write here if it tries: readers must take nothing for granted.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable

from tuneyard.sandbox.program import RESULT_BYTES

SETTING_UP, RUNNING = 0, 1
_HEADER = 16
_PACK = struct.Struct("=Q").pack_into  # in C, and bound before any program can change ``struct``


class Channel:
    """Shared memory of one program after the other."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _HEADER + RESULT_BYTES)

    @property
    def stage(self) -> int:
        """Whether the child got as far as to run the program."""
        return self._memory[0]

    def running(self) -> None:
        """Say that isolation is in place."""
        self._memory[0] = RUNNING

    @property
    def killed_itself(self) -> bool:
        """Whether the program asked to be killed (so that it was not the memory limit)."""
        return self._memory[1] != 0

    def note_suicide(self) -> None:
        """Say that the program sends itself SIGKILL."""
        self._memory[1] = 1

    @property
    def second(self) -> int:
        """The number of the program's second process; 0: there is none."""
        return int(struct.unpack_from("=i", self._memory, 4)[0])

    @second.setter
    def second(self, process: int) -> None:
        struct.pack_into("=i", self._memory, 4, process)

    def write(self, result: bytes, pack: Callable[..., None] = _PACK) -> None:
        """Leave the result; the length is written last."""
        self._memory[_HEADER : _HEADER + len(result)] = result
        pack(self._memory, 8, len(result))

    def read(self) -> bytes:
        """Return the result, empty where there is none."""
        (length,) = struct.unpack_from("=Q", self._memory, 8)
        return self._memory[_HEADER : _HEADER + min(length, RESULT_BYTES)]

    def renew(self) -> None:
        """Throw away what the last program left, whatever that is: all becomes zeros."""
        self._memory.madvise(mmap.MADV_REMOVE)

    def close(self) -> None:
        """Unmap the memory."""
        self._memory.close()
