"""The second process of a program that is judged apart."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from tuneyard.sandbox import audit
from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.server import serve
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.program import Limits

if TYPE_CHECKING:
    from tuneyard.sandbox.child import Confinement

_READY = b"."


class _Quiet:
    """Takes an audit hook's notes where there is no channel."""

    def note_suicide(self) -> None:
        """Tell the judge that the answer kills itself."""
        wire.send(b"dies")


def start(limits: Limits, channel: Channel, confinement: Confinement) -> int:
    """Fork the answer's process, which confines itself and waits; to be called before the judge
    confines itself.

    Returns:
        The descriptor of the judge's end of the link.

    Raises:
        OSError: no process or socket is to be had.
    """
    ours, theirs = socket.socketpair()
    judge = os.getpid()
    process = os.fork()
    if process:
        theirs.close()
        channel.second = process
        return ours.detach()
    try:
        channel.close()
        notes = audit.Notes()
        confinement.apply(limits, _Quiet(), notes, theirs.detach())
        if os.getppid() == judge:
            os.write(wire.LINK, _READY)
            serve(notes)
    finally:
        os._exit(1)


def wait() -> None:
    """Wait until the answer's process is confined.

    Raises:
        OSError: it could not be.
    """
    if os.read(wire.LINK, 1) != _READY:
        raise OSError("the answer's process could not be set up")
