"""Answers and their scores, as several stages read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from tuneyard.metrics import encoder_metrics
from tuneyard.metrics.pass_at_k import pass_at_k_of
from tuneyard.plan.steps import Generate, Score, Similarity
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
    step: Similarity, answers: Generate, context: Context
) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what a similarity step found for a generate step's answers, by example and sample."""
    return {
        (row.pop("id"), row.pop("sample")): row
        for _, row in iter_json_lines(context.artifact(step).local() / "similarity.jsonl")
        if row.pop("answers") == answers.key
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
