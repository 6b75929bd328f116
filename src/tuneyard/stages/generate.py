"""generate: a policy's answers to every example of a split."""

from __future__ import annotations

from tuneyard.data.ids import refuse_shared_ids
from tuneyard.plan.steps import Generate
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context
from tuneyard.stages.conversations import refuse_conversations


def run(step: Generate, context: Context) -> str:
    """Write ``completions.jsonl``, in the examples' order."""
    model = step.base.model
    sets = [context.examples(one) for one in step.sets]
    refuse_shared_ids(sets)
    examples = [example for own in sets for example in own]
    places = {key: place for one in step.sets for key, place in context.places(one).items()}
    refuse_conversations(model, examples, places)
    facts: dict[str, object] = {}
    with context.artifact(step).writing(facts) as folder:
        adapter = context.policy(step.policy, model)
        completions = context.ask(step, examples, model, adapter, context.bar.update)
        tokens = sum(c.tokens for c in completions)
        facts |= {"answers": len(completions), "tokens": tokens}
        write_jsonl(folder / "completions.jsonl", completions)
    return f"{len(completions):,} answers, {tokens:,} tokens"
