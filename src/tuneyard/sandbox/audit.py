"""An audit hook that refuses what the kernel layers refuse too, and names it.

The kernel says no more than an error number. The hook sees the request first and raises
``DeniedError`` with a category, so that a refused file is told from a refused connection.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tuneyard.sandbox.isolation import Step

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_AF_UNIX = 1
_OUTSIDE = os.path.join(os.path.dirname(__file__), "outside.py")
"""The one that may read and leave no date: what programs read is to be seen (see ``readings``)."""

_EVENTS = {
    "processes": """os.fork os.forkpty os.exec os.posix_spawn os.spawn os.system subprocess.Popen
        pty.spawn""",
    "network": """socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo
        socket.gethostbyname socket.gethostbyaddr socket.getnameinfo socket.sethostname""",
    "special": """open os.listdir os.scandir os.kill os.killpg socket.__new__
        _thread.start_new_thread _thread.start_joinable_thread""",
}
_CATEGORY = {event: kind for kind, events in _EVENTS.items() for event in events.split()}
# Which arguments are paths that change, each with that of the folder it is relative to.
_CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    **dict.fromkeys(("os.remove", "os.rmdir"), ((0, 1),)),
    **dict.fromkeys(("os.mkdir", "os.chmod"), ((0, 2),)),
    **dict.fromkeys(("os.chown", "os.utime"), ((0, 3),)),
    **dict.fromkeys(("os.truncate", "os.setxattr", "os.removexattr"), ((0, None),)),
    **dict.fromkeys(("os.rename", "os.link"), ((0, 2), (1, 3))),
    "os.symlink": ((1, 2),),
}
_CATEGORY |= dict.fromkeys(_CHANGES, "files")

MAX_THREADS = 256
"""How many threads a program may have at a time."""


class DeniedError(PermissionError):
    """The sandbox refused something: ``category`` says what, the message says which."""

    def __init__(self, category: str, detail: str) -> None:
        super().__init__(f"{category}: {detail}")
        self.category = category


class Told(Protocol):
    """Is told of a program's own end."""

    def note_suicide(self) -> None:
        """The program sends itself SIGKILL."""


class Notes:
    """What was refused last, for errors that the standard library puts in other words."""

    def __init__(self) -> None:
        self.category: str | None = None


@dataclass(frozen=True, slots=True)
class Paths:
    """What the hook lets a program do with files.

    Attributes:
        readable: files and folders (with all beneath) that may be read; None where the kernel
            sees to that.
        writable: the same for writing; nothing at all where the kernel does not see to it.
        devices: files that may be written to as well.
    """

    readable: tuple[str, ...] | None
    writable: tuple[str, ...]
    devices: tuple[str, ...] = ()


def installation(channel: Told, notes: Notes, paths: Paths) -> Step:
    """Return what adds the hook to an interpreter, for ever.

    Args:
        channel: told when the program kills itself.
        notes: filled with the category of each refusal.
        paths: what files may be used.
    """
    return partial(sys.addaudithook, _make_hook(channel, notes, paths))


def _make_hook(channel: Told, notes: Notes, paths: Paths) -> Callable[[str, tuple[Any, ...]], None]:
    own_pid = os.getpid  # asked in the child
    category_of = _CATEGORY.get
    path_of, real_path, threads = os.fspath, os.path.realpath, _thread._count
    unseen, outside, get_frame = os.O_NOATIME, _OUTSIDE, sys._getframe
    readable, writable = paths.readable, paths.writable
    openable = writable + paths.devices

    def deny(category: str, detail: str) -> None:
        notes.category = category
        raise DeniedError(category, f"{detail} is not allowed in the sandbox")

    def check_open(path: Any, flags: int) -> None:
        if isinstance(path, int):
            return
        if flags & unseen and get_frame(2).f_code.co_filename != outside:
            deny("files", f"opening {path!r} without a trace")
        if flags & _WRITE_FLAGS:
            if not _beneath(real_path(path_of(path)), openable):
                deny("files", f"opening {path!r} for writing")
        elif readable is not None and not _beneath(real_path(path_of(path)), readable):
            deny("files", f"reading {path!r}")

    def check_change(event: str, arguments: tuple[Any, ...]) -> None:
        for index, relative_to in _CHANGES[event]:
            path = arguments[index]
            opened = isinstance(path, int) or (
                relative_to is not None and arguments[relative_to] != -1
            )
            if opened and writable:  # by a descriptor: for the kernel to judge
                continue
            if not isinstance(path, int):
                # A link may be removed, wherever it leads: only its folder is resolved.
                folder, name = os.path.split(os.fsdecode(path_of(path)))
                if _beneath(os.path.join(real_path(folder or os.curdir), name), writable):
                    continue
            deny("files", f"{event} of {path!r}")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        category = category_of(event)
        if category is None:
            return
        if category == "files":
            check_change(event, arguments)
        elif category != "special":
            deny(category, event)
        elif event == "open":
            check_open(arguments[0], arguments[2])
        elif event in ("os.listdir", "os.scandir"):
            check_open("." if arguments[0] is None else arguments[0], 0)
        elif event == "socket.__new__":
            notes.category = "network"
            # A UNIX socket pair reaches nobody else; the kernel tells it from other sockets.
            if arguments[1] != _AF_UNIX:
                deny("network", "a socket")
        elif event.startswith("_thread"):
            if threads() >= MAX_THREADS:
                deny("processes", f"having more than {MAX_THREADS} threads")
        elif event == "os.killpg" or arguments[0] != own_pid():
            deny("signal", f"signalling another process ({arguments[0]})")
        elif arguments[1] == signal.SIGKILL:
            channel.note_suicide()

    return hook


def _beneath(path: str | bytes, folders: tuple[str, ...]) -> bool:
    text = os.fsdecode(path)
    return any(text == one or text.startswith(one + "/") for one in folders)
