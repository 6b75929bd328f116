"""One stage's output: complete when its manifest, written last, says so."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.artifacts.fetch import fetch
from tuneyard.artifacts.folder import Folder
from tuneyard.records import file_digest

MANIFEST = "manifest.json"


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
            self.run.publish(folder, "stages", self.name, last=MANIFEST)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
