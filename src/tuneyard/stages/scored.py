"""Answers and their scores, as several stages read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuneyard.metrics import encoder_metrics
from tuneyard.plan.steps import Score, Similarity
from tuneyard.records import Completion, Example
from tuneyard.rows import iter_json_lines
from tuneyard.score import ScoreRow
from tuneyard.stages.context import Context


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


def without_encoders(metrics: Sequence[str]) -> list[str]:
    """Return the metrics that need no encoder."""
    return [name for name in metrics if name not in encoder_metrics(metrics)]


def similar_values(
    step: Similarity | None, context: Context
) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what a similarity step found, by example and sample; nothing where there is none."""
    if step is None:
        return {}
    return {
        (row.pop("id"), row.pop("sample")): row
        for _, row in iter_json_lines(context.artifact(step).local() / "similarity.jsonl")
    }


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
