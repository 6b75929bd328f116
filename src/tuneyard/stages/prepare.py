"""prepare: one split of one data set as JSONL rows, or one less the rows that leave it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuneyard.data import sources
from tuneyard.errors import UserError
from tuneyard.plan.steps import Judge, Prepare, Rest, Whole
from tuneyard.records import Example, write_jsonl
from tuneyard.repeats import Repeat, in_answer, in_question, told
from tuneyard.stages.context import Context

PLACES = "places.json"
"""Where each row stands that was read, by its example's id."""


@dataclass(frozen=True)
class Split:
    """The examples of a split.

    Attributes:
        places: where each row stands that was read, by its example's id.
        repeats: the rows that repeat themselves.
        removed: how many rows left.
    """

    examples: list[Example]
    places: dict[str, str] = field(default_factory=dict)
    repeats: list[Repeat] = field(default_factory=list)
    removed: int = 0

    def facts(self) -> dict[str, Any]:
        """Return the counts, and what repeats itself, as JSON can hold them."""
        found: dict[str, Any] = {"examples": len(self.examples)}
        if self.removed:
            found["removed"] = self.removed
        if self.repeats:
            found["repeats"] = told(self.repeats, len(self.examples))
        return found


def run(step: Prepare, context: Context) -> str:
    """Write ``examples.jsonl`` and, of rows that were read, ``places.json``."""
    split = make(step, context.study.seed, context.examples)
    facts = split.facts()
    with context.artifact(step).writing(facts) as folder:
        write_jsonl(folder / "examples.jsonl", split.examples)
        if split.places:
            text = json.dumps(split.places, ensure_ascii=False)
            (folder / PLACES).write_text(text, encoding="utf-8")
    return summary(step, facts)


def make(step: Prepare, seed: int, examples_of: Callable[[Prepare], list[Example]]) -> Split:
    """Return the examples of a split.

    Args:
        examples_of: returns those of another.

    Raises:
        UserError: the data are malformed, or nothing is left of them.
    """
    if isinstance(step, Whole):
        return read(step, seed, [one for rows in step.avoid for one in examples_of(rows)])
    assert isinstance(step, Rest)
    gone, rows = set(step.removed or ()), examples_of(step.rows)
    examples = [example for example in rows if example.id not in gone]
    if not examples:
        _refuse_nothing(step)
    return Split(examples, removed=len(rows) - len(examples))


def read(step: Whole, seed: int, avoid: Iterable[Example] = ()) -> Split:
    """Return a split as it is read or generated.

    Raises:
        UserError: the data are malformed.
    """
    places: dict[str, str] = {}
    examples = sources.load(step.kind, step.data, step.split, seed, avoid, places)
    repeats = []
    for e in examples:
        if e.id in places:
            repeat = in_question(places[e.id], e.question, e.reference)
            repeat = repeat or in_answer(places[e.id], e.instruction, e.reference)
            repeats += [repeat] if repeat else []
    return Split(examples, places, repeats)


def summary(step: Prepare, facts: Mapping[str, Any]) -> str:
    """Return what the progress display says of the facts."""
    more = ""
    if isinstance(step, Rest) and "removed" in facts:
        by = _by(step)
        why = f"whose {by} judge nothing" if by else "that evaluation asks, too"
        more = f", {facts['removed']:,} removed {why}"
    if found := facts.get("repeats"):
        more += f", {found['count']:,} with the answer in the question or the prompt in the answer "
        more += f"(the first: {found['place']})"
    return f"{facts['examples']:,} examples{more}"


def _by(step: Rest) -> str:
    """Return what of rows that are removed judges nothing; empty where they left for overlap."""
    return step.found.by if isinstance(step.found, Judge) else ""


def _refuse_nothing(step: Rest) -> None:
    by = _by(step)
    raise UserError(
        f"nothing is left of a split: its {by} judge nothing"
        if by
        else "nothing is left to train on: evaluation asks every training question",
        where=f"data.{step.kind}: {step.split}",
        value=len(step.removed or ()),
        remedy={
            "tests": "mend the tests or the references",
            "references": "mend the references",
        }.get(by, "train on other data, or set preflight.duplicates: report"),
    )
