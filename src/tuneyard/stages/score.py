"""score: every metric of every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from tuneyard.metrics import encoder_metrics
from tuneyard.metrics.pass_at_k import pass_at_k_of
from tuneyard.plan import Step
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.score.corpus import Counts, corpus_scores
from tuneyard.stages.context import Context


def run(step: Step, context: Context) -> str:
    """Write ``scores.jsonl``: a row an answer, in the answers' order.

    The scores over all answers at once are in the manifest.
    """
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
    metrics, faithful = step.part["metrics"], step.part["faithful"]
    facts: dict[str, Any] = {}
    with context.artifact(step).writing(facts) as folder:
        scored: list[dict[str, Any]] = []
        counts: dict[str, list[Counts]] = {}
        for task, rows in tasks.items():
            found = score.score(
                rows,
                task=task,
                metrics=without_encoders(metrics),
                faithful=faithful,
                resources=context.study.resources,
                code_block=context.study.evaluate.code_block,
                imports=context.study.sandbox.imports,
                on_progress=context.bar.update,
            )
            for row, values, own in zip(rows, *found, strict=True):
                key = values["id"], values.get("sample", 0)
                scored.append({**values, **similar.get(key, {})})
                counts.setdefault(str(row.kind), []).append(own)
        write_jsonl(folder / "scores.jsonl", scored)
        facts["corpus"] = {
            kind: corpus_scores(own, metrics, faithful=faithful) for kind, own in counts.items()
        }
    return f"{len(scored):,} answers"


def without_encoders(metrics: list[str]) -> list[str]:
    """Return the metrics that need no encoder."""
    return [name for name in metrics if name not in encoder_metrics(metrics)]


def _similar(step: Step, context: Context) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what the similarity step found for these answers, by example and sample."""
    from tuneyard.stages.similarity import values_of

    source = step.extra.get("similarity")
    return {} if source is None else values_of(source, step.inputs["answers"], context)


def means(rows: Sequence[Mapping[str, Any]], pass_at: Sequence[int] = ()) -> dict[str, float]:
    """Return the mean of every numeric score; missing values are left out.

    Args:
        rows: score rows of one data set.
        pass_at: the k of pass@k, which becomes ``pass_at_K``, the mean over the examples that
            have enough tested answers; pass@1 is the mean of ``passed``.
    """
    names = {
        name
        for row in rows
        for name, value in row.items()
        if isinstance(value, int | float) and name not in ("id", "sample")
    }
    found = {name: [row[name] for row in rows if row.get(name) is not None] for name in names}
    tested: dict[Any, list[bool]] = {}
    for row in rows:
        if row.get("passed") is not None:
            tested.setdefault(row["id"], []).append(row["passed"])
    for k in pass_at:
        if k > 1:
            chances = [pass_at_k_of(answers, k) for answers in tested.values()]
            found[f"pass_at_{k}"] = [chance for chance in chances if chance is not None]
    return {name: fmean(map(float, column)) for name, column in found.items() if column}


def answers_by_id(completions: list[Completion]) -> dict[str, list[tuple[int, str]]]:
    """Return each example's answers as (sample, text)."""
    answers: dict[str, list[tuple[int, str]]] = {}
    for completion in completions:
        answers.setdefault(completion.id, []).append((completion.sample, completion.text))
    return answers


def score_row(example: Example, kind: str, sample: int, text: str) -> ScoreRow:
    """Return what the scorer needs of one answer.

    Where a study runs answers, their tests were tried when the examples were prepared.
    """
    return ScoreRow(
        id=example.id,
        reference=example.reference,
        prediction=text,
        tests=example.meta.get("tests"),
        kind=kind,
        sample=sample,
        entry_point=example.meta.get("entry_point"),
        trial=example.meta.get("unjudged", ["", ""])[1],
        apart=example.meta.get("apart"),
    )
