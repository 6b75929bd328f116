"""Data sets of the Hugging Face hub, or local folders that hold one, read by ``datasets``."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tuneyard.errors import UserError, check_known, first_line
from tuneyard.rows.parquet import plain

if TYPE_CHECKING:
    from tuneyard.config.rows import Rows


def iter_hub(rows: Rows, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) of one split of a hub data set; places number rows from 1.

    Raises:
        UserError: it does not exist, cannot be reached, or lacks the subset, split or revision.
    """
    name = str(rows.hub)
    split = rows.split or "train"
    found = iter(_load(rows, name, split, where))
    for number in itertools.count(1):
        place = f"{name} ({split}): row {number}"
        try:
            row = plain(next(found))
        except StopIteration:
            return
        except (ValueError, OverflowError, LookupError, ArithmeticError) as error:
            raise UserError(
                f"a row cannot be read ({first_line(error)})",
                where=place,
                remedy="mend it, or leave the column out of the data set",
            ) from None
        yield place, row


def _load(rows: Rows, name: str, split: str, where: str) -> Any:
    import datasets
    from datasets.exceptions import DatasetsError

    datasets.disable_progress_bars()  # a study's one bar a stage is tuneyard's own
    shown = {"hub": name, "revision": rows.revision, "subset": rows.subset, "split": split}
    local = os.path.isdir(name)
    try:
        found = datasets.load_dataset(name, rows.subset, revision=None if local else rows.revision)
    except ConnectionError as error:
        raise UserError(
            f"the hub cannot be reached ({first_line(error)})",
            where=where,
            value=shown,
            remedy="connect, or download it first with "
            f"`hf download --repo-type dataset {name} --local-dir DIR` and write hub: DIR",
        ) from None
    except (DatasetsError, OSError, ValueError, RuntimeError, LookupError, TypeError) as error:
        raise UserError(
            f"a data set could not be loaded ({first_line(error)})",
            where=where,
            value=shown,
            remedy="check its name (OWNER/NAME, or a folder with data files), revision and subset, "
            "and your access to it",
        ) from None
    check_known(split, found, "a data set has no such split", where=where)
    return found[split]
