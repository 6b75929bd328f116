"""score: every metric of every answer."""

from __future__ import annotations

from typing import Any

from tuneyard.plan.steps import Score
from tuneyard.records import write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.score.corpus import Counts, corpus_scores
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, score_row, similar_values, without_encoders


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
    similar = similar_values(step.similarity, context)
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
        facts["corpus"] = {kind: corpus_scores(own, step.metrics) for kind, own in counts.items()}
    return f"{len(scored):,} answers"
