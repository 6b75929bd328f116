"""preflight: what training would see, checked before anything is trained on it."""

from __future__ import annotations

from tuneyard.config.prompts import render
from tuneyard.data.preflight import preflight
from tuneyard.plan import Step
from tuneyard.records import Example
from tuneyard.stages.context import Context
from tuneyard.train.rows import SftRow


def run(step: Step, context: Context) -> str:
    """Write ``preflight.txt``: counts, and one rendered example with its trained tokens marked."""
    from tuneyard import loading

    model = step.extra["model"]
    sets: dict[str, list[Example]] = {"train": [], "evaluation": []}
    for role, source in step.inputs.items():
        place = "train" if role.startswith("train/") else "evaluation"
        sets[place] += context.examples(source)
    rows = [
        SftRow(id=e.id, prompt=render(model.prompt, e.instruction), completion=e.reference)
        for e in sets["train"]
    ]
    report = preflight(
        rows,
        loading.load_tokenizer(model),
        max_length=model.max_length,
        settings=context.study.preflight,
        train_instructions=[e.instruction for e in sets["train"]],
        eval_instructions=[e.instruction for e in sets["evaluation"]],
        inference_prompts=[render(model.prompt, e.instruction) for e in sets["train"]],
        loss_on=step.part["loss_on"],
        where=step.label,
    )
    facts = {"text": report.text()}
    with context.artifact(step).writing(facts) as folder:
        (folder / "preflight.txt").write_text(report.text() + "\n", encoding="utf-8")
    shown = "\n".join(f"    │ {line}" for line in report.rendered.splitlines())
    context.bar.say(f"    one training example, ⟦trained tokens⟧ marked:\n{shown}")
    return (
        f"{report.rows:,} rows, {report.trained_tokens:,} of {report.tokens:,} tokens trained, "
        f"{report.truncated} truncated, {report.overlap} in evaluation"
    )
