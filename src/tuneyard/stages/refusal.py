"""What a study refuses of what its steps found.

A step writes down what it found, and this is held against the settings of ``preflight`` when the
step was run and each time that the study is planned or run again. So a setting makes no result
another, and one that is made stricter counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuneyard.config import Preflight
from tuneyard.data import overlap
from tuneyard.data.preflight import refuse_truncated
from tuneyard.errors import UserError
from tuneyard.plan import Asked, Plan, Step, steps
from tuneyard.records import Example
from tuneyard.repeats import refuse_repeats
from tuneyard.stages.trials import SHOWN, Unjudged, has_tests

Facts = Mapping[str, Any]
KINDS = (steps.Prepare, steps.Overlap, steps.PairOverlap, steps.Preflight, steps.Prefer)
"""The steps whose findings ``refuse`` knows."""


def refuse(step: Step, facts: Facts, limits: Preflight) -> None:
    """Raise a ``UserError`` of what a step found, where the settings refuse it.

    What tests judge is for ``refuse_tests``.
    """
    if "repeats" in facts:
        assert isinstance(step, steps.Prepare | steps.PairOverlap | steps.ReadPairs)
        named = f"data.{step.kind}" if isinstance(step, steps.Prepare) else f"{step.section}.pairs"
        refuse_repeats(
            facts["repeats"],
            limits.answers_in_questions,
            f"name the columns that hold the bare texts ({named}.columns: {{…: COLUMN}})",
        )
    # Of a split's own overlap the rest is refused by the preflight: what is removed has left then.
    if isinstance(step, steps.Preflight | steps.PairOverlap):
        overlap.refuse(facts.get("overlap", {}), limits, step.label)
    refuse_truncated(facts.get("truncated", ()), limits, step.label)


def refuse_tests(plan: Plan, facts_of: Callable[[Step], Facts | None], limits: Preflight) -> None:
    """Refuse the rows' tests once those of all splits were tried, where the settings do.

    Args:
        facts_of: returns what a step found; None: it was not run.

    Raises:
        UserError: tests that judge nothing are refused, or verdicts are asked for and no row can
            have one.
    """
    found = {step.key: facts_of(step) for step in plan.judges}
    known = {key: facts for key, facts in found.items() if facts is not None}
    if len(known) != len(found):
        return
    if limits.tests == "refuse":
        _refuse_unjudged(plan.judges, known)
    tested = {key: facts["tested"] for key, facts in known.items()}
    for asked in plan.asked:
        _refuse_none(asked, tested)


def refuse_untested(plan: Plan, rows: Mapping[str, Sequence[Example]]) -> None:
    """Raise a ``UserError`` where verdicts are asked of rows without tests, before these are tried.

    Args:
        rows: what the plan's judge steps would try, by their keys, as far as it is known.
    """
    tested = {key: sum(map(has_tests, own)) for key, own in rows.items()}
    for asked in plan.asked:
        if all(step.key in tested for step in asked[1]):
            _refuse_none(asked, tested)


def _refuse_unjudged(judges: Sequence[steps.Judge], known: Mapping[str, Facts]) -> None:
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
