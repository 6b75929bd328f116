"""similarity: the metrics that need an encoder, for the answers of a generate step."""

from __future__ import annotations

from typing import Any

from tuneyard.plan.steps import Similarity
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, rows_of


def run(step: Similarity, context: Context) -> str:
    """Write ``similarity.jsonl``: a row an answer, with its example's id and its sample."""
    from tuneyard.distributed.similarity import similarity

    answers = answers_by_id(context.completions(step.answers))
    # One call a data set, as the metrics' packages would be called.
    calls = [rows_of(context.examples(one), answers, {}) for one in step.answers.sets]
    found: list[dict[str, Any]] = [
        {"id": row.id, "sample": row.sample} for rows in calls for row in rows
    ]
    context.cluster.start()
    with context.artifact(step).writing() as folder:
        for metric, embedding in step.encoders.items():
            values = similarity(
                calls,
                metric=metric,
                encoder=embedding.encoder,
                faithful=step.faithful,
                resources=context.study.resources,
                lend=context.lend,
                on_progress=context.bar.update,
            )
            for row, own in zip(found, (one for call in values for one in call), strict=True):
                row.update(own)
        write_jsonl(folder / "similarity.jsonl", found)
    return f"{len(found):,} answers"
