"""preflight: what training would see, checked before anything is trained on it."""

from __future__ import annotations

from collections.abc import Mapping

from tuneyard.chat_file import unused_template
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.data.overlap import Overlap, find_overlaps
from tuneyard.data.preflight import preflight
from tuneyard.data.questions import Question
from tuneyard.plan.steps import Preflight, Prepare
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.stages.conversations import refuse_conversations, refuse_turns, refuse_weights
from tuneyard.stages.questions import earlier_questions, questions
from tuneyard.train.rows import SftRow


def run(step: Preflight, context: Context) -> str:
    """Write ``preflight.txt``: counts, overlap, and one example with its trained tokens marked."""
    from tuneyard import loading

    model = step.base.model
    rows_of = {one: context.examples(one) for one in (*step.train, *step.evaluation)}
    refuse_shared_ids(rows_of.values())
    places = {key: place for one in rows_of for key, place in context.places(one).items()}
    found = overlaps(rows_of, step.similarity)
    train = [e for one in step.train for e in rows_of[one]]
    refuse_turns(model, train, places)
    refuse_weights(step.loss_on, train, places)
    asked = [e.asked(model.wording) for e in train]
    rows = [SftRow(e.id, own, e.reference) for e, own in zip(train, asked, strict=True)]
    tokenizer = loading.load_tokenizer(model)
    encoding = model.wording.encoding(tokenizer)
    evaluated = [e for one in step.evaluation for e in rows_of[one]]
    refuse_conversations(model, evaluated, places, encoding)
    report = preflight(
        rows,
        encoding,
        max_length=model.max_length,
        inference_prompts=asked,
        loss_on=step.loss_on,
        turns=step.turns,
        where=step.label,
        places=places,
    )
    unused = unused_template(model) if tokenizer.chat_template else ""
    told = [overlap.text() for overlap in found]
    text = "\n".join(filter(None, [*told, report.text(), unused]))
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
    if unused:
        context.bar.say(f"    {unused}")
    if report.loss():
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
    for step, examples in sets.items():
        train += earlier_questions(examples) if step.split == "train" else []
    found = find_overlaps(train, {**parts["validation"], **parts["test"]}, threshold)
    if validation and parts["test"]:
        found += find_overlaps(validation, parts["test"], threshold, "validation", reported=True)
    return found
