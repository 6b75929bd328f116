"""Remote files and folders as local ones."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

_PINNED = re.compile(r"#[0-9a-f]{64}$")


def remote(url: str) -> bool:
    """Tell whether a file has to be fetched before it can be opened."""
    return "://" in url and not url.startswith("file://")


def pinned(url: str, digest: str) -> str:
    """Return an address for ``fetch`` that says, of a remote file or folder, what is there.

    A step that was damaged and made again has its old address, but perhaps another content: a
    node that fetched the old one does not take it for the new one.

    Args:
        digest: SHA-256 of whatever tells the content from another, in hexadecimal.
    """
    return f"{url}#{digest}" if remote(url) else url


def fetch(url: str) -> Path:
    """Return a local path for a file or folder that may be remote.

    Remote ones are copied once into a cache of this machine.

    Args:
        url: perhaps ``pinned``; else what is there must never change.
    """
    if not remote(url):
        return Path(url.removeprefix("file://"))
    import fsspec

    name = hashlib.sha256(url.encode()).hexdigest()[:24]
    target = Path(tempfile.gettempdir(), f"tuneyard-cache-{os.getuid()}", name)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files, path = fsspec.core.url_to_fs(_PINNED.sub("", url))
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
