"""preflight: what training would see, checked before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuneyard.chat_file import unused_template
from tuneyard.config import Model
from tuneyard.data.ids import refuse_shared_ids
from tuneyard.data.overlap import Overlap, find_overlaps
from tuneyard.data.preflight import preflight
from tuneyard.data.questions import Question
from tuneyard.errors import UserError
from tuneyard.plan.steps import Preflight, Prepare
from tuneyard.prompts import Encoding
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.stages.questions import earlier_questions, questions
from tuneyard.train.rows import SftRow


def run(step: Preflight, context: Context) -> str:
    """Write ``preflight.txt``: counts, overlap, and one example with its trained tokens marked."""
    from tuneyard import loading

    model = step.base.model
    rows_of = {one: context.examples(one) for one in (*step.train, *step.evaluation)}
    refuse_shared_ids(rows_of.values())
    for examples in rows_of.values():
        refuse_turns(model, examples)
    found = overlaps(rows_of, step.similarity)
    train = [e for one in step.train for e in rows_of[one]]
    asked = [model.wording.asked(e.instruction, e.input, e.turns) for e in train]
    rows = [SftRow(e.id, own, e.reference) for e, own in zip(train, asked, strict=True)]
    tokenizer = loading.load_tokenizer(model)
    encoding = model.wording.encoding(tokenizer)
    _refuse_conversations(model, encoding, (e for one in step.evaluation for e in rows_of[one]))
    report = preflight(
        rows,
        encoding,
        max_length=model.max_length,
        inference_prompts=asked,
        loss_on=step.loss_on,
        turns=step.turns,
        where=step.label,
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


def refuse_turns(model: Model, examples: Iterable[Example]) -> None:
    """Refuse conversations where a model's prompt format has room for one question alone.

    Raises:
        UserError: with the first of them.
    """
    found = next((e for e in examples if e.turns), None)
    if found is not None and not model.wording.takes_turns:
        raise UserError(
            f"a row has {len(found.turns)} turns before its question, for which the prompt format "
            f"{model.wording.name!r} has no place",
            where=f"data.{found.kind}: {found.id}",
            value=found.turns[0].content,
            remedy=f"set models.{model.name}.prompt to chat, or give rows of one question each",
        )


def _refuse_conversations(model: Model, encoding: Encoding, examples: Iterable[Example]) -> None:
    """Refuse conversations that are to be answered and that a chat template does not take."""
    for e in examples:
        if e.turns:
            try:
                encoding.prompt(model.wording.asked(e.instruction, e.input, e.turns))
            except UserError as error:
                raise error.at(f"data.{e.kind}: {e.id}: {error.where}") from None


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
