"""Runs a study in a process of its own, so that somebody is left to say what has died.

Three processes, forked before anything heavy is imported. The *supervisor*, which the user
started, owns the terminal and the exit status. The *driver* runs the study; what libraries print
goes to a log (Ray prints what its servers say of their end to standard output), its progress and
results to where the user has them. The *janitor* has a session of its own and waits for
the supervisor's death: then it says so, and ends what is left.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from tuneyard import processes, scratch
from tuneyard.account import Account, Notes
from tuneyard.errors import named

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Seconds that a driver gets to stop; when it was asked twice, or has no Ray any more, fewer.
_PATIENCE, _IMPATIENCE = 40.0, 12.0
_POLL = 0.2


class Interrupted(BaseException):
    """The driver is to stop; no library takes it for something that it can mend."""


class Driver:
    """What the study's process has of its supervisor.

    Attributes:
        terminal: the user's standard error; ``sys.stderr`` is a log.
        output: the user's standard output; ``sys.stdout`` is the same log.
    """

    def __init__(self, terminal: TextIO, output: TextIO, notes: Notes) -> None:
        self.terminal, self.output = terminal, output
        self.tell = notes.write

    def lose(self, what: str) -> None:
        """Say what the study cannot go on without, and stop; called in any thread."""
        self.tell(lost=what)
        os.kill(os.getpid(), signal.SIGTERM)


def supervised(command: Callable[[Driver], int], words: str) -> int:
    """Run a command in a driver, and return its exit status.

    Args:
        command: called in the driver; prints what there is to say, and returns the status.
        words: what the user types to run it again.
    """
    received: list[int] = []
    me = os.getpid()
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # a standard stream was closed: no pipe may take its number
    os.close(spare)
    _take(lambda number, frame: received.append(number))
    with scratch.folder() as folder:
        account = Account(words, folder)
        reader, writer = os.pipe()
        janitor, lifeline = _janitor(account)
        driver = os.fork()
        if driver == 0:
            os.close(reader)
            os.close(lifeline)
            processes.die_with(me)
            _drive(command, folder, Notes(writer))
        os.close(writer)
        Notes(lifeline).write(driver=driver)
        status = _wait(driver, reader, lifeline, account, received)
        left = processes.end(folder, spare={janitor})
        Notes(lifeline).write(over=True)
        os.close(lifeline)
        os.waitpid(janitor, 0)
        _take(signal.SIG_IGN)  # what is left to do is short, and done anyway
        if account.status is not None:
            return account.status
        told = account.asked if account.lost is None else None  # what Ray's loss asked itself
        said, code = account.closing(status, received[0] if received else told, left)
        with contextlib.suppress(OSError):
            print(said, file=sys.stderr, flush=True)
        return code


def _wait(driver: int, reader: int, lifeline: int, account: Account, received: list[int]) -> int:
    """Pass the driver's notes on until it is dead; return the status that ``waitpid`` gives."""
    deadline: float | None = None
    seen = 0
    while True:
        ready, _, _ = select.select([reader], [], [], _POLL)
        if ready:
            notes = os.read(reader, 1 << 16)
            account.read(notes)
            with contextlib.suppress(OSError):
                os.write(lifeline, notes)
            if not notes:
                time.sleep(_POLL)  # closed, but not dead yet
        dead, status = os.waitpid(driver, os.WNOHANG)
        if dead:
            while select.select([reader], [], [], 0)[0] and (notes := os.read(reader, 1 << 16)):
                account.read(notes)
            return status
        now = time.monotonic()
        if len(received) > seen:
            if seen == 0:
                os.kill(driver, signal.SIGTERM)
            patience = _PATIENCE if seen == 0 and len(received) == 1 else _IMPATIENCE
            deadline = min(deadline or now + patience, now + patience)
            seen = len(received)
        if account.lost and deadline is None:
            deadline = now + _IMPATIENCE
        if deadline is not None and now > deadline:
            os.kill(driver, signal.SIGKILL)


def _drive(command: Callable[[Driver], int], folder: Path, notes: Notes) -> None:
    """Be the driver: never returns."""
    terminal, output = _user_s(2, sys.stderr), _user_s(1, sys.stdout)
    log = os.open(folder / "driver.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ |= {processes.MARK: str(folder), "TMPDIR": str(folder)}
    tempfile.tempdir = None
    asked = False

    def stop(number: int, frame: Any) -> None:
        nonlocal asked
        if not asked:  # once: what it then does is not to be interrupted
            asked = True
            notes.write(asked=number)
            raise Interrupted

    _take(stop)
    code = 1
    try:
        code = command(Driver(terminal, output, notes))
        asked = True
        notes.write(status=code)
    except BaseException as error:
        asked = True
        traceback.print_exc()
        if isinstance(error, Exception):
            notes.write(fault=named(error))
    finally:
        for stream in filter(None, (sys.stdout, sys.stderr, terminal, output)):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _user_s(descriptor: int, stream: TextIO | None) -> TextIO:
    """Return a stream to where a standard one leads now; no child inherits it."""
    kept, encoding = os.dup(descriptor), "utf-8" if stream is None else stream.encoding
    return os.fdopen(kept, "w", encoding=encoding, errors="backslashreplace", buffering=1)


def _janitor(account: Account) -> tuple[int, int]:
    """Fork the janitor; return its process number and the pipe that it reads."""
    reader, lifeline = os.pipe()
    janitor = os.fork()
    if janitor:
        os.close(reader)
        return janitor, lifeline
    with contextlib.suppress(BaseException):
        os.close(lifeline)
        os.setsid()
        _take(signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        while notes := os.read(reader, 1 << 16):
            account.read(notes)
        if not account.over:
            left = processes.end(account.scratch)
            said, _ = account.closing(None, None, left)
            shutil.rmtree(account.scratch, ignore_errors=True)
            scratch.sweep()
            print(said, file=sys.stderr, flush=True)
    os._exit(0)


def _take(handler: Any) -> None:
    """Handle signals, but those that the user has had ignored (``nohup``, a job in the background).

    SIGTERM is what the supervisor itself sends.
    """
    for number in _SIGNALS:
        if number == signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
