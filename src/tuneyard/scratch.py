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
# Where links to folders with long paths lie; whatever TMPDIR says, this is a short path.
_SHORT = Path("/tmp")


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


def short(path: Path, longest: int) -> Path | None:
    """Return an address of a scratch folder with no more than so many characters.

    A folder that is deeper than that gets a link, for which ``sweep`` cares once it leads nowhere:
    sockets must have short paths.

    Returns:
        None where no link can be made.
    """
    if len(str(path)) <= longest:
        return path
    link = _SHORT / path.name
    try:
        if not link.is_symlink() or link.readlink() != path:
            link.symlink_to(path)
    except OSError:
        return None
    return link


def sweep() -> None:
    """Remove the folders whose owners are dead, and end the processes that still use them."""
    places = {Path(tempfile.gettempdir()), _SHORT}
    for path in [path for place in places for path in place.glob(f"{PREFIX}*")]:
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != os.getuid():
                continue
            if path.is_symlink():
                if not path.exists() and path.readlink().name == path.name:
                    path.unlink()
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
