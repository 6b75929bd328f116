"""score: every metric of every answer."""

from __future__ import annotations

from typing import Any

from tuneyard.plan.steps import Score
from tuneyard.records import write_jsonl
from tuneyard.rows import iter_json_lines
from tuneyard.score import ScoreRow
from tuneyard.score.corpus import Counts, corpus_scores
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, rows_of, scored


def run(step: Score, context: Context) -> str:
    """Write ``scores.jsonl``: a row an answer, in the answers' order.

    The scores over all answers at once are in the manifest.
    """
    answers = answers_by_id(context.completions(step.answers))
    tasks: dict[str, list[ScoreRow]] = {}
    for one in step.sets:
        rows = tasks.setdefault(one.data.executed_as, [])
        trials = context.trials(step.judged.get(one.kind))
        rows += rows_of(context.examples(one), answers, trials)
    similar: dict[tuple[str, int], dict[str, Any]] = {}
    if step.similarity is not None:
        path = context.artifact(step.similarity).local() / "similarity.jsonl"
        similar = {(row.pop("id"), row.pop("sample")): row for _, row in iter_json_lines(path)}
    context.cluster.start()
    facts: dict[str, Any] = {}
    with context.artifact(step).writing(facts) as folder:
        written: list[dict[str, Any]] = []
        counts: dict[str, list[Counts]] = {}
        for task, rows in tasks.items():
            found = scored(rows, task, step, context, context.bar.update)
            for row, values, own in zip(rows, *found, strict=True):
                key = values["id"], values.get("sample", 0)
                written.append({**values, **similar.get(key, {})})
                counts.setdefault(str(row.kind), []).append(own)
        write_jsonl(folder / "scores.jsonl", written)
        facts["corpus"] = {kind: corpus_scores(own, step.metrics) for kind, own in counts.items()}
    return f"{len(written):,} answers"
