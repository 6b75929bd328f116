"""What a run would refuse of the rows in local files, before any step is run."""

from __future__ import annotations

from tuneyard.config import Preflight
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.plan import Plan, steps
from tuneyard.prefer.rows import find_repeats, load_pairs, render_pairs
from tuneyard.records import Example
from tuneyard.repeats import told
from tuneyard.stages import preflight, prepare, refusal
from tuneyard.stages.batches import check_batches
from tuneyard.stages.conversations import refuse_turns, refuse_weights


def check_rows(plan: Plan, seed: int, limits: Preflight) -> None:
    """Read every split, and all preference rows, that come from a local file.

    Of overlap with evaluation it sees questions that are equal; those that nearly are, and
    preference rows, are left to ``tuneyard data`` and to the run: looking for them takes its time.

    Raises:
        UserError: they are malformed, the limits refuse them, they are fewer than an optimiser step
            is to have, or verdicts are asked for and no row has tests.
    """
    sets: dict[str, list[Example]] = {}
    places: dict[str, str] = {}
    counts: dict[str, int] = {}
    for step in plan.steps:
        if isinstance(step, steps.Whole):
            rows = step.data.rows_of(step.split)
            if rows is not None and rows.path is not None:
                split = prepare.read(step, seed)
                sets[step.key] = split.examples
                counts[step.key] = len(split.examples)
                places |= split.places
                refusal.refuse(step, split.facts(), limits)
        elif isinstance(step, steps.Preflight):
            splits = (*step.train, *step.evaluation)
            asked = {one: sets[one.key] for one in splits if one.key in sets}
            for one, examples in asked.items():
                refuse_turns(step.base.model, examples, places)
                refuse_weights(
                    step.loss_on if one in step.train else "completion", examples, places
                )
            refuse_shared_ids(asked.values())
            equal = {one.name: one.facts() for one in preflight.overlaps(asked, None)}
            refusal.refuse(step, {"overlap": equal}, limits)
        elif isinstance(step, steps.Generate):
            refuse_shared_ids(sets[one.key] for one in step.sets if one.key in sets)
        elif isinstance(step, steps.ReadPairs):
            pairs, rows = step.pairs, step.pairs.rows
            if rows is not None and rows.path is not None:
                where = f"{step.section}.pairs"
                found = load_pairs(pairs, where)
                render_pairs(found, pairs.wording or step.base.model.wording, where)
                counts[step.key] = len(found)
                if repeats := find_repeats(found):
                    refusal.refuse(step, {"repeats": told(repeats, len(found))}, limits)
    check_batches(plan, lambda step: counts.get(step.key))
    rows_of = {step.key: sets.get(step.rows.key) for step in plan.judges}
    refusal.refuse_untested(plan, {key: rows for key, rows in rows_of.items() if rows is not None})
