"""similarity: the metrics that need an encoder, for the answers of all arms at once."""

from __future__ import annotations

from typing import Any

from tuneyard.plan.steps import Similarity
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, score_row


def run(step: Similarity, context: Context) -> str:
    """Write ``similarity.jsonl``: a row an answer, with the key of the step that generated it."""
    from tuneyard.distributed.similarity import similarity

    sets = {one.kind: context.examples(one) for one in step.sets}
    calls = []
    names: list[dict[str, Any]] = []
    for source in step.answers:
        answers = answers_by_id(context.completions(source))
        for kind, examples in sets.items():
            # One call an arm and data set, as the metrics' packages would be called.
            rows = [score_row(e, kind, *answer) for e in examples for answer in answers[e.id]]
            calls.append(rows)
            names += [{"answers": source.key, "id": r.id, "sample": r.sample} for r in rows]
    context.cluster.start()
    with context.artifact(step).writing() as folder:
        for metric, embedding in step.encoders.items():
            found = similarity(
                calls,
                metric=metric,
                encoder=embedding.encoder,
                faithful=step.faithful,
                resources=context.study.resources,
                on_progress=context.bar.update,
            )
            flat = [values for own in found for values in own]
            for name, values in zip(names, flat, strict=True):
                name.update(values)
        write_jsonl(folder / "similarity.jsonl", names)
    return f"{len(names):,} answers"
