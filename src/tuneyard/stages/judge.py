"""judge: which rows of a split have tests that tell a right answer from none.

Where a task holds answers against the reference, what is said of tests is said of that.
"""

from __future__ import annotations

from tuneyard.plan.steps import Judge
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context
from tuneyard.stages.trials import facts, lacking, lines, trials


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
