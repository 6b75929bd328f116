"""prefer: preference pairs for DPO, from the policy's own verified answers or from a file."""

from __future__ import annotations

import random
from typing import Any

from tuneyard import loading
from tuneyard.config import Decoding, Pairs
from tuneyard.config.prompts import render
from tuneyard.data.preflight import preflight_pairs
from tuneyard.errors import UserError
from tuneyard.plan import Step
from tuneyard.prefer import PairSet, build_pairs, load_pairs, render_pairs
from tuneyard.records import Completion, Example, write_jsonl
from tuneyard.score import ScoreRow
from tuneyard.stages.context import Context

# What decides whether an answer is a good one: a metric, and the keys of its verdict.
_VERIFIERS = {
    "execution": ("execution", ("execution_success", "passed")),
    "exact_match": ("exact_match", ("exact_match",)),
}


def run(step: Step, context: Context) -> str:
    """Write ``pairs.jsonl``; how they came about is in the manifest."""
    settings: Pairs = step.extra["pairs"]
    facts: dict[str, Any] = {}
    with context.artifact(step).writing(facts) as folder:
        if settings.from_ == "file":
            found = render_pairs(load_pairs(str(settings.path)), step.part["prompt"])
        else:
            found = _from_policy(step, context, settings)
        if not found.pairs:
            raise UserError(
                "no preference pair came out: every prompt's answers all passed, or all failed",
                where="dpo.pairs",
                value=found.stats,
                remedy="raise samples, temperature or prompts; or set chosen: sampled_or_reference",
            )
        model = step.extra["model"]
        preflight_pairs(
            found.pairs,
            loading.load_tokenizer(model),
            max_length=model.max_length,
            settings=context.study.preflight,
            where=step.label,
        )
        facts["stats"] = found.stats
        write_jsonl(folder / "pairs.jsonl", found.pairs)
    for warning in found.stats.get("warnings", []):
        context.bar.say(f"    warning: {warning}")
    return _summary(found)


def _summary(found: PairSet) -> str:
    share = found.stats.get("passed_share")
    passed = "" if share is None else f" of {found.stats['samples']:,} answers, {share:.0%} passed"
    return f"{len(found.pairs):,} pairs{passed}"


def _from_policy(step: Step, context: Context, settings: Pairs) -> PairSet:
    """Sample answers from the policy that DPO starts from, verify and pair them."""
    from tuneyard.distributed import generate

    study, model = context.study, step.extra["model"]
    examples = _chosen_prompts(step, context, settings.prompts)
    prompts = {e.id: render(model.prompt, e.instruction) for e in examples}
    context.start_ray()
    decoding = Decoding(
        temperature=settings.temperature,
        top_p=settings.top_p,
        samples=settings.samples,
        max_new_tokens=study.evaluate.decoding.max_new_tokens,
        batch_size=study.evaluate.decoding.batch_size,
    )
    completions = generate.generate(
        [generate.Request(e.id, prompts[e.id]) for e in examples],
        model=model,
        adapter=context.adapter(step.inputs.get("start")) or model.adapter,
        decoding=decoding,
        seed=study.seed,
        resources=study.resources,
        on_progress=context.bar.update,
    )
    verdicts = _verify(examples, completions, settings, context)
    return build_pairs(examples, prompts, completions, verdicts, settings, study.seed)


def _chosen_prompts(step: Step, context: Context, limit: int | None) -> list[Example]:
    """Return every training example, or a seeded draw of ``limit`` from each data set."""
    chosen: list[Example] = []
    for role, source in step.inputs.items():
        if role.startswith("train/"):
            examples = context.examples(source)
            if limit is not None and limit < len(examples):
                draw = random.Random(f"prefer/{context.study.seed}/{role}")
                places = sorted(draw.sample(range(len(examples)), limit))
                examples = [examples[place] for place in places]
            chosen += examples
    return chosen


def _verify(
    examples: list[Example], completions: list[Completion], settings: Pairs, context: Context
) -> dict[tuple[str, int], bool]:
    from tuneyard.distributed import score

    metric, keys = _VERIFIERS[settings.verify]
    by_id = {e.id: e for e in examples}
    verdicts: dict[tuple[str, int], bool] = {}
    for task in dict.fromkeys(e.task for e in examples):
        rows = [
            ScoreRow(
                id=c.id,
                reference=by_id[c.id].reference,
                prediction=c.text,
                tests=by_id[c.id].meta.get("tests"),
                sample=c.sample,
            )
            for c in completions
            if by_id[c.id].task == task
        ]
        scored = score.score(
            rows,
            task=task,
            metrics=[metric],
            faithful=False,
            resources=context.study.resources,
        )
        for row, values in zip(rows, scored, strict=True):
            passed = next((values[key] for key in keys if key in values), None)
            verdicts[str(row.id), row.sample] = bool(passed)
    return verdicts
