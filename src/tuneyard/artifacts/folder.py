"""A study's folder, local or behind an fsspec URL: files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tuneyard import processes
from tuneyard.artifacts.fetch import remote
from tuneyard.errors import UserError, first_line

_HOST = socket.gethostname()
# What a file that is not there raises; a folder in its place is no such file either.
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


def half_written(name: str) -> str:
    """Return what a file or folder in the making is called: ``sweep`` knows whose it is."""
    return f".{name}~{_HOST}~{os.getpid()}~"


@dataclass(frozen=True)
class Folder:
    """A folder, local or remote.

    Args:
        url: a local path or an fsspec URL.
    """

    url: str

    @property
    def remote(self) -> bool:
        """Tell whether files have to be fetched before they can be opened."""
        return remote(self.url)

    @property
    def root(self) -> str:
        """The folder as an absolute path, or the URL without a trailing slash."""
        if self.remote:
            return self.url.rstrip("/")
        return os.path.abspath(self.url.removeprefix("file://"))

    def join(self, *parts: str) -> str:
        """Return the address of something inside the run directory."""
        return "/".join([self.root, *parts])

    def temporary(self, name: str) -> Path:
        """Make a local folder for an artifact in the making, if possible on the run's own disk."""
        if self.remote:
            return Path(tempfile.mkdtemp(prefix="tuneyard-"))
        Path(self.root, "stages").mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self.join("stages"), prefix=half_written(name)))

    def publish(self, folder: Path, *parts: str, last: str) -> None:
        """Move a finished local folder to its place; the file ``last`` arrives last."""
        target = self.join(*parts)
        if not self.remote:
            try:
                folder.chmod(0o755)
                remove(target)  # an incomplete or damaged one: it was not trusted
                os.rename(folder, target)
            except OSError as error:
                raise unwritable(error, target) from None
            return
        names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        with self.told():
            for name in [n for n in names if n != last] + [last]:
                self._files.put_file(str(folder / name), self._place(*parts, name))

    def read_text(self, *parts: str) -> str | None:
        """Return a file's text, or None where there is none. Bytes that are none become U+FFFD.

        Raises:
            UserError: the file, or the store, cannot be read.
        """
        try:
            with self.told():
                if self.remote:
                    data: bytes = self._files.cat_file(self._place(*parts))
                else:
                    path = Path(self.join(*parts))
                    if not stat.S_ISREG(path.stat().st_mode):
                        return None  # a pipe would be waited for
                    data = path.read_bytes()
        except _ABSENT:
            return None
        return data.decode("utf-8", "replace")

    def write_text(self, text: str, *parts: str) -> None:
        """Write a small file in one step: readers see the old or the new one, whole.

        Raises:
            UserError: it cannot be written.
        """
        if self.remote:
            with self.told():
                self._files.pipe_file(self._place(*parts), text.encode())
            return
        path = Path(self.join(*parts))
        temporary = path.with_name(f"{half_written(path.name)}{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, path)
        except OSError as error:
            raise unwritable(error, str(path)) from None
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()

    def size(self, *parts: str) -> int | None:
        """Return a file's size in bytes, or None where there is none."""
        try:
            with self.told():
                if self.remote:
                    return int(self._files.size(self._place(*parts)))
                return os.stat(self.join(*parts)).st_size
        except _ABSENT:
            return None

    def create_text(self, text: str, *parts: str) -> bool:
        """Write a small file to a store, and return True, unless there is one already.

        Raises:
            UserError: it cannot be written.
        """
        try:
            with self.told():
                self._files.pipe_file(self._place(*parts), text.encode(), mode="create")
        except FileExistsError:
            return False
        return True

    def names(self, *parts: str) -> list[str]:
        """Return what is in a folder, by name; nothing where there is none.

        Raises:
            UserError: the folder, or the store, cannot be read.
        """
        try:
            with self.told():
                if not self.remote:
                    return sorted(os.listdir(self.join(*parts)))
                found = self._files.ls(self._place(*parts), False)
        except _ABSENT:
            return []
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def discard(self, *parts: str) -> None:
        """Remove a folder or file inside the run directory, if it is there."""
        if self.remote:
            with self.told():
                target = self._place(*parts)
                if self._files.exists(target):
                    self._files.rm(target, recursive=True)
        else:
            target = self.join(*parts)
            shutil.rmtree(target, ignore_errors=True)
            with contextlib.suppress(OSError):
                os.unlink(target)

    def sweep(self) -> None:
        """Remove what a killed process on this machine left half-written."""
        root = Path(self.root)
        for path in [
            *root.glob(".*~*~*~*"),
            *root.glob("*/.*~*~*~*"),
            *root.glob("work/*/.*~*~*~*"),
        ]:
            host, pid = path.name.split("~")[-3:-1]
            if host == _HOST and pid.isdigit() and processes.writes_no_more(int(pid)):
                with contextlib.suppress(OSError):
                    remove(str(path))

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn whatever a store raises, and what a damaged folder does, into a ``UserError``.

        That something is not there, or is, passes.
        """
        try:
            yield
        except (UserError, FileExistsError, *_ABSENT):
            raise
        except Exception as error:  # every store has exceptions of its own
            if not self.remote and not isinstance(error, OSError | ValueError):
                raise
            raise unusable(error, self.root) from error

    @cached_property
    def _files(self) -> Any:
        import fsspec

        return fsspec.core.url_to_fs(self.root)[0]

    def _place(self, *parts: str) -> str:
        """Return what a store calls something inside it."""
        import fsspec

        return str(fsspec.core.url_to_fs(self.join(*parts))[1])


@contextlib.contextmanager
def for_a_while(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Have a folder inside the block: what of it is made for that is removed again, if empty.

    Raises:
        OSError, ValueError: it cannot be made.
    """
    path = Path(folder)
    missing = [part for part in (path, *path.parents) if not part.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for part in missing:
            with contextlib.suppress(OSError):
                part.rmdir()


def remove(path: str) -> None:
    """Remove a folder, or a file in its place."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def unusable(error: Exception, where: str) -> UserError:
    """Say in the user's words that a folder or its store cannot be used."""
    said = first_line(error, 200)
    if isinstance(error, ImportError | ValueError):
        return UserError(
            f"the run directory's address is of no known kind ({said})",
            where=where,
            value=where,
            remedy="use a local folder, or install the fsspec package of that protocol",
        )
    if "://" not in where and isinstance(error, OSError):
        return UserError(
            f"the run directory cannot be used ({error.strerror})",
            where=str(error.filename or where),
            remedy="mend that, or choose another with run_dir=...",
        )
    return UserError(
        f"the run directory's store cannot be used ({type(error).__name__}: {said})",
        where=where,
        remedy="check the address, your credentials and the network, and run the same command "
        "again: what is done is kept",
    )


def unwritable(error: Exception, where: str) -> UserError:
    """Say in the user's words that a folder cannot be written to."""
    number = getattr(error, "errno", None)
    what, remedy = "the run directory cannot be written to", "choose another with run_dir=..."
    if number in (errno.ENOSPC, errno.EDQUOT):
        what = "the disk of the run directory is full"
        remedy = "free some space, or choose another with run_dir=..."
    elif isinstance(error, FileExistsError | NotADirectoryError):
        what = "a file stands where the run directory should be"
    elif isinstance(error, IsADirectoryError):
        what, remedy = "a folder stands where a file of the run directory should be", "move it away"
    elif isinstance(error, ValueError):
        return unusable(error, where)
    elif isinstance(error, OSError) and error.strerror:
        what += f" ({error.strerror})"
    place = str(getattr(error, "filename", None) or where)
    on_the_way = where == place or where.startswith(place.rstrip("/") + "/")
    return UserError(what, where=where, value=place if on_the_way else where, remedy=remedy)
