"""Temporary folders as tests get them."""

from __future__ import annotations

import os
import pathlib
from typing import Any


class PathFactory:
    """What ``tmp_path_factory`` gives a test."""

    def __init__(self, base: pathlib.Path) -> None:
        self._base = base

    def getbasetemp(self) -> pathlib.Path:
        """Return the folder that holds the others."""
        return self._base

    def mktemp(self, basename: str, numbered: bool = True) -> pathlib.Path:
        """Make a folder."""
        if not numbered:
            folder = self._base / basename
        else:
            taken = {path.name for path in self._base.iterdir()}
            number = next(n for n in range(len(taken) + 1) if f"{basename}{n}" not in taken)
            folder = self._base / f"{basename}{number}"
        folder.mkdir()
        return folder


class LocalPath:
    """What ``tmpdir`` gives a test: a path with the methods of the older library."""

    def __init__(self, path: Any) -> None:
        self._path = pathlib.Path(path)

    def __fspath__(self) -> str:
        return str(self._path)

    __str__ = __fspath__

    def __repr__(self) -> str:
        return f"local({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __truediv__(self, name: Any) -> LocalPath:
        return self.join(name)

    strpath = property(__fspath__)
    basename = property(lambda self: self._path.name)
    purebasename = property(lambda self: self._path.stem)
    ext = property(lambda self: self._path.suffix)
    dirname = property(lambda self: str(self._path.parent))
    dirpath = property(lambda self: lambda *names: LocalPath(self._path.parent.joinpath(*names)))

    def join(self, *names: Any) -> LocalPath:
        """Return a path below."""
        return LocalPath(self._path.joinpath(*map(os.fspath, names)))

    def mkdir(self, *names: Any) -> LocalPath:
        """Make a folder below."""
        found = self.join(*names)
        found._path.mkdir()
        return found

    def ensure(self, *names: Any, dir: bool = False) -> LocalPath:
        """Make a file or a folder below, and the folders above it."""
        found = self.join(*names)
        (found._path if dir else found._path.parent).mkdir(parents=True, exist_ok=True)
        if not dir:
            found._path.touch()
        return found

    def write(self, data: Any, mode: str = "w", ensure: bool = False) -> None:
        """Write a file."""
        if ensure:
            self.ensure()
        binary = "b" in mode or isinstance(data, bytes)
        mode = f"{mode}b" if binary and "b" not in mode else mode
        with open(self, mode, encoding=None if binary else "utf-8") as file:
            file.write(data if binary else str(data))

    def write_text(self, data: str, encoding: str, ensure: bool = False) -> None:
        """Write a file of text."""
        self.write(data.encode(encoding), "wb", ensure)

    def read(self, mode: str = "r") -> Any:
        """Read a file."""
        with open(self, mode, encoding=None if "b" in mode else "utf-8") as file:
            return file.read()

    def read_text(self, encoding: str) -> str:
        """Read a file of text."""
        return self._path.read_text(encoding=encoding)

    def readlines(self, cr: bool = True) -> list[str]:
        """Read a file's lines, with or without their ends."""
        return str(self.read()).splitlines(keepends=cr)

    def open(self, mode: str = "r", **named: Any) -> Any:
        """Open a file."""
        return open(self, mode, **named)

    def listdir(self) -> list[LocalPath]:
        """Return what a folder holds."""
        return [LocalPath(path) for path in sorted(self._path.iterdir())]

    def exists(self) -> bool:
        """Say whether it is there."""
        return self._path.exists()

    def check(self, file: Any = None, dir: Any = None) -> bool:
        """Say whether it is there, and is a file or a folder."""
        right = file is None or self._path.is_file() is bool(file)
        return right and (dir is None or self._path.is_dir() is bool(dir)) and self._path.exists()

    isfile = property(lambda self: self._path.is_file)
    isdir = property(lambda self: self._path.is_dir)
    size = property(lambda self: lambda: self._path.stat().st_size)

    def remove(self, **_: Any) -> None:
        """Delete it, and what it holds."""
        import shutil

        if self._path.is_dir():
            shutil.rmtree(self._path)
        else:
            self._path.unlink()

    def chdir(self) -> LocalPath:
        """Change the working directory, and return the one before."""
        before = LocalPath(os.getcwd())
        os.chdir(self)
        return before
