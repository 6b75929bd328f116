"""overlap: which rows that are trained on evaluation asks, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tuneyard.data.overlap import Overlap, find_overlaps
from tuneyard.data.questions import Question
from tuneyard.plan import steps
from tuneyard.plan.steps import PairOverlap, Prepare
from tuneyard.prefer.rows import find_repeats, load_pairs, question_of
from tuneyard.records import Example
from tuneyard.repeats import Repeat, told
from tuneyard.stages.context import Context
from tuneyard.stages.questions import all_said, earlier_questions, questions


@dataclass(frozen=True)
class Found:
    """How far evaluation is in a set of rows.

    Attributes:
        overlaps: one for each evaluated split.
        rows: how many rows there are.
        repeats: of preference rows, those that repeat themselves.
    """

    overlaps: list[Overlap]
    rows: int
    repeats: list[Repeat] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """Return what is refused, removed or reported, as JSON can hold it."""
        duplicates = {i for overlap in self.overlaps for i in overlap.duplicate_rows}
        near = {i for overlap in self.overlaps for i in overlap.near_rows}
        found: dict[str, Any] = {
            "text": "\n".join(overlap.text() for overlap in self.overlaps),
            "overlap": {overlap.name: overlap.facts() for overlap in self.overlaps},
            "found": {"duplicates": sorted(duplicates), "near_duplicates": sorted(near)},
        }
        if self.repeats:
            found["repeats"] = told(self.repeats, self.rows)
        return found


def run(step: steps.Overlap | PairOverlap, context: Context) -> str:
    """Write ``overlap.txt``; the ids of the rows are in the manifest."""
    found = find(step, context.examples)
    facts = found.facts()
    with context.artifact(step).writing(facts) as folder:
        (folder / "overlap.txt").write_text(facts["text"] + "\n", encoding="utf-8")
    if any(facts["found"].values()):
        context.bar.say("    " + facts["text"].replace("\n", "\n    "))
    duplicates, near = (len(ids) for ids in facts["found"].values())
    return f"{found.rows:,} rows, {duplicates:,} asked in evaluation, {near:,} nearly"


def find(
    step: steps.Overlap | PairOverlap, examples_of: Callable[[Prepare], list[Example]]
) -> Found:
    """Hold the training rows of a step, or its preference rows, against evaluation.

    Args:
        examples_of: returns the examples of a split.

    Raises:
        UserError: preference rows are malformed.
    """
    asked = {one.role: questions(one, examples_of(one)) for one in step.evaluation}
    if isinstance(step, PairOverlap):
        rows = load_pairs(step.pairs, f"{step.section}.pairs")
        trained = [Question(row.id, all_said(row.turns, q), about)
                   for row in rows for q, about in [question_of(row)]]  # fmt: skip
        overlaps = find_overlaps(trained, asked, step.similarity, "the preference rows")
        return Found(overlaps, len(rows), find_repeats(rows))
    examples = examples_of(step.train)
    trained = questions(step.train, examples) + earlier_questions(examples)
    return Found(find_overlaps(trained, asked, step.similarity), len(examples))
