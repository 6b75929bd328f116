"""Landlock: read access to the interpreter's own files, and nothing else.

See the kernel's ``Documentation/userspace-api/landlock.rst`` (ABI 1 to 7).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from tuneyard.sandbox.isolation import LIBC, check

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_LOG_OFF = 1  # LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF (ABI 7)


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    return max(0, _syscall(_CREATE_RULESET, 0, 0, _VERSION))


class Ruleset:
    """Rules that are made once in the zygote and applied in each child.

    Args:
        readable: files and folders (with all beneath) that stay readable; absent ones are skipped.

    Raises:
        OSError: the kernel has no Landlock.
    """

    def __init__(self, readable: Iterable[str]) -> None:
        self._abi = abi()
        # Handling an access means refusing it except where a rule allows it.
        access = (1 << 13) - 1
        for version, bit in ((2, 13), (3, 14), (5, 15)):  # refer, truncate, device ioctl
            access |= (self._abi >= version) << bit
        attributes = struct.pack("=Q", access)
        if self._abi >= 4:
            attributes += struct.pack("=Q", 0b11)  # TCP bind and connect
        if self._abi >= 6:
            attributes += struct.pack("=Q", 0b11)  # abstract UNIX sockets, signals
        self.fd = check(
            _syscall(_CREATE_RULESET, _pointer(attributes), len(attributes), 0), "landlock"
        )
        for path in readable:
            self._allow(path)

    def _allow(self, path: str) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            folder = stat.S_ISDIR(os.fstat(fd).st_mode)
            rule = struct.pack("=Qi", _READ_FILE | (_READ_DIR if folder else 0), fd)
            check(_syscall(_ADD_RULE, self.fd, _PATH_BENEATH, _pointer(rule), 0), "landlock")
        finally:
            os.close(fd)

    def apply(self) -> None:
        """Confine this process, for ever. Needs no_new_privs.

        Raises:
            OSError: the kernel refuses.
        """
        flags = _LOG_OFF if self._abi >= 7 else 0
        check(_syscall(_RESTRICT_SELF, self.fd, flags), "landlock")


def _pointer(data: bytes) -> ctypes.c_char_p:
    return ctypes.c_char_p(data)


def _syscall(number: int, *arguments: int | ctypes.c_char_p) -> int:
    values = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = LIBC.syscall(ctypes.c_long(number), *values)
    return result
