"""Trials of the tests that rows have: what is known of them, and what is said.

Where a task holds answers against the reference, what is said of tests is said of that.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tuneyard.judging.served import there
from tuneyard.plan.steps import Judge
from tuneyard.records import Example
from tuneyard.tasks import TASKS
from tuneyard.unwarned import unwarned

SHOWN = 3
"""How many rows a message names; the artifact has all."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A row whose tests judge nothing.

    Attributes:
        id: the example's.
        place: where it stands.
        reason: why nothing follows from its tests.
    """

    id: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def trials(
    examples: list[Example], places: Mapping[str, str], step: Judge, workers: int = 1
) -> list[Unjudged]:
    """Try the tests of a split, and return the rows whose tests judge nothing.

    Args:
        places: where rows stand, by id.
        workers: processes.
    """
    rows = list(filter(has_tests, examples))
    reasons = TASKS[step.rows.data.executed_as].try_rows(rows, workers, [*step.versions])
    return [
        Unjudged(example.id, places.get(example.id, example.id), reason)
        for example, reason in zip(rows, reasons, strict=True)
        if reason
    ]


def has_tests(example: Example) -> bool:
    return TASKS[example.task].has_verdict(example)


def facts(examples: list[Example], found: Sequence[Unjudged]) -> dict[str, Any]:
    """Return what is known of a split's tests, as JSON can hold it."""
    have = sum(map(has_tests, examples))
    reasons = Counter(one.reason.partition(":")[0] for one in found)
    return {
        "rows": len(examples),
        "tested": have - len(found),
        "reasons": dict(reasons.most_common()),
        "first": [asdict(one) for one in found[:SHOWN]],
        "found": {"tests": [one.id for one in found]},
    }


def lacking(examples: list[Example], found: Sequence[Unjudged]) -> list[str]:
    """Return the modules that rows without a verdict import, and that are not there.

    With them their tests may judge: see ``runner.facts_of``.
    """
    ids = {one.id for one in found}
    unjudged = [e for e in examples if e.id in ids]
    programs = [text for e in unjudged for text in (e.reference, e.meta.get("tests", ""))]
    return sorted(name for name in imported(programs) if not there(name))


def imported(programs: Iterable[str]) -> set[str]:
    """Return the top-level modules that programs import, wherever in them."""
    names: set[str] = set()
    for program in programs:
        try:
            with unwarned():
                nodes = list(ast.walk(ast.parse(program)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names}


def lines(step: Judge, known: Mapping[str, Any], found: Sequence[Unjudged] = ()) -> list[str]:
    """Say of a split how many rows have tests that judge, that do not, and none.

    Args:
        found: what is named; where it is empty the first few.
    """
    unjudged = len(known["found"]["tests"])
    named = found or [Unjudged(**one) for one in known["first"]]
    by = step.by
    return [
        f"{step.rows.role}: {known['tested']:,} of {known['rows']:,} rows "
        f"have {by} that judge, {unjudged:,} {by} that judge nothing, "
        f"{known['rows'] - known['tested'] - unjudged:,} no {by}",
        *(f"  {one}" for one in named),
    ]


def table(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a report says of a split's tests."""
    unjudged = len(known["found"]["tests"])
    why = [f"{reason} ({count:,})" for reason, count in known["reasons"].items()]
    return {
        "rows": known["rows"],
        "tests that judge": known["tested"],
        "tests that judge nothing": unjudged,
        "no tests": known["rows"] - known["tested"] - unjudged,
        "why": "; ".join(why) or None,
        "the first": known["first"][0]["place"] if known["first"] else None,
    }
