"""score: every metric of every answer."""

from __future__ import annotations

from typing import Any

from tuneyard.metrics import encoder_metrics
from tuneyard.plan import Step
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.stages.context import Context


def run(step: Step, context: Context) -> str:
    """Write ``scores.jsonl``: a row an answer, in the answers' order."""
    from tuneyard.distributed import score

    answers = answers_by_id(context.completions(step.inputs["answers"]))
    tasks: dict[str, list[ScoreRow]] = {}
    for kind, source in step.inputs.items():
        if kind == "answers":
            continue
        rows = tasks.setdefault(step.extra["task"][kind], [])
        for example in context.examples(source):
            rows += [score_row(example, kind, *answer) for answer in answers[example.id]]
    similar = _similar(step, context)
    context.start_ray()
    with context.artifact(step).writing() as folder:
        scored = [
            {**values, **similar.get((values["id"], values.get("sample", 0)), {})}
            for task, rows in tasks.items()
            for values in score.score(
                rows,
                task=task,
                metrics=without_encoders(step.part["metrics"]),
                faithful=step.part["faithful"],
                resources=context.study.resources,
                on_progress=context.bar.update,
            )
        ]
        write_jsonl(folder / "scores.jsonl", scored)
    return f"{len(scored):,} answers"


def without_encoders(metrics: list[str]) -> list[str]:
    """Return the metrics that need no encoder."""
    return [name for name in metrics if name not in encoder_metrics(metrics)]


def _similar(step: Step, context: Context) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what the similarity step found for these answers, by example and sample."""
    from tuneyard.stages.similarity import values_of

    source = step.extra.get("similarity")
    return {} if source is None else values_of(source, step.inputs["answers"], context)


def answers_by_id(completions: list[Completion]) -> dict[str, list[tuple[int, str]]]:
    """Return each example's answers as (sample, text)."""
    answers: dict[str, list[tuple[int, str]]] = {}
    for completion in completions:
        answers.setdefault(completion.id, []).append((completion.sample, completion.text))
    return answers


def score_row(example: Example, kind: str, sample: int, text: str) -> ScoreRow:
    """Return what the scorer needs of one answer."""
    return ScoreRow(
        id=example.id,
        reference=example.reference,
        prediction=text,
        tests=example.meta.get("tests"),
        kind=kind,
        sample=sample,
    )
