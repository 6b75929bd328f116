"""Whether a file of weights is whole, from its header alone."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

# As the safetensors library: a longer header is no header.
_LONGEST_HEADER = 100_000_000


def fault(path: Path) -> str | None:
    """Return what is wrong with a weight file, or None where nothing shows.

    A safetensors file begins with the length of a JSON header, which says how long the rest is;
    PyTorch's files are ZIP archives, whose directory is at the end.
    """
    try:
        size = os.stat(path).st_size
        with path.open("rb") as source:
            head = source.read(8)
            if head.startswith(b"version "):
                return "it is a Git LFS pointer, not the file: run git lfs pull"
            if path.suffix != ".safetensors":
                cut = head.startswith(b"PK\x03\x04") and not zipfile.is_zipfile(source)
                return "it is cut off" if cut or not head else None
            length = int.from_bytes(head, "little")
            if len(head) < 8 or length > min(size - 8, _LONGEST_HEADER):
                return "it is cut off, or no safetensors file"
            header = json.loads(source.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name[:2] != "__"]
        wanted = 8 + length + max(ends, default=0)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "its header is no safetensors header"
    if size != wanted:
        return f"it has {size:,} bytes where its header speaks of {wanted:,}"
    return None


def tensors(path: Path) -> list[str]:
    """Return the names of the tensors in a whole safetensors file."""
    with path.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        return [name for name in json.loads(source.read(length)) if name != "__metadata__"]
