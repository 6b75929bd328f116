"""The examples of one split of one data set: generated, or read from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tuneyard.config import Counts, Data
from tuneyard.errors import UserError
from tuneyard.records import Example, iter_json_lines

# The slides' counts, by order.
DEFAULT_COUNTS = {
    "first": Counts(train=4144, validation=500, test=500),
    "higher": Counts(train=1072, validation=130, test=130),
}


def counts_of(data: Data) -> Counts:
    """Return how many examples a generated data set has in each split."""
    return data.counts or DEFAULT_COUNTS[data.order or "first"]


def file_of(data: Data, split: str) -> str | None:
    """Return the file that holds a split, or None where it is generated or absent."""
    path: str | None = getattr(data.files, split)
    return path


def load(
    kind: str, data: Data, split: str, seed: int, avoid: Iterable[Example] = ()
) -> list[Example]:
    """Return the examples of one split.

    Args:
        kind: the data set's name in the study.
        data: its configuration.
        split: ``train``, ``validation`` or ``test``.
        seed: for the generator; the splits of one seed do not depend on one another.
        avoid: examples read from files, whose turns a generated split must not repeat.

    Raises:
        UserError: a file is missing or malformed, or the split comes out empty.
    """
    path = file_of(data, split)
    if data.source == "cocobots":
        from tuneyard.cocobots import generator, source

        order = data.order or "first"
        if path is None:
            count = getattr(counts_of(data), split)
            return generator.generate(
                order,
                split,
                kind=kind,
                count=count,
                seed=seed,
                objects=data.objects,
                avoid=avoid,
            )
        examples = source.load_public(path, order=order, kind=kind, split=split)
    elif path is None:
        return []
    else:
        examples = _read(path, kind, data.task or "python", split)
    if not examples:
        raise UserError(
            "a split is empty",
            where=f"data.{kind}.files.{split}",
            value=path,
            remedy="name a file that holds examples",
        )
    return examples


def _read(path: str, kind: str, task: str, split: str) -> list[Example]:
    """Read rows of {instruction, reference} and optional {id, tests, …}."""
    examples: list[Example] = []
    seen: dict[str, int] = {}
    for number, row in iter_json_lines(Path(path)):
        where = f"{path}:{number}"
        for name in ("instruction", "reference"):
            if not isinstance(row.get(name), str):
                raise UserError(
                    f"a row's {name!r} is missing or not a text",
                    where=where,
                    value=row.get(name),
                    remedy=f"give every row a text {name!r}",
                )
        identity = str(row.get("id", f"{split}/{kind}/{number:05d}"))
        if identity in seen:
            raise UserError(
                f"an id stands twice (first in line {seen[identity]})",
                where=where,
                value=identity,
                remedy="make ids unique, or leave them out",
            )
        seen[identity] = number
        meta = {k: v for k, v in row.items() if k not in ("id", "instruction", "reference")}
        examples.append(
            Example(identity, task, kind, split, row["instruction"], row["reference"], meta)
        )
    return examples
