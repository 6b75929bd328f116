"""A study's folder, local or behind an fsspec URL: files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuneyard import processes

_HOST = socket.gethostname()


@dataclass(frozen=True)
class Folder:
    """A folder, local or remote.

    Args:
        url: a local path or an fsspec URL.
    """

    url: str
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def remote(self) -> bool:
        """Tell whether files have to be fetched before they can be opened."""
        return "://" in self.url and not self.url.startswith("file://")

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
        return Path(
            tempfile.mkdtemp(dir=self.join("stages"), prefix=f".{name}~{_HOST}~{os.getpid()}~")
        )

    def publish(self, folder: Path, *parts: str, last: str) -> None:
        """Move a finished local folder to its place; the file ``last`` arrives last."""
        target = self.join(*parts)
        if not self.remote:
            folder.chmod(0o755)
            if os.path.exists(target):  # an incomplete or damaged one: it was not trusted
                shutil.rmtree(target)
            os.rename(folder, target)
            return
        files = self._files()
        names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        for name in [n for n in names if n != last] + [last]:
            files.put_file(str(folder / name), self._strip(f"{target}/{name}"))

    def read_text(self, *parts: str) -> str | None:
        """Return a file's text, or None where there is none."""
        try:
            if self.remote:
                return str(self._files().cat_file(self._strip(self.join(*parts))).decode())
            return Path(self.join(*parts)).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_text(self, text: str, *parts: str) -> None:
        """Write a small file in one step: readers see the old or the new one, whole."""
        if self.remote:
            self._files().pipe_file(self._strip(self.join(*parts)), text.encode())
            return
        path = Path(self.join(*parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)

    def size(self, *parts: str) -> int | None:
        """Return a file's size in bytes, or None where there is none."""
        try:
            if self.remote:
                return int(self._files().size(self._strip(self.join(*parts))))
            return os.stat(self.join(*parts)).st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def discard(self, *parts: str) -> None:
        """Remove a folder inside the run directory, if it is there."""
        if self.remote:
            target = self._strip(self.join(*parts))
            if self._files().exists(target):
                self._files().rm(target, recursive=True)
        else:
            shutil.rmtree(self.join(*parts), ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a killed process on this machine left half-written."""
        for path in Path(self.root, "stages").glob(".*"):
            host, pid = [*path.name.split("~"), "", ""][1:3]
            if host == _HOST and pid.isdigit() and not processes.alive(int(pid)):
                shutil.rmtree(path, ignore_errors=True)

    def _files(self) -> Any:
        if "files" not in self._cache:
            import fsspec

            self._cache["files"] = fsspec.core.url_to_fs(self.root)[0]
        return self._cache["files"]

    def _strip(self, url: str) -> str:
        return str(self._files()._strip_protocol(url))
