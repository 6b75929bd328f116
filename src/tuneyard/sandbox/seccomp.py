"""A seccomp-BPF filter, assembled here, that allows a list of system calls and refuses the rest.

Calls that would change a file fail with EROFS where a program has no folder to write in, all other
refused ones with EPERM, so that the program sees an ordinary OSError whose number tells what was
refused; calls from a foreign architecture (32-bit entry points) kill the process. Instruction set
and ``struct seccomp_data``: the kernel's ``Documentation/userspace-api/seccomp_filter.rst``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from tuneyard.sandbox.isolation import LIBC, check
from tuneyard.sandbox.syscalls import ATTRIBUTE, AUDIT_ARCH, CHANGE, DATE, MODE, REFUSED, numbers

_LOAD, _RET = 0x20, 0x06  # BPF_LD|W|ABS, BPF_RET
_JEQ, _JGT, _JGE, _JSET = 0x15, 0x25, 0x35, 0x45  # BPF_JMP|JEQ|K, …|JGT|K, …|JGE|K, …|JSET|K
_JUMP, _AND = 0x05, 0x54  # BPF_JMP|JA, BPF_ALU|AND|K
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NR, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_PACK = struct.Struct("=I").pack_into

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC; F_{GETLK,SETLK,SETLKW} and F_OFD_…
_FCNTL = (0, 1, 2, 3, 4, 1030, 5, 6, 7, 36, 37, 38)
_IOCTL = (
    0x5401,
    0x5413,
    0x5421,
    0x5450,
    0x5451,
    0x541B,
)  # TCGETS TIOCGWINSZ FIO{NBIO,NCLEX,CLEX,NREAD}
_PRCTL = (15, 16)  # PR_SET_NAME PR_GET_NAME
_AF_UNIX = 1
_THREAD = 0x00010000  # CLONE_THREAD
# What pthread_create asks for: CLONE_{VM,FS,FILES,SIGHAND,THREAD,SYSVSEM,SETTLS,PARENT_SETTID,
# CHILD_CLEARTID}.
_OF_A_THREAD = 0x003D0F00
_SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS
_WHOLE_WORD = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


class Filter:
    """The filter, assembled once and installed in each child.

    Args:
        writes: whether files may be changed, because Landlock or mounts say where.
        modes: whether modes and dates of files may be changed, because mounts say where.

    Raises:
        OSError: this machine's architecture has no table (ENOSYS).
    """

    def __init__(self, writes: bool = False, modes: bool = False) -> None:
        machine = os.uname().machine
        table = numbers(machine)
        if not table or struct.calcsize("P") != 8:
            raise OSError(errno.ENOSYS, f"no system call table for {machine}")
        code = self._assemble(table, AUDIT_ARCH[machine], writes, modes)
        self._own_pid = [place for place, one in enumerate(code) if one is _OWN_PID]
        self._largest = next(place for place, one in enumerate(code) if one is _LARGEST)
        # Everything is laid out here, because what a child allocates it pays for in page faults.
        self._code = bytearray(b"".join(struct.pack("=HBBI", *one) for one in code))
        self._buffer = (ctypes.c_char * len(self._code)).from_buffer(self._code)
        self._program = _Program(len(code), ctypes.addressof(self._buffer))
        self._pointer = ctypes.pointer(self._program)

    def install(self, memory: int = _WHOLE_WORD) -> None:
        """Confine this process, for ever. Needs no_new_privs.

        Args:
            memory: bytes that one mapping of shared memory, which no rlimit counts, may take.

        Raises:
            OSError: the kernel refuses.
        """
        _PACK(self._code, self._largest * 8 + 4, min(memory, _WHOLE_WORD))
        pid = os.getpid()
        for index in self._own_pid:
            _PACK(self._code, index * 8 + 4, pid)
        check(LIBC.prctl(_PR_SET_SECCOMP, _MODE_FILTER, self._pointer, 0, 0), "seccomp")

    def _assemble(
        self, table: dict[str, int], arch: int, writes: bool = False, modes: bool = False
    ) -> list[Instruction]:
        code: list[Instruction] = [
            (_LOAD, 0, 0, _ARCH),
            (_JEQ, 1, 0, arch),
            (_RET, 0, 0, _KILL),
            (_LOAD, 0, 0, _NR),
        ]
        checked = {
            "fcntl": _one_of(1, _FCNTL),
            "ioctl": _one_of(1, _IOCTL),
            "prctl": _one_of(0, _PRCTL),
            "prlimit64": _one_of(0, (0,)),  # its own limits, nobody else's
            "sched_setaffinity": _one_of(0, (0,)),
            "socketpair": _one_of(0, (_AF_UNIX,)),  # asyncio wakes itself with one
            "sendto": _null(4),  # no address: only to its own pair
            "kill": _ITSELF,
            "tgkill": _ITSELF,
            "clone": _THREADS_ONLY,
            # ENOSYS makes the C library fall back on clone, whose flags can be seen.
            "clone3": _refuse(errno.ENOSYS),
            "mmap": _LIMITED_MAPPING,
        }
        checked |= {name: _refuse(errno.EOPNOTSUPP) for name in ATTRIBUTE}
        checked |= {name: _refuse(errno.EROFS) for name in REFUSED}
        if not writes:
            checked |= {name: _refuse(errno.EROFS) for name in CHANGE}
            checked["open"] = _no_bits(1, _WRITE_FLAGS, errno.EROFS)
            checked["openat"] = _no_bits(2, _WRITE_FLAGS, errno.EROFS)
        if not modes:
            # Copying a file copies its mode, too: it does no harm to believe that it did.
            checked |= {name: _refuse(0 if writes else errno.EROFS) for name in MODE}
            checked |= {name: _refuse(errno.EROFS) for name in DATE}
        rules = {number: checked.get(name, _ALLOWED) for name, number in table.items()}
        return code + _search(_ranges(rules))


def _ranges(rules: dict[int, list[Instruction]]) -> list[tuple[int, list[Instruction]]]:
    """Return the first number of each run of numbers with one rule; those without are refused."""
    found: list[tuple[int, list[Instruction]]] = []
    for number in sorted({0, *rules, *(one + 1 for one in rules)}):
        rule = rules.get(number, _REFUSED)
        if not found or found[-1][1] != rule:
            found.append((number, rule))
    return found


def _search(ranges: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """Return a binary search for the number's rule.

    The kernel runs the whole filter once for each number when a child installs it: with one
    comparison after the other that takes half a millisecond.
    """
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    # A conditional jump reaches 255 instructions only.
    return [(_JGE, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(below)), *below, *above]


def _low(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGS + 8 * argument)


def _refuse(error: int) -> list[Instruction]:
    return [(_RET, 0, 0, _ERRNO | error)]


_ALLOWED: list[Instruction] = [(_RET, 0, 0, _ALLOW)]
_REFUSED = _refuse(errno.EPERM)

# The own process's number, filled in by install().
_OWN_PID: Instruction = (_JEQ, 0, 1, 0)
_ITSELF: list[Instruction] = [_low(0), _OWN_PID, *_ALLOWED, *_REFUSED]

_THREADS_ONLY: list[Instruction] = [
    _low(0),
    (_JSET, 2, 0, _WHOLE_WORD & ~_OF_A_THREAD),
    (_JSET, 0, 1, _THREAD),
    (_RET, 0, 0, _ALLOW),
    (_RET, 0, 0, _ERRNO | errno.EPERM),
]

# The largest mapping, filled in by install().
_LARGEST: Instruction = (_JGT, 1, 0, _WHOLE_WORD)
_LIMITED_MAPPING: list[Instruction] = [
    _low(3),
    (_AND, 0, 0, _SHARED_ANONYMOUS),
    (_JEQ, 0, 4, _SHARED_ANONYMOUS),
    (_LOAD, 0, 0, _ARGS + 8 * 1 + 4),
    (_JEQ, 0, 3, 0),
    _low(1),
    _LARGEST,
    (_RET, 0, 0, _ALLOW),
    (_RET, 0, 0, _ERRNO | errno.ENOMEM),
]


def _one_of(argument: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow where the argument's low 32 bits are one of the values."""
    code = [_low(argument)]
    for value in values:
        code += [(_JEQ, 0, 1, value), (_RET, 0, 0, _ALLOW)]
    return [*code, (_RET, 0, 0, _ERRNO | errno.EPERM)]


def _no_bits(argument: int, mask: int, refusal: int) -> list[Instruction]:
    """Allow where none of the mask's bits is set."""
    return [
        _low(argument),
        (_JSET, 1, 0, mask),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, _ERRNO | refusal),
    ]


def _null(argument: int) -> list[Instruction]:
    """Allow where the 64-bit argument is zero."""
    return [
        _low(argument),
        (_JEQ, 0, 3, 0),
        (_LOAD, 0, 0, _ARGS + 8 * argument + 4),
        (_JEQ, 0, 1, 0),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, _ERRNO | errno.EPERM),
    ]
