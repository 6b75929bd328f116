"""Remote files and folders as local ones."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path


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
