"""The folder of its own that a program may write in: in memory, bounded, and gone after it.

With a mount namespace it is a file system of its own, mounted anew for each program, and all
others are read-only. Without one it is a folder on the machine, which the zygote empties.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import tempfile
from pathlib import Path
from typing import Protocol

from tuneyard.sandbox.isolation import LIBC, check

BYTES = 128 << 20
FILES = 8192
SOURCE = "program.py"
"""The program's own text, in its working directory."""

# The C library keeps semaphores here and nowhere else, and thread pools need one.
_SHARED_MEMORY = "/dev/shm"
_HOME = "home"
_NOSUID, _NODEV, _NOEXEC, _REC, _PRIVATE, _DETACH = 2, 4, 8, 0x4000, 0x40000, 2
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _READ_ONLY = 442, -100, 0x8000, 1
_OPTIONS = f"size={BYTES},nr_inodes={FILES},mode=700".encode()
_PREFIX, _LOCK, _ROOT = "tuneyard-sandbox-", ".lock", "root"


class Scratch(Protocol):
    """What a program may write in.

    Attributes:
        root: everything beneath is the program's to write.
        file_bytes: the largest file.
        own_modes: whether modes and dates can only be changed here, so that they may be.
    """

    root: str
    file_bytes: int
    own_modes: bool

    def renew(self) -> bool:
        """Begin anew, with an empty folder; say whether ``root`` is another than before."""

    def overfull(self) -> bool:
        """Whether there is more in it than may be."""


def home(scratch: Scratch) -> str:
    """Return the program's working directory."""
    return os.path.join(scratch.root, _HOME)


def put_source(scratch: Scratch, source: bytes) -> None:
    """Write the program's text into its working directory."""
    fd = os.open(os.path.join(home(scratch), SOURCE), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        while source:
            source = source[os.write(fd, source) :]
    finally:
        os.close(fd)


class MemoryScratch:
    """A file system in memory, in this process's own mount namespace.

    Raises:
        OSError: mounting is not allowed, or the kernel is older than 5.12.
    """

    root = _SHARED_MEMORY
    file_bytes = BYTES
    own_modes = True

    def __init__(self) -> None:
        check(LIBC.mount(None, b"/", None, _REC | _PRIVATE, None), "mount")
        # Landlock does not see to modes and dates; a read-only file system does.
        attributes = struct.pack("=QQQQ", _READ_ONLY, 0, 0, 0)
        check(
            LIBC.syscall(
                _MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, attributes, len(attributes)
            ),
            "mount_setattr",
        )
        self._mounted = False
        self._untouched: object = None
        self.renew()

    def renew(self) -> bool:
        """Throw the file system away and mount another, unless a program left it as it was."""
        if self._mounted and self._look() == self._untouched:
            return False
        place = self.root.encode()
        if self._mounted:
            check(LIBC.umount2(place, _DETACH), "umount")
        self._mounted = False
        flags = _NOSUID | _NODEV | _NOEXEC
        check(LIBC.mount(b"tuneyard", place, b"tmpfs", flags, _OPTIONS), "mount")
        self._mounted = True
        os.mkdir(home(self))
        put_source(self, b"")
        self._untouched = self._look()
        return True

    def _look(self) -> object:
        """Return what would be different if a program had made, moved or changed anything."""
        files = os.statvfs(self.root).f_ffree
        folder = home(self)
        try:
            stats = [os.stat(one) for one in (self.root, folder, os.path.join(folder, SOURCE))]
        except OSError:
            return None
        # The clock of dates is coarse, so names and numbers have to agree as well.
        dates = [(one.st_ino, one.st_mode, one.st_nlink) for one in stats]
        changed = [one.st_ctime_ns for one in stats[:2]]
        return files, dates, changed, os.listdir(self.root), os.listdir(folder)

    def overfull(self) -> bool:
        """Return False: the kernel keeps the limits."""
        return False


class FolderScratch:
    """A folder on the machine, in memory where it has such a place. Landlock has to guard it.

    No file grows beyond ``file_bytes``; the whole is looked at now and then. Modes and dates
    stay as they are.
    """

    file_bytes = 16 << 20
    own_modes = False

    def __init__(self, root: str) -> None:
        self.root = root
        self.renew()

    def renew(self) -> bool:
        """Empty the folder."""
        empty(self.root)
        os.mkdir(home(self))
        return False

    def overfull(self) -> bool:
        """Say whether files or bytes are too many; of deleted files nothing is known."""
        files = size = 0
        for folder, _, names in os.walk(self.root):
            files += 1 + len(names)
            for name in names:
                with contextlib.suppress(OSError):
                    size += os.lstat(os.path.join(folder, name)).st_blocks * 512
            if files > FILES or size > BYTES:
                return True
        return False


def make_folder() -> str | None:
    """Make a folder for ``FolderScratch``, locked for as long as this process and its children run.

    Those whose lock is free, because all who had it were killed, are removed.

    Returns:
        The folder; None where there is no place for it.
    """
    places = [_SHARED_MEMORY]
    with contextlib.suppress(OSError):
        places.append(tempfile.gettempdir())
    tempfile.tempdir = None  # programs ask again, and find their own
    for place in places:
        for old in Path(place).glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):
                os.close(_lock(old, 0))
                remove(str(old / _ROOT))
        with contextlib.suppress(OSError):
            made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=place))
            _lock(made, os.O_CREAT)  # never closed: the kernel drops the lock of the dead
            made = made.rename(made.with_name(made.name[1:]))  # no sweep has seen it unlocked
            root = made / _ROOT
            root.mkdir()
            return str(root)
    return None


def _lock(folder: Path, flags: int) -> int:
    """Lock a folder's lock file, and return its descriptor.

    Raises:
        OSError: there is none, or somebody else has it.
    """
    fd = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise
    return fd


def remove(root: str) -> None:
    """Remove a folder of ``make_folder``, as far as that is possible."""
    with contextlib.suppress(OSError):
        empty(root)
        os.rmdir(root)
        os.unlink(Path(root).parent / _LOCK)
        os.rmdir(Path(root).parent)


def empty(root: str) -> None:
    """Delete everything beneath a folder, however deep it is nested.

    Raises:
        OSError: something cannot be deleted.
    """
    number = 0
    while True:
        with os.scandir(root) as entries:
            found = list(entries)
        if not found:
            return
        for entry in found:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            # What is deep would be out of reach of a path: it is lifted, level by level.
            with os.scandir(entry.path) as inner:
                for child in list(inner):
                    if child.is_dir(follow_symlinks=False):
                        os.chmod(child.path, 0o700)
                    number += 1
                    os.rename(child.path, os.path.join(root, f".lifted-{os.getpid()}-{number}"))
            os.rmdir(entry.path)
