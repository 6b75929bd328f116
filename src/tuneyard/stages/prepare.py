"""prepare: one split of one data set as JSONL rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuneyard.config import Preflight
from tuneyard.data import sources
from tuneyard.data.overlap import find_overlaps, removable
from tuneyard.data.questions import Question
from tuneyard.errors import UserError
from tuneyard.judging.rows import try_rows
from tuneyard.plan import Step
from tuneyard.records import Example, write_jsonl
from tuneyard.rows.repeats import Repeat, in_answer, in_question, judge_repeats
from tuneyard.stages.context import Context


def run(step: Step, context: Context) -> str:
    """Write ``examples.jsonl``; what was removed from it is in the manifest."""
    others = {role: context.examples(source) for role, source in step.inputs.items()}
    examples, facts = make(
        step, context.study.seed, others, context.study.resources.scoring_workers
    )
    with context.artifact(step).writing(facts) as folder:
        write_jsonl(folder / "examples.jsonl", examples)
    return summary(facts)


def make(
    step: Step, seed: int, others: Mapping[str, list[Example]], workers: int = 1
) -> tuple[list[Example], dict[str, Any]]:
    """Return the examples of a split, and facts: how many, and how many were removed.

    Where verdicts are asked of the split, its tests are tried (see ``tuneyard.judging``), and an
    example whose tests judge nothing says so in ``meta["unjudged"]``: ``[place, reason]``.

    Args:
        others: the examples of the step's inputs, by role.
        workers: processes in which tests are tried.

    Raises:
        UserError: the data are malformed, or nothing is left of them.
    """
    kind, split = step.part["kind"], step.part["split"]
    removes = step.part.get("remove")
    avoid = [] if removes else [example for rows in others.values() for example in rows]
    places: dict[str, str] = {}
    examples, repeats = read(step, seed, avoid, places)
    facts: dict[str, Any] = {}
    if judged := step.part.get("judged"):
        examples = _judged(examples, places, workers, step.extra["imports"])
        if judged == "remove":
            vain = [e.meta["unjudged"] for e in examples if "unjudged" in e.meta]
            examples = [e for e in examples if "unjudged" not in e.meta]
            facts["without_verdict"] = vain
            if not examples:
                raise UserError(
                    f"nothing is left of a split: its tests judge nothing, {_some(vain)}",
                    where=f"data.{kind}: {split}",
                    value=len(vain),
                    remedy="mend the tests or the references",
                )
    if removes:
        settings = Preflight.model_validate(removes)
        asked = {role: questions(source, others[role]) for role, source in step.inputs.items()}
        found = find_overlaps(questions(step, examples), asked, similarity(settings))
        gone = removable(found, settings)
        examples = [example for example in examples if example.id not in gone]
        if not examples:
            raise UserError(
                "nothing is left to train on: evaluation asks every training question",
                where=f"data.{kind}",
                value=len(gone),
                remedy="train on other data, or set preflight.duplicates: report",
            )
        facts["removed"] = len(gone)
        facts["overlap"] = {overlap.name: overlap.facts() for overlap in found}
    if repeats:
        facts["repeats"] = {"count": len(repeats), "first": repeats[0].place}
    return examples, {"examples": len(examples), **facts}


def read(
    step: Step, seed: int, avoid: Iterable[Example], places: dict[str, str]
) -> tuple[list[Example], list[Repeat]]:
    """Return the examples of a split, and those that repeat themselves.

    Args:
        places: takes where each row stands that is read, by its example's id.

    Raises:
        UserError: the data are malformed, or repeat themselves and that is refused.
    """
    kind, split = step.part["kind"], step.part["split"]
    examples = sources.load(kind, step.extra["data"], split, seed, avoid, places)
    repeats = []
    for e in examples:
        if e.id in places:
            repeat = in_question(places[e.id], e.question, e.reference)
            repeat = repeat or in_answer(places[e.id], e.instruction, e.reference)
            repeats += [repeat] if repeat else []
    judge_repeats(
        repeats,
        len(examples),
        step.part.get("answers_in_questions", "refuse"),
        f"name the columns that hold the bare texts (data.{kind}.columns: {{instruction: …, …}})",
    )
    return examples, repeats


def summary(facts: Mapping[str, Any]) -> str:
    """Return what the progress display says of the facts."""
    removed = facts.get("removed")
    more = f", {removed:,} removed that evaluation asks, too" if removed else ""
    if "repeats" in facts:
        more += f", {facts['repeats']['count']:,} with the answer in the question, or a "
        more += f"prompt's format (the first: {facts['repeats']['first']})"
    if gone := facts.get("without_verdict"):
        more += f", {len(gone):,} removed whose tests judge nothing ({_some(gone)})"
    return f"{facts['examples']:,} examples{more}"


def _some(unjudged: Sequence[Sequence[str]]) -> str:
    return "; ".join(f"{place}: {reason}" for place, reason in unjudged[:3])


def _judged(
    examples: list[Example], places: Mapping[str, str], workers: int, imports: Sequence[str]
) -> list[Example]:
    """Return the examples; those whose tests judge nothing, or judge apart, say so."""
    rows = [example for example in examples if "tests" in example.meta]
    trials = try_rows(
        [example.meta["tests"] for example in rows],
        [example.reference for example in rows],
        [example.meta.get("entry_point") for example in rows],
        workers,
        imports,
    )
    facts: dict[str, dict[str, Any]] = {}
    for example, tried in zip(rows, trials, strict=True):
        if tried.reason:
            facts[example.id] = {"unjudged": [places.get(example.id, example.id), tried.reason]}
        elif tried.apart is not None:
            facts[example.id] = {"apart": tried.apart}
    return [
        replace(example, meta={**example.meta, **facts[example.id]})
        if example.id in facts
        else example
        for example in examples
    ]


def questions(step: Step, examples: list[Example]) -> list[Question]:
    """Return what the examples of a prepare step ask."""
    template = step.extra["data"].templated
    return [Question(e.id, e.instruction, e.input, template) for e in examples]


def similarity(settings: Preflight) -> float | None:
    """Return from which similarity on questions are near duplicates; None: not looked for."""
    return None if settings.near_duplicates == "off" else settings.similarity
