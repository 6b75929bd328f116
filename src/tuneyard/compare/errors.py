"""How often each error category occurs, by system and data kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuneyard.compare.inputs import Cell, System
from tuneyard.tasks import GROUPS, TASKS, verdicts


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """One cell's answers by category.

    Attributes:
        system: what answered.
        kind: the data set; ``split`` its part.
        n: answers with a verdict; ``missing`` those whose category was not determined.
        correct: answers without any error.
        categories: how many of each category, in the taxonomy's order; none that is 0.
        suspicious: answers that may have forged their verdict.
    """

    system: System
    kind: str
    split: str
    n: int
    missing: int
    correct: int
    categories: Mapping[str, int]
    suspicious: int = 0

    @property
    def groups(self) -> dict[str, int]:
        """Return the counts by group A–F (and ``?``), 0 included."""
        totals = dict.fromkeys(GROUPS, 0)
        for category, count in self.categories.items():
            totals[group_of(category)] += count
        return totals


def group_of(category: str) -> str:
    """Return a category's group letter, ``?`` for an unknown one."""
    return _categories().get(category, "?")


def rank(category: str) -> tuple[int, str]:
    """Return a sort key: the taxonomy's order, unknown categories last by name."""
    order = list(_categories())
    return (order.index(category) if category in order else len(order), category)


def _categories() -> dict[str, str]:
    """Return the group of each category of any task, in order of precedence."""
    return {name: group for task in TASKS.values() for name, group in task.categories.items()}


def count_errors(cells: Sequence[Cell]) -> list[ErrorCounts]:
    """Return the counts of each cell in which categories were determined at all."""
    counts = []
    for cell in cells:
        judged = [row for row in cell.rows if _judged(row)]
        if not judged:
            continue
        found = Counter(
            str(row["error_category"]) for row in judged if row["error_category"] is not None
        )
        counts.append(
            ErrorCounts(
                system=cell.system,
                kind=cell.kind,
                split=cell.split,
                n=len(judged),
                missing=len(cell.rows) - len(judged),
                correct=len(judged) - sum(found.values()),
                categories={name: found[name] for name in sorted(found, key=rank)},
                suspicious=sum(bool(row.get("suspicious")) for row in judged),
            )
        )
    return counts


def _judged(row: Mapping[str, Any]) -> bool:
    """A null category means "correct" only where the answer was run."""
    if row.get("error_category") is not None:
        return True
    ran = any(row.get(name) is not None for name in verdicts())
    return "error_category" in row and ran
