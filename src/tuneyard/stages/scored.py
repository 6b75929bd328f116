"""Answers and their scores, as several stages read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuneyard.metrics import encoder_metrics
from tuneyard.plan.steps import Score
from tuneyard.records import Completion, Example
from tuneyard.rows import iter_json_lines
from tuneyard.score import ScoreRow
from tuneyard.stages.context import Context

if TYPE_CHECKING:
    from tuneyard.distributed.score import Scored


def answers_by_id(completions: Iterable[Completion]) -> dict[str, list[Completion]]:
    """Return each example's answers."""
    answers: dict[str, list[Completion]] = {}
    for completion in completions:
        answers.setdefault(completion.id, []).append(completion)
    return answers


def rows_of(
    examples: Iterable[Example],
    answers: Mapping[str, Iterable[Completion]],
    trials: Mapping[str, str],
) -> list[ScoreRow]:
    """Return what the scorer needs of the answers to examples, one after another.

    Args:
        answers: by example.
        trials: why an example's tests judge nothing; where a study runs answers, they were tried.
    """
    return [
        ScoreRow(
            id=example.id,
            reference=example.reference,
            prediction=answer.text,
            tests=example.meta.get("tests"),
            kind=example.kind,
            sample=answer.sample,
            entry_point=example.meta.get("entry_point"),
            trial=trials.get(example.id, ""),
        )
        for example in examples
        for answer in answers[example.id]
    ]


def scored(
    rows: Sequence[ScoreRow],
    task: str,
    step: Score,
    context: Context,
    on_progress: Callable[[int, int], None] | None = None,
) -> Scored:
    """Score answers as a score step does, by the metrics that need no encoder."""
    from tuneyard.distributed import score

    encoded = encoder_metrics(step.metrics)
    return score.score(
        rows,
        task=task,
        metrics=[name for name in step.metrics if name not in encoded],
        faithful=step.faithful,
        resources=context.study.resources,
        code_block=step.code_block,
        imports=context.study.sandbox.imports,
        on_progress=on_progress,
    )


def score_rows(scored: Score, context: Context) -> dict[str, list[dict[str, Any]]]:
    """Return each data set's score rows with instruction, reference and prediction beside them."""
    texts = {(c.id, c.sample): c for c in context.completions(scored.answers)}
    scores = {
        (row["id"], row.get("sample", 0)): row
        for _, row in iter_json_lines(context.artifact(scored).local() / "scores.jsonl")
    }
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in scored.sets:
        examples = {e.id: e for e in context.examples(one)}
        rows[one.kind] = [
            {
                **row,
                "sample": sample,
                "instruction": examples[identity].question,
                "reference": examples[identity].reference,
                "prediction": texts[identity, sample].text,
            }
            for (identity, sample), row in scores.items()
            if identity in examples
        ]
    return rows
