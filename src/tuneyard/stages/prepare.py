"""prepare: one split of one data set as JSONL rows."""

from __future__ import annotations

from tuneyard.data import sources
from tuneyard.plan import Step
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context


def run(step: Step, context: Context) -> str:
    """Write ``examples.jsonl``."""
    kind, split = step.part["kind"], step.part["split"]
    avoid = [example for source in step.inputs.values() for example in context.examples(source)]
    examples = sources.load(kind, step.extra["data"], split, context.study.seed, avoid)
    with context.artifact(step).writing({"examples": len(examples)}) as folder:
        write_jsonl(folder / "examples.jsonl", examples)
    return f"{len(examples):,} examples"
