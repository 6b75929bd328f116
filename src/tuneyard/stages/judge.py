"""judge: which rows of a split have tests that tell a right answer from none.

Where a task holds answers against the reference, what is said of tests is said of that.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tuneyard.config import Preflight
from tuneyard.errors import UserError
from tuneyard.judging.served import there
from tuneyard.plan import Asked, Plan
from tuneyard.plan.steps import Judge
from tuneyard.records import Example, write_jsonl
from tuneyard.stages.context import Context
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


def run(step: Judge, context: Context) -> str:
    """Write ``trials.jsonl``: the rows whose tests judge nothing, and why."""
    examples, places = context.examples(step.rows), context.places(step.rows)
    found = trials(examples, places, step, context.study.resources.scoring_workers)
    known = facts(examples, found) | {"lacking": lacking(examples, found)}
    with context.artifact(step).writing(known) as folder:
        write_jsonl(folder / "trials.jsonl", found)
    if found:
        context.bar.say("    " + "\n    ".join(lines(step, known)))
    by = step.by
    return f"{known['tested']:,} rows have {by} that judge, {len(found):,} {by} that do not"


def trials(
    examples: list[Example], places: Mapping[str, str], step: Judge, workers: int = 1
) -> list[Unjudged]:
    """Try the tests of a split, and return the rows whose tests judge nothing.

    Args:
        places: where rows stand, by id.
        workers: processes.
    """
    rows = list(filter(_has_tests, examples))
    reasons = TASKS[step.rows.task].try_rows(rows, workers, [*step.versions])
    return [
        Unjudged(example.id, places.get(example.id, example.id), reason)
        for example, reason in zip(rows, reasons, strict=True)
        if reason
    ]


def _has_tests(example: Example) -> bool:
    return TASKS[example.task].has_verdict(example)


def facts(examples: list[Example], found: Sequence[Unjudged]) -> dict[str, Any]:
    """Return what is known of a split's tests, as JSON can hold it."""
    have = sum(map(_has_tests, examples))
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


def refuse(plan: Plan, known: Mapping[str, Mapping[str, Any]], limits: Preflight) -> None:
    """Hold the rows of all splits against what the study asks of them.

    Args:
        known: the facts of the plan's judge steps by their keys.

    Raises:
        UserError: tests that judge nothing are refused, or verdicts are asked for and no row can
            have one.
    """
    if limits.tests == "refuse":
        _refuse_unjudged(plan.judges, known)
    tested = {key: facts["tested"] for key, facts in known.items()}
    for asked in plan.asked:
        _refuse_none(asked, tested)


def refuse_untested(plan: Plan, rows: Mapping[str, Sequence[Example]]) -> None:
    """Refuse verdicts that are asked of rows without any tests, before tests are tried.

    Args:
        rows: what the plan's judge steps would try, by their keys, as far as it is known.

    Raises:
        UserError: see above.
    """
    tested = {key: sum(map(_has_tests, own)) for key, own in rows.items()}
    for asked in plan.asked:
        if all(step.key in tested for step in asked[1]):
            _refuse_none(asked, tested)


def _refuse_unjudged(judges: Sequence[Judge], known: Mapping[str, Mapping[str, Any]]) -> None:
    by = {step.by: 0 for step in judges}
    for step in judges:
        by[step.by] += len(known[step.key]["found"]["tests"])
    if not (count := sum(by.values())):
        return
    named = [(step, Unjudged(**one)) for step in judges for one in known[step.key]["first"]]
    step, first = named[0]
    shown = "; ".join(str(one) for _, one in named[:SHOWN])
    more = f"; and {count - SHOWN:,} more" if count > SHOWN else ""
    what = " or ".join(sorted((name for name, own in by.items() if own), reverse=True))
    raise UserError(
        f"{count:,} {'rows have' if count > 1 else 'row has'} {what} that judge nothing: "
        f"{shown}{more}",
        where=f"data.{step.rows.kind}: {step.rows.split}: {first.place}",
        value=first.reason,
        remedy="mend the tests or the references, or set preflight.tests: remove (leaves such "
        "rows out of training and evaluation) or report (their answers have no verdict)",
    )


def _refuse_none(asked: Asked, tested: Mapping[str, int]) -> None:
    key, judges = asked
    if any(tested[step.key] for step in judges):
        return
    names = sorted({step.rows.kind for step in judges})
    tests = sorted({step.rows.kind for step in judges if step.by == "tests"})
    raise UserError(
        f"verdicts are asked for, and no row has {'tests' if tests else 'a reference'} that could "
        "give one",
        where=key,
        value=", ".join(names),
        remedy=(
            f"give the rows tests (data.{tests[0]}.columns: {{tests: COLUMN}}), or "
            if tests
            else "mend the references, or "
        )
        + _REMEDIES.get(key.rpartition(".")[2], "name another metric"),
    )


_REMEDIES = {
    "verify": "tell answers apart by verify: exact_match, or not at all (verify: none)",
    "metrics": "leave execution out of evaluate.metrics",
}
