"""The second process of a program that is judged apart."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass

from tuneyard.sandbox import isolation
from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.server import serve
from tuneyard.sandbox.audit import Notes
from tuneyard.sandbox.channel import Channel


class Quiet:
    """Takes an audit hook's notes where there is no channel."""

    def note_suicide(self) -> None:
        """Tell the judge that the answer kills itself."""
        wire.send(b"dies")


@dataclass(frozen=True, slots=True)
class Second:
    """What is made before the fork for the second process.

    Attributes:
        confine: confines it for ever.
        channel: the judge's, of which it keeps nothing.
        notes: what the audit hook refused.
    """

    confine: tuple[isolation.Step, ...]
    channel: Channel
    notes: Notes

    def start(self) -> None:
        """Fork the answer's process, which confines itself and waits to be asked.

        To be called before the judge confines itself, whose end of the link is ``wire.LINK`` then;
        the answer's text runs when the judge sends it, which is later.

        Raises:
            OSError: no process or socket is to be had.
        """
        ours, theirs = socket.socketpair()
        judge = os.getpid()
        process = isolation.fork()
        if process:
            theirs.close()
            self.channel.second = process
            os.dup2(ours.detach(), wire.LINK)  # what it was is closed with all others
            return
        try:
            self.channel.close()
            os.dup2(theirs.detach(), wire.LINK)
            isolation.do(self.confine)
        except BaseException:
            signal.raise_signal(signal.SIGKILL)  # as if from outside: the program is run again
        try:
            if os.getppid() == judge:
                serve(self.notes)
        finally:
            os._exit(1)
