"""The data sets of a study: their files are there, and the splits that it needs have examples."""

from __future__ import annotations

import os

from tuneyard.base_models import refuse_revision
from tuneyard.config import Data, Rows, Study
from tuneyard.errors import UserError, check_known
from tuneyard.generators import GENERATORS
from tuneyard.rows import local_path


def check_data(study: Study, where: str) -> None:
    """Raise a ``UserError`` for data sets that lack files, or a split which the study needs."""
    trained = {kind for regime in study.regimes for kind in regime} if study.trained else set()
    for kind, data in study.data.items():
        for name in data.objects or []:
            known = list(GENERATORS[data.source].objects)
            check_known(
                name,
                known,
                f"an unknown object of {data.source}",
                where=f"{where}: data.{kind}.objects",
            )
        check_rows(data.rows, f"{where}: data.{kind}.rows")
        for split in ("train", "validation", "test"):
            rows = data.rows_of(split)
            check_rows(rows, f"{where}: data.{kind}.files.{split}")
            needed = (split == "train" and kind in trained) or (
                split in study.evaluate.splits and kind in study.evaluated
            )
            if needed and not has_split(data, split):
                unasked = split == "train" and study.matrix.train_on is None and len(study.data) > 1
                raise UserError(
                    f"the {split} split that the study needs is empty",
                    where=f"{where}: data.{kind}",
                    value=(data.counts or data.split or data.files).model_dump(),
                    remedy=(
                        "for evaluation only, leave it out of matrix.train_on: "
                        f"[[{', '.join(name for name in study.data if name != kind)}]]; else "
                        if unasked
                        else ""
                    )
                    + f"name a source in files.{split}, or raise "
                    f"split.{split}, or counts.{split} of generated data",
                )


def check_rows(rows: Rows | None, where: str) -> None:
    """Refuse a file that is not there, and a hub data set that is not pinned."""
    if rows is None:
        return
    if rows.path is not None:
        if not os.path.isfile(local_path(rows.path, where)):
            folder = os.path.isdir(local_path(rows.path, where))
            raise UserError(
                "a data file is a folder" if folder else "a data file does not exist",
                where=where,
                value=rows.path,
                remedy="check the path (it is taken from the working directory)",
            )
    elif os.path.isdir(str(rows.hub)):
        refuse_revision(rows.revision, str(rows.hub), f"{where}.revision")
    elif rows.revision is None:
        raise UserError(
            "a hub data set is not pinned, and no folder of that name is here",
            where=where,
            value=rows.hub,
            remedy="add revision: COMMIT (or revision: main to follow the branch)",
        )


def has_split(data: Data, split: str) -> bool:
    """Tell whether a data set has examples of a split."""
    if data.rows_of(split) is not None or data.source == "instructions":
        return data.rows_of(split) is not None
    return data.counts is None or getattr(data.counts, split) > 0
