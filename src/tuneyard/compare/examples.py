"""Worked examples: for each error category that occurs, one answer to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuneyard.compare.errors import rank
from tuneyard.compare.inputs import Cell, System


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """One answer of an error category.

    ``count`` says in how many answers the category occurs, over all systems of the split.
    """

    category: str
    count: int
    system: System
    kind: str
    row: Mapping[str, Any]


def worked_examples(cells: Sequence[Cell], split: str, baseline: str) -> list[WorkedExample]:
    """Return an answer for each category that occurs on a split, in the taxonomy's order.

    Trained arms come before the baseline (whose errors say little), answers that are drawn before
    those that are not, then the shortest: an example should show one thing.
    """
    found: dict[str, list[tuple[Cell, Mapping[str, Any]]]] = {}
    for cell in cells:
        if cell.split == split:
            for row in cell.rows:
                category = row.get("error_category")
                if category is not None and row.get("prediction") is not None:
                    found.setdefault(str(category), []).append((cell, row))
    examples = []
    for category in sorted(found, key=rank):
        cell, row = min(
            found[category],
            key=lambda pair: (
                pair[0].system.arm == baseline,
                not ((picture := pair[1].get("picture")) and picture.whole),
                len(str(pair[1]["prediction"])),
                str(pair[1]["id"]),
            ),
        )
        examples.append(WorkedExample(category, len(found[category]), cell.system, cell.kind, row))
    return examples
