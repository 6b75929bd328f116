"""reference: a reference policy's log-probabilities of DPO's pairs, for all who train on them."""

from __future__ import annotations

from tuneyard import loading
from tuneyard.plan.steps import Reference
from tuneyard.records import Preference, read_jsonl, write_jsonl
from tuneyard.stages.context import Context


def run(step: Reference, context: Context) -> str:
    """Write ``reference.jsonl``: a row for each pair that has room for its answers."""
    from tuneyard.distributed import reference
    from tuneyard.train.rows import dpo_columns, reference_rows

    model = step.base.model
    pairs = read_jsonl(context.artifact(step.pairs).local() / "pairs.jsonl", Preference)
    wording = step.pairs.pairs.wording or model.wording
    encoding = wording.encoding(loading.load_tokenizer(model))
    columns = dpo_columns(encoding, pairs, model.max_length)
    adapter = None if step.bare else context.policy(step.policy, model)
    context.cluster.start()
    facts = {"pairs": len(columns)}
    with context.artifact(step).writing(facts) as folder:
        values = reference.log_probabilities(
            columns,
            model=model,
            adapter=adapter,
            resources=context.study.resources,
            lend=context.lend,
            on_progress=context.bar.update,
        )
        write_jsonl(folder / "reference.jsonl", reference_rows(columns, values))
    return f"{len(columns):,} pairs"
