"""Landlock: the interpreter's own files can be read, the program's folder written, nothing else.

See the kernel's ``Documentation/userspace-api/landlock.rst`` (ABI 1 to 7).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from functools import partial

from tuneyard.sandbox.isolation import LIBC, Step, check

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_NEVER = (
    1 << 0 | 1 << 6 | 1 << 9 | 1 << 11 | 1 << 15
)  # execute; make devices, sockets; device ioctl
_LOG_OFF = 1  # LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF (ABI 7)


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    return max(0, _syscall(_CREATE_RULESET, 0, 0, _VERSION))


class Ruleset:
    """Rules that are made in the zygote and applied in a child.

    Args:
        readable: files and folders (with all beneath) that stay readable; absent ones are skipped.
        writable: files that may be written to as well, but not replaced.

    Raises:
        OSError: the kernel has no Landlock.
    """

    def __init__(self, readable: Iterable[str], writable: Iterable[str] = ()) -> None:
        self._abi = abi()
        # Handling an access means refusing it except where a rule allows it.
        self._access = (1 << 13) - 1
        for version, bit in ((2, 13), (3, 14), (5, 15)):  # refer, truncate, device ioctl
            self._access |= (self._abi >= version) << bit
        self._attributes = struct.pack("=Q", self._access)
        if self._abi >= 4:
            self._attributes += struct.pack("=Q", 0b11)  # TCP bind and connect
        if self._abi >= 6:
            self._attributes += struct.pack("=Q", 0b11)  # abstract UNIX sockets, signals
        # The files stay open, since the rules are laid anew for each program's folder.
        self._rules = [rule for path in readable if (rule := _rule(path, _READ_FILE, _READ_DIR))]
        write = _READ_FILE | _WRITE_FILE
        self._rules += [rule for path in writable if (rule := _rule(path, write, 0))]
        self._fd = ctypes.c_long(self._make(self._rules))

    def renew(self, folder: str) -> None:
        """Begin anew, with a folder in which everything but devices may be made and changed."""
        os.close(self._fd.value)
        own = _rule(folder, 0, self._access & ~_NEVER)
        if own is None:
            raise FileNotFoundError(folder)
        try:
            self._fd.value = self._make([*self._rules, own])
        finally:
            os.close(own[1])

    def _make(self, rules: list[tuple[bytes, int]]) -> int:
        fd = check(
            _syscall(_CREATE_RULESET, _pointer(self._attributes), len(self._attributes), 0),
            "landlock",
        )
        for rule, _ in rules:
            check(_syscall(_ADD_RULE, fd, _PATH_BENEATH, _pointer(rule), 0), "landlock")
        return fd

    def restriction(self) -> Step:
        """Return what confines a process for ever, by the rules of then. Needs no_new_privs."""
        flags = ctypes.c_long(_LOG_OFF if self._abi >= 7 else 0)
        return partial(LIBC.syscall, ctypes.c_long(_RESTRICT_SELF), self._fd, flags)


def _rule(path: str, file: int, folder: int) -> tuple[bytes, int] | None:
    """Return ``struct landlock_path_beneath_attr`` and the descriptor in it, None: no such path."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return None
    access = file | (folder if stat.S_ISDIR(os.fstat(fd).st_mode) else 0)
    return struct.pack("=Qi", access, fd), fd


def _pointer(data: bytes) -> ctypes.c_char_p:
    return ctypes.c_char_p(data)


def _syscall(number: int, *arguments: int | ctypes.c_char_p) -> int:
    values = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = LIBC.syscall(ctypes.c_long(number), *values)
    return result
