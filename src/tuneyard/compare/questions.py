"""Which rows of a cell ask the same question: they count as one draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable

from tuneyard.compare.inputs import Cell


def questions_of(cell: Cell) -> dict[Hashable, Hashable]:
    """Return the question of each example: its instruction but for case and space.

    Examples without an instruction are questions of their own. Taking two questions for one errs
    on the side of caution: tests become a little less sure, and no mean changes.
    """
    return {str(row["id"]): _question(row.get("instruction"), str(row["id"])) for row in cell.rows}


def distinct_of(cell: Cell) -> int | None:
    """Return how many different questions a cell asks; None where rows carry no instruction."""
    if any(row.get("instruction") is None for row in cell.rows):
        return None
    return len(set(questions_of(cell).values()))


def _question(instruction: object, identity: str) -> Hashable:
    if instruction is None:
        return ("id", identity)
    return " ".join(unicodedata.normalize("NFC", str(instruction)).casefold().split())
