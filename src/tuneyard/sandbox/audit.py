"""An audit hook that refuses what the kernel layers refuse too, and names it.

The kernel says no more than an error number. The hook sees the request first and raises
``DeniedError`` with a category, so that a refused file is told from a refused connection.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tuneyard.sandbox.channel import Channel

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_AF_UNIX = 1

_EVENTS = {
    "processes": """os.fork os.forkpty os.exec os.posix_spawn os.spawn os.system subprocess.Popen
        pty.spawn _thread.start_new_thread _thread.start_joinable_thread""",
    "network": """socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo
        socket.gethostbyname socket.gethostbyaddr socket.getnameinfo socket.sethostname""",
    "files": """os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod
        os.chown os.setxattr os.removexattr os.utime""",
    "special": "open os.listdir os.scandir os.kill os.killpg socket.__new__",
}
_CATEGORY = {event: kind for kind, events in _EVENTS.items() for event in events.split()}


class DeniedError(PermissionError):
    """The sandbox refused something: ``category`` says what, the message says which."""

    def __init__(self, category: str, detail: str) -> None:
        super().__init__(f"{category}: {detail}")
        self.category = category


class Notes:
    """What was refused last, for errors that the standard library puts in other words."""

    def __init__(self) -> None:
        self.category: str | None = None


def install(channel: Channel, notes: Notes, readable: tuple[str, ...] | None) -> None:
    """Add the hook to this interpreter, for ever.

    Args:
        channel: told when the program kills itself.
        notes: filled with the category of each refusal.
        readable: folders that may be read; None where the kernel sees to that.
    """
    sys.addaudithook(_make_hook(channel, notes, readable))


def _make_hook(
    channel: Channel, notes: Notes, readable: tuple[str, ...] | None
) -> Callable[[str, tuple[Any, ...]], None]:
    own_pid = os.getpid()
    category_of = _CATEGORY.get
    path_of, real_path = os.fspath, os.path.realpath

    def deny(category: str, detail: str) -> None:
        notes.category = category
        raise DeniedError(category, f"{detail} is not allowed in the sandbox")

    def check_open(path: Any, flags: int) -> None:
        if isinstance(path, int):
            return
        if flags & _WRITE_FLAGS:
            deny("files", f"opening {path!r} for writing")
        if readable is not None and not _beneath(real_path(path_of(path)), readable):
            deny("files", f"reading {path!r}")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        category = category_of(event)
        if category is None:
            return
        if category != "special":
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
        elif event == "os.killpg" or arguments[0] != own_pid:
            deny("signal", f"signalling another process ({arguments[0]})")
        elif arguments[1] == signal.SIGKILL:
            channel.note_suicide()

    return hook


def _beneath(path: str | bytes, folders: tuple[str, ...]) -> bool:
    text = os.fsdecode(path)
    return any(text == one or text.startswith(one + "/") for one in folders)
