"""Reads the rows that a study file names: a file, or a hub data set."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.errors import UserError
from tuneyard.places import told
from tuneyard.rows.json_file import iter_json
from tuneyard.rows.text_file import PARQUET, starts_with

if TYPE_CHECKING:
    from tuneyard.config.rows import Rows

_BLOCK = 1 << 20


def read(rows: Rows, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) of a file or a hub data set.

    Args:
        where: the key of the study file that names them, for messages.

    Raises:
        UserError: the source is missing, cannot be reached, or is malformed.
    """
    if rows.hub is not None:
        from tuneyard.rows.hub import iter_hub

        return iter_hub(rows, where)
    path = local_path(str(rows.path), where)
    if path.suffix.lower() == ".parquet" or starts_with(path, PARQUET):
        from tuneyard.rows.parquet import iter_parquet

        return iter_parquet(path)
    return iter_json(path)


def local_path(path: str, where: str) -> Path:
    """Return ``expanded`` as a path."""
    return Path(expanded(path, where))


def expanded(path: str, where: str) -> str:
    """Return an address with ``~`` and ``${NAME}`` replaced.

    Raises:
        UserError: an environment variable is not set, or ``~NAME`` is nobody's home.
    """
    for name in re.findall(r"\$\{(\w+)\}|\$(\w+)", path):
        word = "".join(name)
        if not os.environ.get(word):
            raise UserError(
                f"the environment variable {word} is not set",
                where=where,
                value=path,
                remedy=f"set {word}, or write the path out",
            )
    found = os.path.expanduser(os.path.expandvars(path))
    if found.startswith("~"):
        raise UserError(
            "a path begins with the home of a user who is not known here",
            where=where,
            value=path,
            remedy="write the path out, or ./~… for a name that begins so",
        )
    return found


def digest(rows: Rows, where: str) -> dict[str, Any]:
    """Return what identifies the rows: a file's bytes, or a hub data set's name and revision.

    A local folder given as ``hub`` is identified by the bytes of its files.

    Raises:
        UserError: see ``local_path``; or the file cannot be read.
    """
    if rows.hub is None:
        path = local_path(str(rows.path), where)
        return {"sha256": _sha256([path], where)}
    folder = Path(rows.hub)
    found = {"subset": rows.subset, "split": rows.split or "train"}
    if os.path.isdir(folder):
        return {**found, "sha256": _sha256(sorted(folder.rglob("*")), where, folder)}
    return {**found, "hub": rows.hub, "revision": rows.revision}


def _sha256(paths: list[Path], where: str, folder: Path | None = None) -> str:
    found = hashlib.sha256()
    for path in paths:
        if folder is not None:
            if not os.path.isfile(path):
                continue
            found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        with (
            told(
                "a data file cannot be read",
                where=where,
                value=path,
                remedy="check the path (it is taken from the working directory)",
            ),
            path.open("rb") as source,
        ):
            while block := source.read(_BLOCK):
                found.update(block)
    return found.hexdigest()
