"""Namespaces, rlimits, capabilities and process attributes, through ctypes and the stdlib."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import site
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long

_NEWNET, _NEWUSER, _NEWPID, _NEWIPC = 0x40000000, 0x10000000, 0x20000000, 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 4, 38, 36
_CAPABILITY_HEADER = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = (ctypes.c_uint32 * 6)()
_SIGKILL = 9
_HEADROOM = 32 << 20  # memory that lets the child report a MemoryError, bytes
_MEBIBYTE = 1 << 20


def check(result: int, what: str) -> int:
    """Return the result of a C call, or raise OSError with ``what`` where it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def succeeds(action: Callable[[], object]) -> bool:
    """Try an irrevocable action in a forked process; say whether it went well."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def enter_namespaces() -> bool:
    """Move to new user, process, network and IPC namespaces; say whether that was possible.

    The next process that this one forks is process 1 of the new process namespace.
    """
    # With CAP_SYS_ADMIN (root in a privileged container) no user namespace is needed, but it is
    # preferred, because it leaves the zygote without power over the outside.
    for flags in (_NEWUSER | _NEWPID | _NEWNET | _NEWIPC, _NEWPID | _NEWNET | _NEWIPC):

        def enter(flags: int = flags) -> None:
            uid, gid = os.getuid(), os.getgid()
            check(LIBC.unshare(flags), "unshare")
            if flags & _NEWUSER:
                Path("/proc/self/setgroups").write_text("deny")
                Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
                Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")

        def try_it(enter: Callable[[], None] = enter) -> None:
            enter()
            # The files beneath a folder of another user's may be out of reach of a user namespace.
            if not os.access(os.__file__, os.R_OK) or os.waitpid(_fork_and_exit(), 0)[1]:
                raise OSError("the new namespaces are of no use")

        if succeeds(try_it):
            enter()
            return True
    return False


def _fork_and_exit() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return pid


def secure_zygote() -> None:
    """Make this process die with its parent, adopt orphans, and gain no privileges any more."""
    check(LIBC.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0), "prctl")
    check(LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
    check(LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    # A program is a better victim of the out-of-memory killer than the trainer beside it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def address_space() -> int:
    """Return this process's virtual memory, bytes."""
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[0]) * resource.getpagesize()


def confine_child(cpu: int, memory_mb: int, base: int) -> None:
    """Set the rlimits of a program, drop capabilities, die with the zygote.

    Args:
        cpu: CPU seconds; the zygote watches the wall clock.
        memory_mb: MiB of address space beyond ``base``.
        base: bytes of address space that the interpreter had before the program.
    """
    memory = base + memory_mb * _MEBIBYTE
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_AS, memory, memory + _HEADROOM),
    ):
        limit = resource.getrlimit(what)[1]
        if limit != resource.RLIM_INFINITY:
            soft, hard = min(soft, limit), min(hard, limit)
        resource.setrlimit(what, (soft, hard))
    drop_capabilities()
    check(LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")
    check(LIBC.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up every capability, so that root is a user like any other."""
    check(LIBC.capset(_CAPABILITY_HEADER, _NO_CAPABILITIES), "capset")


def readable_paths() -> list[str]:
    """Return what a program may read: standard library, packages, shared libraries, time zones."""
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [one for one in sys.path if Path(one).name in ("site-packages", "dist-packages")]
    found += [one for one in site.getsitepackages() if one]
    found += [str(Path(__file__).resolve().parents[1])]  # tuneyard itself: harnesses import lazily
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"]
    found += [str(Path(sys.base_prefix, "lib")), "/usr/share/zoneinfo"]
    return list(dict.fromkeys(os.path.realpath(one) for one in found))
