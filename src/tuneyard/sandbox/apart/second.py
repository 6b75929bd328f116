"""The second process of a program that is judged apart."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

from tuneyard.sandbox import audit
from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.server import serve
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.program import Limits

if TYPE_CHECKING:
    from tuneyard.sandbox.child import Confinement


class _Quiet:
    """Takes an audit hook's notes where there is no channel."""

    def note_suicide(self) -> None:
        """Tell the judge that the answer kills itself."""
        wire.send(b"dies")


def start(limits: Limits, channel: Channel, confinement: Confinement) -> int:
    """Fork the answer's process, which confines itself and waits to be asked.

    To be called before the judge confines itself; the answer's text runs when that is done.

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
    except BaseException:
        signal.raise_signal(signal.SIGKILL)  # as if from outside: the program is run again
    try:
        if os.getppid() == judge:
            serve(notes)
    finally:
        os._exit(1)
