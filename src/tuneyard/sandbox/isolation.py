"""Namespaces, rlimits, capabilities and process attributes, through ctypes and the stdlib."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import resource
import site
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
_FORK = ctypes.PyDLL(None, use_errno=True).fork  # a PyDLL keeps the interpreter's lock meanwhile

Step = Callable[[], object]
"""Something to do in a child: a function in C, with its arguments, made before the fork.

A child pays for each page that it touches, 4 to 5 µs, and looking up a name or making a number
touches some. Where the C library fails, the result is -1.
"""

_NEWNET, _NEWUSER, _NEWPID, _NEWIPC = 0x40000000, 0x10000000, 0x20000000, 0x08000000
_NEWNS = 0x00020000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 4, 38, 36
_CAPABILITY_HEADER = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = (ctypes.c_uint32 * 6)()
_SIGKILL = 9
_HEADROOM = 32 << 20  # memory that lets the child report a MemoryError, bytes
_MEBIBYTE = 1 << 20
_OPEN_FILES = 256
_STACK = 1 << 20  # of a thread, bytes; the usual 8 MiB, all counted, would allow only few
# Address space beyond the memory limit, where that is of data: mapped libraries (CUDA's take 8 GiB)
# and what is only reserved. It bounds shared memory, too: less where nobody watches that.
_RESERVE, _RESERVE_UNWATCHED = 16 << 30, 2 << 30


def check(result: int, what: str) -> int:
    """Return the result of a C call, or raise OSError with ``what`` where it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def fork() -> int:
    """Fork as ``os.fork`` does, without the functions that modules have registered for a child.

    Those make good what other threads held, and seed ``random`` anew; the zygote has one thread.
    They touch two hundred pages, which is a sixth of what a small program costs.

    Raises:
        OSError: no process is to be had.
    """
    return check(_FORK(), "fork")


def do(steps: Iterable[Step]) -> None:
    """Do steps in order.

    Raises:
        OSError: one of them failed.
    """
    for step in steps:
        if step() == -1:
            code = ctypes.get_errno()
            raise OSError(code, f"{step}: {os.strerror(code)}")


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


def enter_namespaces(mount: Callable[[], object] | None) -> tuple[bool, bool]:
    """Move to new user, process, network, IPC and mount namespaces, as far as that is possible.

    The next process that this one forks is process 1 of the new process namespace.

    Args:
        mount: tried in the mount namespace, without which this process then stays if it raises;
            None: no mount namespace.

    Returns:
        Whether there are namespaces, and whether the mount namespace is among them.
    """
    base = _NEWPID | _NEWNET | _NEWIPC
    # With CAP_SYS_ADMIN (root in a privileged container) no user namespace is needed, but it is
    # preferred, because it leaves the zygote without power over the outside.
    for user in (_NEWUSER, 0):
        for mounts in (_NEWNS, 0) if mount is not None else (0,):

            def enter(flags: int = base | user | mounts) -> None:
                uid, gid = os.getuid(), os.getgid()
                check(LIBC.unshare(flags), "unshare")
                if flags & _NEWUSER:
                    Path("/proc/self/setgroups").write_text("deny")
                    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
                    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")

            def try_it(enter: Callable[[], None] = enter, mounts: int = mounts) -> None:
                enter()
                if mounts and mount is not None:
                    mount()
                # The files beneath another user's folder may be out of reach of a user namespace,
                # and those beneath a mount point are.
                if (
                    not os.access(os.__file__, os.R_OK)
                    or not os.access(__file__, os.R_OK)
                    or os.waitpid(_fork_and_exit(), 0)[1]
                ):
                    raise OSError("the new namespaces are of no use")

            if succeeds(try_it):
                enter()
                return True, bool(mounts)
    return False, False


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


class MemoryUse(NamedTuple):
    """What an interpreter has before the program, bytes: of address space and of data in it."""

    space: int
    data: int

    @classmethod
    def now(cls) -> MemoryUse:
        """Return this process's."""
        with open("/proc/self/statm", encoding="ascii") as pages:
            fields = pages.read().split()
        size = resource.getpagesize()
        return cls(int(fields[0]) * size, int(fields[5]) * size)


def data_limit_works() -> bool:
    """Whether RLIMIT_DATA counts private mappings (Linux from 4.7)."""

    def try_it() -> None:
        limit = MemoryUse.now().data + (4 << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        with contextlib.suppress(OSError):
            mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            raise RuntimeError("the limit is none")

    return succeeds(try_it)


def memory_limits(
    memory_mb: int, base: MemoryUse, counts_data: bool, watched: bool
) -> list[tuple[int, int, int]]:
    """Return rlimits (which, soft, hard) for a program's memory.

    Libraries that are mapped and memory that is only reserved cost nothing, but fill the address
    space: the import of torch alone takes 600 MiB of it, and each thread 64. So data are counted.

    Args:
        memory_mb: MiB beyond ``base``.
        base: what the interpreter had before the program.
        counts_data: whether the limit of data works; else the address space is limited to the same.
        watched: whether shared memory, which is no data, is watched.
    """
    more = memory_mb * _MEBIBYTE
    reserve = (_RESERVE if watched else _RESERVE_UNWATCHED) if counts_data else 0
    space = base.space + more + reserve
    limits = [(resource.RLIMIT_AS, space, space + _HEADROOM)]
    if counts_data:
        limits.append((resource.RLIMIT_DATA, base.data + more, base.data + more + _HEADROOM))
    return limits


def limits_of_all(file_bytes: int) -> list[tuple[int, int, int]]:
    """Return the rlimits that all programs have, and the zygote with them."""
    return [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ]


def limits_of_one(
    cpu: int, memory: Iterable[tuple[int, int, int]], threads: bool
) -> list[tuple[int, int, int]]:
    """Return the rlimits that a program sets itself, besides ``limits_of_all``.

    Args:
        cpu: CPU seconds; the zygote watches the wall clock.
        memory: from ``memory_limits``.
        threads: whether threads may be had; the filter of system calls refuses processes.
    """
    limits = [
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        *memory,
    ]
    if not threads:  # the limit is the user's, over all that they run: it can only be none
        limits.append((resource.RLIMIT_NPROC, 0, 0))
    return limits


def limit(limits: Iterable[tuple[int, int, int]]) -> Iterator[Step]:
    """Yield what sets rlimits (which, soft, hard), as far as this process may have them."""
    for what, soft, hard in limits:
        most = resource.getrlimit(what)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        yield partial(resource.setrlimit, what, (soft, hard))


def give_up() -> list[Step]:
    """Return what drops every capability, hides from debuggers, and dies with the zygote.

    Without capabilities root is a user like any other.
    """
    none = [ctypes.c_ulong(0)] * 3
    return [
        partial(LIBC.capset, _CAPABILITY_HEADER, _NO_CAPABILITIES),
        partial(LIBC.prctl, _PR_SET_DUMPABLE, ctypes.c_ulong(0), *none),
        partial(LIBC.prctl, _PR_SET_PDEATHSIG, ctypes.c_ulong(_SIGKILL), *none),
    ]


def small_stacks() -> None:
    """Give threads of this process and its children small stacks, where the C library can."""
    attributes = ctypes.create_string_buffer(64)  # pthread_attr_t takes 56 bytes, 64 on aarch64
    with contextlib.suppress(AttributeError):
        LIBC.pthread_attr_init(attributes)
        LIBC.pthread_attr_setstacksize(attributes, ctypes.c_size_t(_STACK))
        LIBC.pthread_setattr_default_np(attributes)


def readable_paths() -> list[str]:
    """Return what a program may read: standard library, packages, shared libraries, time zones."""
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [one for one in sys.path if Path(one).name in ("site-packages", "dist-packages")]
    found += [one for one in site.getsitepackages() if one]
    found += [str(Path(__file__).resolve().parents[1])]  # tuneyard itself: harnesses import lazily
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"]
    found += [str(Path(sys.base_prefix, "lib")), *_SYSTEM_DATA, *_DEVICES]
    # ``platform`` looks into the interpreter for the C library's version; libraries look for cores.
    found += [sys.executable, *_PROCESSORS]
    return list(dict.fromkeys(os.path.realpath(one) for one in found if one))


def within(paths: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Return those paths that lie in folders, which are real paths."""
    real = {one: os.path.realpath(one) for one in paths}
    return [
        one
        for one in paths
        if any(real[one] == folder or real[one].startswith(folder + "/") for folder in folders)
    ]


_SYSTEM_DATA = (
    *(f"/usr/share/{name}" for name in ("zoneinfo", "fonts", "locale", "i18n", "mime", "misc")),
    *("/usr/local/share/fonts", "/etc/fonts", "/etc/localtime", "/etc/timezone", "/etc/mime.types"),
    *("/etc/os-release", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"),
)
_PROCESSORS = (
    *("/sys/devices/system/cpu", "/sys/fs/cgroup/cpu.max"),
    *(f"/sys/fs/cgroup/cpu/cpu.cfs_{name}_us" for name in ("quota", "period")),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
WRITABLE_DEVICES = ("/dev/null",)
