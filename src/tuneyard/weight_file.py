"""Whether a file of weights is whole, and what its header says of its tensors; reads no numbers."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path


def fault(path: Path) -> str | None:
    """Return what is wrong with a weight file, or None where nothing shows.

    A safetensors file begins with a header of names, types, shapes and places, which the library
    holds against one another and the file's size; PyTorch's files are ZIP archives, whose
    directory is at the end, or (of old) pickles.
    """
    try:
        size = os.stat(path).st_size
        with path.open("rb") as source:
            head = source.read(8)
            if head.startswith(b"version "):
                return "it is a Git LFS pointer, not the file: run git lfs pull"
            if path.suffix != ".safetensors":
                if not head.startswith((b"PK\x03\x04", b"\x80")):  # an archive, an old file
                    return "it is no file of PyTorch's" if head else "it is cut off"
                cut = head.startswith(b"PK") and not zipfile.is_zipfile(source)
                return "it is cut off" if cut else None
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    from safetensors import SafetensorError

    try:
        headers(path)
    except (SafetensorError, OSError, ValueError, OverflowError) as error:
        reason = str(error).removeprefix("Error while deserializing header: ")
        return f"it has {size:,} bytes, which do not fit its header ({reason})"
    return None


def headers(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and type (``F32``, ``BF16``, ``U8``, …) of each tensor in a safetensors file.

    Raises:
        SafetensorError, OSError: the file is not whole.
    """
    from safetensors import safe_open

    with safe_open(path, framework="np") as source:
        slices = {name: source.get_slice(name) for name in source.keys()}  # noqa: SIM118
        return {
            name: (tuple(part.get_shape()), str(part.get_dtype())) for name, part in slices.items()
        }


def sample(path: Path, name: str, size: int = 1 << 20) -> bytes:
    """Return the first bytes of a tensor in a whole safetensors file, whatever their type."""
    with path.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        start, end = json.loads(source.read(length))[name]["data_offsets"]
        source.seek(8 + length + start)
        return source.read(min(size, end - start))
