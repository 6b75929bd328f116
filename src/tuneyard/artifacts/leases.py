"""Who runs a step: one process at a time, also where two studies share a run directory.

In a local folder it is a lock on a file, which the system gives up with the process that holds it.
In an object store it is a note that only one can make; its owner writes to it now and then, and one
that was not written to for a while is taken away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tuneyard.artifacts.folder import Folder, unwritable

_BEAT = 5.0
_LOST = 45.0
"""Seconds without a beat after which an owner is taken to be dead."""
_POLL = 0.5


def lease(
    folder: Folder, name: str, waiting: Callable[[], None] = lambda: None
) -> AbstractContextManager[None]:
    """Hold a lease for the block; wait while another process has it.

    Args:
        folder: the run directory.
        name: what is leased.
        waiting: called once, if there is something to wait for.

    Raises:
        UserError: nothing can be written there.
    """
    return (_Note(folder, name) if folder.remote else _Lock(folder, name)).held(waiting)


def looking(folder: Folder, name: str) -> Callable[[], bool]:
    """Return what tells whether nobody holds a lease, as far as is known from outside.

    In an object store an owner is only known to be dead when a later look, some time after the
    first one, finds that it has not written meanwhile. What cannot be seen is a ``UserError``.

    Args:
        folder: the run directory.
        name: what may be leased.
    """
    return (_Note(folder, name) if folder.remote else _Lock(folder, name)).free


class Notes(Protocol):
    """Where small texts are kept, of which one with the same place can only be made once."""

    def create_text(self, text: str, *place: str) -> bool: ...

    def read_text(self, *place: str) -> str | None: ...

    def write_text(self, text: str, *place: str) -> None: ...

    def discard(self, *place: str) -> None: ...


def note_lease(
    notes: Notes, name: str, waiting: Callable[[], None]
) -> AbstractContextManager[None]:
    """Hold a lease as ``lease`` does in an object store, by a note that is kept elsewhere."""
    return _Note(notes, name).held(waiting)


class _Lock:
    def __init__(self, folder: Folder, name: str) -> None:
        self._path = Path(folder.join("leases", name))

    @contextlib.contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        descriptor = self._open()
        try:
            if not self._take(descriptor):
                waiting()
                while not self._take(descriptor):
                    time.sleep(_POLL)
            yield
        finally:
            # The file stays: who waits for it has it open, and would lock what nobody else sees.
            os.close(descriptor)

    def free(self) -> bool:
        if not self._path.exists():
            return True
        descriptor = self._open()
        try:
            return self._take(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise unwritable(error, str(self._path)) from None

    def _take(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:  # a file system without locks
            raise unwritable(error, str(self._path)) from None
        return True


class _Note:
    def __init__(self, notes: Notes, name: str) -> None:
        self._notes = notes
        self._place = ("leases", name)
        self._token = uuid.uuid4().hex
        self._seen: tuple[str | None, float] = (None, 0.0)

    @contextlib.contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        if not self._take():
            waiting()
            while not self._take():
                time.sleep(_POLL)
        end = threading.Event()
        beats = threading.Thread(target=self._beat, args=[end], name="tuneyard-lease", daemon=True)
        beats.start()
        try:
            yield
        finally:
            end.set()
            beats.join()
            if self._is_own():
                self._notes.discard(*self._place)

    def _take(self) -> bool:
        if self._notes.create_text(f"{self._token} 0", *self._place):
            return True
        if self.free():
            self._notes.discard(*self._place)
        return False

    def free(self) -> bool:
        # By this process's clock, which need not agree with the owner's.
        beat, now = self._notes.read_text(*self._place), time.monotonic()
        if beat != self._seen[0]:
            self._seen = beat, now
        return beat is None or now - self._seen[1] > _LOST

    def _beat(self, end: threading.Event) -> None:
        number = 0
        while not end.wait(_BEAT):
            number += 1
            with contextlib.suppress(Exception):  # the next one may come through
                if not self._is_own():
                    return
                self._notes.write_text(f"{self._token} {number}", *self._place)

    def _is_own(self) -> bool:
        """Say whether the note is still this owner's: nobody has taken it for dead meanwhile."""
        return (self._notes.read_text(*self._place) or "").split()[:1] == [self._token]
