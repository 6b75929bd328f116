"""A limit of time for one of the programs that share a process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

WALL, CPU = signal.ITIMER_REAL, signal.ITIMER_PROF
_SIGNALS = {WALL: signal.SIGALRM, CPU: signal.SIGPROF}


class TooLongError(BaseException):
    """A program had its time. No ``Exception``, which programs catch."""


@contextmanager
def at_most(seconds: float, timer: int) -> Iterator[None]:
    """Interrupt the block after so many seconds, and again for those who catch everything.

    Args:
        timer: ``WALL``, or ``CPU`` of this process.

    Raises:
        TooLongError: it had its time, whatever it made of the interruption.
    """
    over = False

    def up(*_: object) -> NoReturn:
        nonlocal over
        over = True
        raise TooLongError

    signal.signal(_SIGNALS[timer], up)
    signal.setitimer(timer, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        if over:
            raise TooLongError
