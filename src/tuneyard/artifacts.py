"""The run directory: where a study's artifacts live, and when one may be trusted.

    RUN_DIR/
      study.yaml                    the resolved configuration of the latest run
      stages/<stage>-<key>/         one folder an artifact; manifest.json is written last
      work/<stage>-<key>/           rows and checkpoints of a stage in progress
      work/training-<key>/          checkpoints of training stages that share their workers

A stage's key is the hash of its own part of the configuration and of the keys of what it reads,
so equal keys mean equal inputs: such a stage is not run again. A run directory is a local folder,
a mounted share, or any fsspec URL (``s3://bucket/runs/x``).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuneyard.errors import UserError
from tuneyard.records import file_digest

MANIFEST = "manifest.json"
# Bytes that must fit before a run starts; a disk without them would fail at its first artifact.
_PROBE_BYTES = 1 << 20
_HOST = socket.gethostname()


def content_key(stage: str, part: Any, inputs: Mapping[str, str]) -> str:
    """Return the key of a stage: SHA-256 over its name, its configuration and its inputs' keys.

    Args:
        stage: the stage's name, e.g. ``train``.
        part: JSON-able configuration that the stage reads, and nothing else.
        inputs: the key of each artifact that it reads, by role.
    """
    text = json.dumps([stage, part, dict(inputs)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Artifact:
    """One stage's output in a run directory, complete or not."""

    run: RunDir
    stage: str
    key: str

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"{self.stage}-{self.key}"

    @property
    def url(self) -> str:
        """Where its files are, for a process on another node."""
        return self.run.join("stages", self.name)

    @property
    def work(self) -> str:
        """Where the stage may keep checkpoints while it runs."""
        return self.run.join("work", self.name)

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest, or None where the artifact is not complete."""
        text = self.run.read_text("stages", self.name, MANIFEST)
        if text is None:
            return None
        try:
            found: dict[str, Any] = json.loads(text)
        except json.JSONDecodeError:
            return None
        return found if found.get("key") == self.key else None

    def complete(self) -> bool:
        """Tell whether the stage has finished and every file it lists is there."""
        found = self.manifest()
        return found is not None and all(
            self.run.size("stages", self.name, name) == entry["bytes"]
            for name, entry in found["files"].items()
        )

    def local(self) -> Path:
        """Return a local folder that holds the files, fetched where the run is remote."""
        return fetch(self.url)

    @contextmanager
    def writing(self, facts: Mapping[str, Any] | None = None) -> Iterator[Path]:
        """Yield a temporary folder; when the block ends well, it becomes the artifact.

        After an exception the folder is removed and the artifact stays incomplete. ``facts``
        is read after the block, so a mapping that the block fills ends up in the manifest.
        """
        started = time.time()
        folder = self.run.temporary(self.name)
        try:
            yield folder
            files = {
                str(path.relative_to(folder)): {
                    "bytes": path.stat().st_size,
                    "sha256": file_digest(path),
                }
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
            manifest = {
                "stage": self.stage,
                "key": self.key,
                "seconds": round(time.time() - started, 3),
                "facts": dict(facts or {}),
                "files": files,
            }
            text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
            (folder / MANIFEST).write_text(text, encoding="utf-8")
            self.run.publish(folder, "stages", self.name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class RunDir:
    """A study's folder, local or remote.

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

    def artifact(self, stage: str, key: str) -> Artifact:
        """Return the artifact of a stage with that key."""
        return Artifact(self, stage, key)

    def prepare(self) -> None:
        """Make the folder and prove that it can be written to.

        Raises:
            UserError: it is not writable, stands where a file is, or its disk is full.
        """
        try:
            if self.remote:
                self.write_text("", ".probe")
                self._files().rm(self._strip(self.join(".probe")))
                return
            Path(self.root, "stages").mkdir(parents=True, exist_ok=True)
            self._sweep()
            descriptor, name = tempfile.mkstemp(dir=self.root, prefix=".probe-")
            try:
                os.write(descriptor, os.urandom(_PROBE_BYTES))
                os.fsync(descriptor)
                if os.fstat(descriptor).st_size < _PROBE_BYTES:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.root)
            finally:
                os.close(descriptor)
                os.unlink(name)
        except (OSError, ImportError, ValueError) as error:
            raise unwritable(error, self.root) from None

    def temporary(self, name: str) -> Path:
        """Make a local folder for an artifact in the making, if possible on the run's own disk."""
        if self.remote:
            return Path(tempfile.mkdtemp(prefix="tuneyard-"))
        Path(self.root, "stages").mkdir(parents=True, exist_ok=True)
        return Path(
            tempfile.mkdtemp(dir=self.join("stages"), prefix=f".{name}~{_HOST}~{os.getpid()}~")
        )

    def publish(self, folder: Path, *parts: str) -> None:
        """Move a finished local folder to its place; the manifest arrives last."""
        target = self.join(*parts)
        if not self.remote:
            folder.chmod(0o755)
            if os.path.exists(target):  # an incomplete or damaged one: it was not trusted
                shutil.rmtree(target)
            os.rename(folder, target)
            return
        files = self._files()
        names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        for name in [n for n in names if n != MANIFEST] + [MANIFEST]:
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

    def _sweep(self) -> None:
        """Remove what a killed process on this machine left half-written."""
        for path in Path(self.root, "stages").glob(".*"):
            host, pid = [*path.name.split("~"), "", ""][1:3]
            if host == _HOST and pid.isdigit() and not _alive(int(pid)):
                shutil.rmtree(path, ignore_errors=True)

    def _files(self) -> Any:
        if "files" not in self._cache:
            import fsspec

            self._cache["files"] = fsspec.core.url_to_fs(self.root)[0]
        return self._cache["files"]

    def _strip(self, url: str) -> str:
        return str(self._files()._strip_protocol(url))


def fetch(url: str) -> Path:
    """Return a local path for a file or folder that may be remote.

    Remote ones are copied once into a cache of this machine; artifacts never change, so a copy
    that is there is right.
    """
    if "://" not in url or url.startswith("file://"):
        return Path(url.removeprefix("file://"))
    import fsspec

    name = hashlib.sha256(url.encode()).hexdigest()[:24]
    target = Path(tempfile.gettempdir(), f"tuneyard-cache-{os.getuid()}", name)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files, path = fsspec.core.url_to_fs(url)
        part = Path(tempfile.mkdtemp(dir=target.parent))
        try:
            files.get(
                path.rstrip("/") + ("/" if files.isdir(path) else ""),
                str(part / "x"),
                recursive=True,
            )
            os.rename(part / "x", target)
        except OSError:
            if not target.exists():  # else another process was faster with the same content
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return target


def unwritable(error: Exception, where: str) -> UserError:
    """Say in the user's words that a folder cannot be written to."""
    number = getattr(error, "errno", None)
    what, remedy = "the run directory cannot be written to", "choose another with run_dir=..."
    if number in (errno.ENOSPC, errno.EDQUOT):
        what = "the disk of the run directory is full"
        remedy = "free some space, or choose another with run_dir=..."
    elif isinstance(error, FileExistsError | NotADirectoryError):
        what = "a file stands where the run directory should be"
    elif isinstance(error, ImportError | ValueError):
        what, remedy = (
            f"the run directory's address is of no known kind ({error})",
            ("use a local folder, or install the fsspec package of that protocol"),
        )
    return UserError(what, where=where, value=str(error), remedy=remedy)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
