"""Temporary folders that a killed owner does not leave for ever: the next one removes them.

A lock on a file in the folder says that somebody uses it. The kernel drops a dead process's locks,
so no process number has to be believed, which another container or a later process may have, too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuneyard import processes

PREFIX = "tuneyard-"
_LOCK = ".lock"


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder in the system's temporary one, for as long as the block runs.

    What dead owners left is removed, with the processes that they left in it: before, and once
    more after, since an owner that is killed just now may take a while to die.
    """
    sweep()
    path, lock = _locked()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)
        sweep()


def sweep() -> None:
    """Remove the folders whose owners are dead, and end the processes that still use them."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            lock = os.open(path / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                processes.end(path)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _locked() -> tuple[Path, int]:
    """Make a folder with a lock of ours.

    It gets the name that sweeps look for when it is locked: one that is not would be taken for a
    dead owner's, and this very process, which has the lock's file open, for what that left.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    path = made.with_name(made.name[1:])
    os.rename(made, path)
    return path, lock
