"""score: every metric of every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from tuneyard.metrics import encoder_metrics
from tuneyard.metrics.pass_at_k import pass_at_k_of
from tuneyard.plan.steps import Score
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.score.corpus import Counts, corpus_scores
from tuneyard.stages.context import Context


def run(step: Score, context: Context) -> str:
    """Write ``scores.jsonl``: a row an answer, in the answers' order.

    The scores over all answers at once are in the manifest.
    """
    from tuneyard.distributed import score

    answers = answers_by_id(context.completions(step.answers))
    tasks: dict[str, list[ScoreRow]] = {}
    for one in step.sets:
        rows = tasks.setdefault(one.data.executed_as, [])
        trials = context.trials(step.judged.get(one.kind))
        for e in context.examples(one):
            trial = trials.get(e.id, "")
            rows += [score_row(e, one.kind, *answer, trial) for answer in answers[e.id]]
    similar = _similar(step, context)
    context.cluster.start()
    facts: dict[str, Any] = {}
    with context.artifact(step).writing(facts) as folder:
        scored: list[dict[str, Any]] = []
        counts: dict[str, list[Counts]] = {}
        for task, rows in tasks.items():
            found = score.score(
                rows,
                task=task,
                metrics=without_encoders(step.metrics),
                faithful=step.faithful,
                resources=context.study.resources,
                code_block=step.code_block,
                imports=context.study.sandbox.imports,
                on_progress=context.bar.update,
            )
            for row, values, own in zip(rows, *found, strict=True):
                key = values["id"], values.get("sample", 0)
                scored.append({**values, **similar.get(key, {})})
                counts.setdefault(str(row.kind), []).append(own)
        write_jsonl(folder / "scores.jsonl", scored)
        facts["corpus"] = {
            kind: corpus_scores(own, step.metrics, faithful=step.faithful)
            for kind, own in counts.items()
        }
    return f"{len(scored):,} answers"


def without_encoders(metrics: Sequence[str]) -> list[str]:
    """Return the metrics that need no encoder."""
    return [name for name in metrics if name not in encoder_metrics(metrics)]


def _similar(step: Score, context: Context) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what the similarity step found for these answers, by example and sample."""
    from tuneyard.stages.similarity import values_of

    source = step.similarity
    return {} if source is None else values_of(source, step.answers, context)


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


def score_row(example: Example, kind: str, sample: int, text: str, trial: str = "") -> ScoreRow:
    """Return what the scorer needs of one answer.

    Args:
        trial: why the example's tests judge nothing; where a study runs answers, they were tried.
    """
    return ScoreRow(
        id=example.id,
        reference=example.reference,
        prediction=text,
        tests=example.meta.get("tests"),
        kind=kind,
        sample=sample,
        entry_point=example.meta.get("entry_point"),
        trial=trial,
    )
