"""What a study refuses of what its steps found.

A step writes down what it found, and this is held against the settings of ``preflight`` when the
step was run and each time that the study is planned or run again. So a setting makes no result
another, and one that is made stricter counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tuneyard.config import Preflight
from tuneyard.data import overlap
from tuneyard.data.preflight import refuse_truncated
from tuneyard.plan import Plan, Step, steps
from tuneyard.rows.repeats import refuse_repeats
from tuneyard.stages import judge

Facts = Mapping[str, Any]
KINDS = (steps.Prepare, steps.Overlap, steps.PairOverlap, steps.Preflight, steps.Prefer)
"""The steps whose findings ``refuse`` knows."""


def refuse(step: Step, facts: Facts, limits: Preflight) -> None:
    """Refuse what a step found, where the settings do. What tests judge is for ``refuse_tests``.

    Raises:
        UserError: see above.
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
        UserError: see ``judge.refuse``.
    """
    found = {step.key: facts_of(step) for step in plan.judges}
    known = {key: facts for key, facts in found.items() if facts is not None}
    if len(known) == len(found):
        judge.refuse(plan, known, limits)
