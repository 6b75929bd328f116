"""preflight: what training would see, checked before anything is trained on it."""

from __future__ import annotations

from collections.abc import Mapping

from tuneyard.config.prompts import render
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.data.overlap import Overlap, find_overlaps
from tuneyard.data.preflight import preflight
from tuneyard.data.questions import Question
from tuneyard.plan.steps import Preflight, Prepare
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.stages.questions import questions
from tuneyard.train.rows import SftRow


def run(step: Preflight, context: Context) -> str:
    """Write ``preflight.txt``: counts, overlap, and one example with its trained tokens marked."""
    from tuneyard import loading

    model = step.base.model
    rows_of = {one: context.examples(one) for one in (*step.train, *step.evaluation)}
    refuse_shared_ids(rows_of.values())
    found = overlaps(rows_of, step.similarity)
    train = [e for one in step.train for e in rows_of[one]]
    rows = [_row(model.prompt, example) for example in train]
    report = preflight(
        rows,
        loading.load_tokenizer(model),
        max_length=model.max_length,
        inference_prompts=[render(model.prompt, e.instruction, e.input) for e in train],
        loss_on=step.loss_on,
        where=step.label,
    )
    told = "\n".join(overlap.text() for overlap in found)
    text = f"{told}\n{report.text()}" if told else report.text()
    facts = {
        "text": text,
        "overlap": {overlap.name: overlap.facts() for overlap in found},
        "truncated": report.cut,
    }
    with context.artifact(step).writing(facts) as folder:
        (folder / "preflight.txt").write_text(text + "\n", encoding="utf-8")
    for overlap in found:
        if overlap.exact or overlap.normalised or overlap.near:
            context.bar.say("    " + overlap.text().replace("\n", "\n    "))
    if report.changed:
        context.bar.say("    " + report.loss())
    shown = "\n".join(f"    │ {line}" for line in report.rendered.splitlines())
    context.bar.say(f"    one training example, ⟦trained tokens⟧ marked:\n{shown}")
    equal = sum(len(overlap.exact) + len(overlap.normalised) for overlap in found)
    return (
        f"{report.rows:,} rows, {report.trained_tokens:,} of {report.tokens:,} tokens trained, "
        f"{report.truncated:,} truncated, {equal:,} in evaluation"
    )


def overlaps(sets: Mapping[Prepare, list[Example]], threshold: float | None) -> list[Overlap]:
    """Hold training against every evaluation split, and test splits against validation.

    Overlap of test and validation is only reported.

    Args:
        sets: the examples of splits.
        threshold: see ``find_overlaps``.
    """
    parts: dict[str, dict[str, list[Question]]] = {"train": {}, "validation": {}, "test": {}}
    for step, examples in sets.items():
        parts[step.split][step.role] = questions(step, examples)
    train, validation = ([q for rows in parts[part].values() for q in rows]
                         for part in ("train", "validation"))  # fmt: skip
    found = find_overlaps(train, {**parts["validation"], **parts["test"]}, threshold)
    if validation and parts["test"]:
        found += find_overlaps(validation, parts["test"], threshold, "validation", reported=True)
    return found


def _row(prompt: str, example: Example) -> SftRow:
    rendered = render(prompt, example.instruction, example.input)
    return SftRow(id=example.id, prompt=rendered, completion=example.reference)
