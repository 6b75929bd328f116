"""One stage's output: complete when its manifest, written last, says so, and believed when it is
still what the manifest says."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.artifacts.fetch import fetch, pinned
from tuneyard.artifacts.folder import Folder, remove
from tuneyard.errors import UserError
from tuneyard.records import file_digest

MANIFEST = "manifest.json"


def content_key(stage: str, part: Any) -> str:
    """Return the key of a stage: SHA-256 over its name and its configuration.

    Equal keys mean equal configuration and inputs.

    Args:
        stage: the stage's name, e.g. ``train``.
        part: JSON-able configuration that the stage reads, with the keys of the artifacts that it
            reads, and nothing else.
    """
    text = json.dumps([stage, part], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Artifact:
    """One stage's output in a run directory, complete or not."""

    run: Folder
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
        found = None if text is None else _parsed(text)
        return found if found is not None and found["key"] == self.key else None

    def complete(self) -> bool:
        """Tell whether the stage has finished and every file is there and as it was written.

        Of a remote one the sizes are compared; ``local`` does the rest once it has the files.
        """
        found = self.manifest()
        return found is not None and self._changed(found) is None

    def damage(self) -> str | None:
        """Say what of a finished artifact was changed; None: nothing, or it was never finished."""
        if self.run.read_text("stages", self.name, MANIFEST) is None:
            return None
        found = self.manifest()
        return f"its {MANIFEST} is damaged" if found is None else self._changed(found)

    def local(self, *parts: str) -> Path:
        """Return a local folder that holds the files, fetched where the run is remote.

        Args:
            parts: a folder or file inside the artifact, instead of the whole.

        Raises:
            UserError: a file is not what the stage wrote.
        """
        place, wrong = self._fetched(parts)
        if wrong is not None and self.run.remote:
            with suppress(OSError):
                remove(str(place))  # this machine's copy may be what is damaged
            place, wrong = self._fetched(parts)
        if wrong is not None:
            raise UserError(
                f"a finished step's files were changed since it wrote them: {wrong}",
                where=self.url,
                remedy="delete this folder and run the same command again: the step is run again, "
                "and what else is done is kept",
            )
        return place

    def checked(self, *parts: str) -> str:
        """Return the address of a folder or file inside, which is as the stage wrote it.

        It is for ``fetch``, on whatever node.

        Raises:
            UserError: it is not.
        """
        self.local(*parts)
        return self._pinned(parts, self._entries(parts) or {})

    def _entries(self, parts: tuple[str, ...]) -> dict[str, Any] | None:
        """Return what the manifest says of the files in ``parts``; None where there is none."""
        prefix, found = "/".join(parts), self.manifest()
        if found is None:
            return None
        return {
            name: entry
            for name, entry in found["files"].items()
            if not prefix or name == prefix or name.startswith(f"{prefix}/")
        }

    def _pinned(self, parts: tuple[str, ...], entries: Mapping[str, Any]) -> str:
        return pinned("/".join([self.url, *parts]), _digest_of(entries))

    def _fetched(self, parts: tuple[str, ...]) -> tuple[Path, str | None]:
        """Return a local copy of ``parts``, and which of its files is not what was written."""
        prefix, files = "/".join(parts), self._entries(parts)
        if files is None:
            return Path(self.url), f"its {MANIFEST} is damaged or not there"
        try:
            with self.run.told():
                place = fetch(self._pinned(parts, files))
        except FileNotFoundError:
            return Path(self.url), f"{prefix or 'the folder'} is not there"
        if prefix and not files:
            return Path(self.url), f"{prefix} is not there"
        for name, entry in files.items():
            inside = name.removeprefix(prefix).lstrip("/")
            if wrong := _differs(place / inside if inside else place, name, entry):
                return place, wrong
        return place, None

    def _changed(self, manifest: Mapping[str, Any]) -> str | None:
        """Name the first file that is not as the manifest says."""
        for name, entry in manifest["files"].items():
            if not self.run.remote:
                wrong = _differs(Path(self.run.join("stages", self.name, name)), name, entry)
            else:
                size = self.run.size("stages", self.name, name)
                wrong = None if size == entry["bytes"] else _resized(name, size, entry)
            if wrong is not None:
                return wrong
        return None

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
            # Of what is read back: JSON's keys are texts.
            manifest["sha256"] = _digest_of(json.loads(json.dumps(manifest)))
            text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
            (folder / MANIFEST).write_text(text, encoding="utf-8")
            self.run.publish(folder, "stages", self.name, last=MANIFEST)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _parsed(text: str) -> dict[str, Any] | None:
    """Return a manifest, or None where the text is none, or not the one that was written."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("key"), str)
        or not isinstance(found.get("facts"), dict)
        or not isinstance(found.get("files"), dict)
        or not all(
            isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys()
            for entry in found["files"].values()
        )
    ):
        return None
    rest = {name: value for name, value in found.items() if name != "sha256"}
    return found if found.get("sha256") == _digest_of(rest) else None


def _digest_of(manifest: Mapping[str, Any]) -> str:
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _differs(path: Path, name: str, entry: Mapping[str, Any]) -> str | None:
    """Say how a local file differs from what the manifest says of it."""
    try:
        found = path.stat()
        if not path.is_file() or found.st_size != entry["bytes"]:
            return _resized(name, found.st_size, entry)
        if _digest(path, found.st_size, found.st_mtime_ns, found.st_ino) != entry["sha256"]:
            return f"{name} has another content"
    except FileNotFoundError:
        return _resized(name, None, entry)
    except (OSError, ValueError) as error:
        return f"{name} cannot be read ({getattr(error, 'strerror', error)})"
    return None


@functools.cache
def _digest(path: Path, size: int, changed: int, inode: int) -> str:
    """Return a file's digest, computed once as long as the file stays as it is."""
    return file_digest(path)


def _resized(name: str, size: int | None, entry: Mapping[str, Any]) -> str:
    if size is None:
        return f"{name} is not there"
    return f"{name} has {size:,} bytes, not {entry['bytes']}"
