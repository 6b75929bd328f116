"""Text files: whatever is wrong with a file itself is one message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneyard.errors import UserError
from tuneyard.places import told

_Path = str | os.PathLike[str]

PARQUET = b"PAR1"
"""How every Parquet file begins."""

_SIGNATURES = {
    b"\x1f\x8b": ("a gzip file", "unpack it first"),
    b"PK\x03\x04": ("a zip file", "unpack it first"),
    b"BZh": ("a bzip2 file", "unpack it first"),
    b"\xfd7zXZ": ("an xz file", "unpack it first"),
    b"(\xb5/\xfd": ("a zstd file", "unpack it first"),
    PARQUET: ("a Parquet file", "convert it to JSONL"),
    b"ARROW1": ("an Arrow file", "convert it to Parquet or JSONL"),
    b"\xff\xfe": ("UTF-16 text", "convert it to UTF-8"),
    b"\xfe\xff": ("UTF-16 text", "convert it to UTF-8"),
}
"""How files begin that are taken for text now and then, what they are, and the remedy."""


_TABLES = {
    ".csv": "CSV", ".tsv": "TSV", ".xls": "an Excel table", ".xlsx": "an Excel table",
}  # fmt: skip
"""Ends of names of files that hold rows in a form that is not read, and the form."""


def read_text(path: _Path) -> str:
    """Return a UTF-8 file's text, line ends as ``\\n``, without a byte order mark.

    Raises:
        UserError: the file is missing, unreadable, or is not UTF-8.
    """
    with _readable(path), _open(path) as file:
        text = file.read()
        if not text.isascii():
            _check(text, 1, path)
        return str(text)


def iter_lines(path: _Path) -> Iterator[str]:
    """Yield a UTF-8 file's lines with their ends, without holding all of them.

    Raises:
        UserError: as ``read_text``.
    """
    with _readable(path), _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                _check(line, number, path)
            yield line


def starts_with(path: _Path, signature: bytes) -> bool:
    """Tell whether a file begins with these bytes; false where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(signature)) == signature
    except (OSError, ValueError):
        return False


def _open(path: _Path) -> Any:
    form = _TABLES.get(Path(path).suffix.lower())
    if form is not None and os.path.isfile(path):
        raise UserError(
            f"a file of rows is {form}, which is not read",
            where=str(path),
            remedy="convert it to JSONL or Parquet: one object a row, with a key for each column",
        )
    # Bytes that are no UTF-8 become lone surrogates, so that they are found with their line: the
    # codec's own error knows a place within its buffer only.
    return open(path, encoding="utf-8-sig", errors="surrogateescape")


def _check(text: str, line: int, path: _Path) -> None:
    """Refuse a text with bytes that were no UTF-8; ``line`` is the number of its first line."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        for signature, (kind, remedy) in _SIGNATURES.items():
            if starts_with(path, signature):
                raise UserError(
                    f"a file is {kind}, where UTF-8 text was expected",
                    where=str(path),
                    value=signature,
                    remedy=remedy,
                ) from None
        start = error.start
        column = start - text.rfind("\n", 0, start)
        raise UserError(
            "a file is not UTF-8 text",
            where=f"{path}:{line + text.count(chr(10), 0, start)}:{column}",
            value=text[max(0, start - 20) : start + 20].encode("utf-8", "surrogateescape"),
            remedy="convert it to UTF-8",
        ) from None


@contextmanager
def _readable(path: _Path) -> Iterator[None]:
    """Turn what is wrong with a file itself into a UserError."""
    where = str(path)
    with told(
        "a file cannot be read",
        where=where,
        value=where,
        remedy="check the path and its permissions",
    ):
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            raise UserError("a file does not exist", where=where, remedy="check the path") from None
        except IsADirectoryError:
            raise UserError(
                "a folder stands where a file was expected", where=where, remedy="name a file"
            ) from None
