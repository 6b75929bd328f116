"""prefer: preference pairs for DPO, from a model's own answers or from rows that are read."""

from __future__ import annotations

import random
from typing import Any

from tuneyard import loading
from tuneyard.data.pairs import preflight_pairs
from tuneyard.data.sources import cut
from tuneyard.errors import UserError
from tuneyard.plan.steps import Prefer, ReadPairs, SampledPairs
from tuneyard.prefer.describe import describe
from tuneyard.prefer.pairs import PairSet, build_pairs
from tuneyard.prefer.rows import load_pairs, render_pairs, row_statistics
from tuneyard.prefer.statistics import with_prompts
from tuneyard.records import Completion, Example, Preference, write_jsonl
from tuneyard.stages.context import Context
from tuneyard.stages.scored import answers_by_id, rows_of
from tuneyard.tasks import TASKS


def run(step: Prefer, context: Context) -> str:
    """Write ``pairs.jsonl`` and, where rows are held out, ``held_out.jsonl``.

    How they came about is in the manifest.
    """
    facts: dict[str, Any] = {}
    with context.artifact(step).writing(facts) as folder:
        places: dict[str, str] = {}
        if isinstance(step, ReadPairs):
            found, held_out = from_rows(step, places)
            if held_out:
                write_jsonl(folder / "held_out.jsonl", held_out)
        else:
            assert isinstance(step, SampledPairs)
            found = _sampled(step, context)
            _refuse_none(found, step)
        model = step.base.model
        wording = step.pairs.wording or model.wording
        checked = preflight_pairs(
            found.pairs,
            wording.encoding(loading.load_tokenizer(model)),
            max_length=model.max_length,
            where=step.label,
            places=places,
        )
        facts |= {"stats": found.stats, "truncated": checked.cut}
        write_jsonl(folder / "pairs.jsonl", found.pairs)
        text = "\n".join(filter(None, [describe(found.stats), checked.loss()]))
        (folder / "pairs.txt").write_text(text + "\n", encoding="utf-8")
    context.bar.say("    " + text.replace("\n", "\n    "))
    return _summary(found)


def from_rows(
    step: ReadPairs, places: dict[str, str] | None = None
) -> tuple[PairSet, list[Preference]]:
    """Read the preference rows of a step; needs no model.

    Args:
        places: takes where each row stands, by its id, for messages.

    Returns:
        The pairs to train on with statistics of every row of the file, and those held out.

    Raises:
        UserError: rows are malformed, or none is left.
    """
    settings, model, where = step.pairs, step.base.model, f"{step.section}.pairs"
    rows = load_pairs(settings, where)
    if places is not None:
        places |= {row.id: row.place for row in rows}
    gone = set(step.removed or ())
    parts = {"train": rows, "validation": []}
    if settings.split is not None:
        parts = cut(rows, settings.split, f"{where}.split")
    target = settings.wording or model.wording
    stats = row_statistics(rows, model.wording, render_pairs(rows, target, where), where)
    kept = (row for row in parts["train"] if row.id not in gone)
    pairs = render_pairs(kept, target, where).kept
    held_out = render_pairs(parts["validation"], target, where).kept
    stats |= {"pairs": len(pairs), "removed": len(gone), "held_out": len(held_out)}
    if not pairs:
        raise UserError(
            "no preference pair is left",
            where=f"{where}.rows",
            value={key: stats[key] for key in ("rows", "equal", "duplicates", "removed")},
            remedy="name rows whose chosen and rejected answers differ, and that are not asked in "
            "evaluation",
        )
    return PairSet(pairs, stats), held_out


def _refuse_none(found: PairSet, step: SampledPairs) -> None:
    if not found.pairs:
        raise UserError(
            "no preference pair came out: every prompt's answers all passed, or all failed, or "
            "have no verdict or one that may be forged",
            where=f"{step.section}.pairs",
            value=found.stats,
            remedy="raise samples, temperature or prompts; or set chosen: sampled_or_reference",
        )


def _summary(found: PairSet) -> str:
    share = found.stats.get("passed_share")
    judged = found.stats.get("samples", 0) - found.stats.get("unjudged", 0)
    passed = "" if share is None else f" of {judged:,} answers, {share:.0%} passed"
    return f"{len(found.pairs):,} pairs{passed}"


def _sampled(step: SampledPairs, context: Context) -> PairSet:
    """Sample answers, of the policy that DPO starts from or of the base; verify and pair them."""
    model, settings = step.base.model, step.pairs
    examples = _chosen_prompts(step, context, settings.prompts)
    adapter = context.policy(step.policy, model)
    completions = context.ask(step, examples, model, adapter, context.bar.update)
    asked, trained = (
        {e.id: e.asked(wording) for e in examples}
        for wording in (model.wording, settings.wording or model.wording)
    )
    verdicts, suspicious = None, set[tuple[str, int]]()
    if settings.verify != "none":
        verdicts = _verify(examples, completions, step, context, suspicious)
    found = build_pairs(examples, trained, completions, verdicts, settings, step.seed, suspicious)
    stats = with_prompts(
        found.stats,
        [pair.prompt for pair in found.pairs],
        [asked[pair.example_id] for pair in found.pairs],
        f"{step.section}.pairs",
    )
    return PairSet(found.pairs, stats)


def _chosen_prompts(step: SampledPairs, context: Context, limit: int | None) -> list[Example]:
    """Return every training example, or a seeded draw of ``limit`` from each data set."""
    chosen: list[Example] = []
    for one in step.sets:
        examples = context.examples(one)
        if limit is not None and limit < len(examples):
            draw = random.Random(f"prefer/{step.seed}/{one.role}")
            places = sorted(draw.sample(range(len(examples)), limit))
            examples = [examples[place] for place in places]
        chosen += examples
    return chosen


def _verify(
    examples: list[Example],
    completions: list[Completion],
    step: SampledPairs,
    context: Context,
    suspicious: set[tuple[str, int]],
) -> dict[tuple[str, int], bool | None]:
    """Return whether each answer is a good one; None where nothing says so.

    ``suspicious`` receives those whose verdict is in doubt.
    """
    from tuneyard.distributed import score

    metric = step.pairs.verify
    trials = {
        row: why for judge in step.judged.values() for row, why in context.trials(judge).items()
    }
    answers = answers_by_id(completions)
    verdicts: dict[tuple[str, int], bool | None] = {}
    for task in dict.fromkeys(e.task for e in examples):
        rows = rows_of([e for e in examples if e.task == task], answers, trials)
        scored = score.score(
            rows,
            task=task,
            metrics=[metric],
            faithful=False,
            resources=context.study.resources,
            code_block=step.code_block or "first",
            imports=context.study.sandbox.imports,
        )
        key = TASKS[task].verdict.key if metric == "execution" else metric
        for row, values in zip(rows, scored.rows, strict=True):
            verdicts[str(row.id), row.sample] = values[key]
            if values.get("suspicious"):
                suspicious.add((str(row.id), row.sample))
    return verdicts
