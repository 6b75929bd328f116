"""A new SQLite database for MLflow: whole, or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tuneyard import scratch
from tuneyard.artifacts.folder import half_written


def make(path: Path, fill: Callable[[Path], object]) -> None:
    """Make a file elsewhere, and put it in its place.

    MLflow makes its tables one by one for some seconds, and cannot go on with a database that was
    left in the middle. Where another process has put one there meanwhile, that one stays.

    Args:
        path: the place; its folder is there.
        fill: makes the file at the path that it is given.

    Raises:
        OSError: it cannot be written.
    """
    with scratch.folder() as folder:
        made = folder / path.name
        fill(made)
        beside = path.with_name(half_written(path.name))  # a run directory's is swept
        try:
            shutil.copyfile(made, beside)
            with contextlib.suppress(FileExistsError):
                _link(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # not every file system has hard links
        if not target.exists():
            os.rename(source, target)
