"""train: one SFT or DPO stage, from the base or from an earlier stage's adapter."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.artifacts import pinned
from tuneyard.errors import AbandonedError
from tuneyard.plan.steps import Train, TrainDpo, TrainSft
from tuneyard.prompts.turns import plain
from tuneyard.records import Preference, read_jsonl, write_jsonl
from tuneyard.stages.attempts import attempt_of, note
from tuneyard.stages.batches import refuse_batch
from tuneyard.stages.context import Context

if TYPE_CHECKING:
    from tuneyard.train.job import TrainJob


def run(step: Train, context: Context) -> str:
    """Write ``adapter/`` and ``history.jsonl`` (one row a logged optimiser step)."""
    from tuneyard.train.job import TrainJob

    model = step.base.model
    artifact = context.artifact(step)
    rows = _rows(step, context)
    refuse_batch(step, len(rows))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    context.run.write_text(text, "work", artifact.name, "rows.jsonl")
    written = hashlib.sha256(text.encode()).hexdigest()
    reference = None
    if isinstance(step, TrainDpo) and step.reference is not None:
        reference = context.artifact(step.reference).checked("reference.jsonl")
    job = TrainJob(
        method=step.method,
        model=model.model_dump(),
        settings=step.settings.model_dump(by_alias=True),
        rows=pinned(f"{artifact.work}/rows.jsonl", written),
        adapter=context.policy(step.start, model),
        reference=reference,
        seed=step.seed,
        rungs=None if context.rungs is None else context.rungs.wanted(step, context),
    )
    context.cluster.start()
    facts: dict[str, Any] = {"examples": len(rows)}
    attempt = attempt_of(artifact)
    try:
        found = _trained(step, job, attempt, facts, context)
    except AbandonedError:
        context.run.discard("work", artifact.name)
        raise
    context.run.discard("work", artifact.name)
    if found["stopped"] is not None:
        context.bar.say(f"    warning: {found['stopped']['text']}")
    loss = next(
        (row["loss"] for row in reversed(found["history"]) if row.get("loss") is not None), None
    )
    final = f", loss {loss:.4f}" if loss is not None else ""
    return f"{len(rows):,} rows, {facts['steps']:,} steps{final}"


def _trained(
    step: Train, job: TrainJob, attempt: dict[str, str], facts: dict[str, Any], context: Context
) -> dict[str, Any]:
    """Train and write the artifact; return what training returned.

    Raises:
        AbandonedError: it was stopped at a rung; nothing is written.
    """
    from tuneyard.distributed import train

    artifact = context.artifact(step)
    with artifact.writing(facts) as folder:
        found = train.fit(
            job,
            cluster=context.cluster,
            storage=f"{artifact.work}/checkpoints",
            name=attempt["name"],
            place=attempt.get("place"),
            on_place=lambda place: note(artifact, {**attempt, "place": place}),
            out=folder / "adapter",
            on_progress=lambda row: _show(step, context, row),
        )
        if (found["stopped"] or {}).get("abandoned"):
            raise AbandonedError(found["stopped"]["text"])
        write_jsonl(folder / "history.jsonl", found["history"])
        facts |= {"steps": found["steps"], "stopped": found["stopped"]}
        facts |= {name: found.get(name) for name in ("tokens", "parameters")}
    return found


def _rows(step: Train, context: Context) -> list[dict[str, Any]]:
    if isinstance(step, TrainDpo):
        folder: Path = context.artifact(step.pairs).local()
        return [asdict(pair) for pair in read_jsonl(folder / "pairs.jsonl", Preference)]
    assert isinstance(step, TrainSft)
    wording = step.base.model.wording
    return [
        {"id": e.id, "prompt": plain(e.asked(wording)), "completion": e.reference}
        for one in step.sets
        for _ in range(step.settings.repeat.get(one.kind, 1))
        for e in context.examples(one)
    ]


def _show(step: Train, context: Context, row: dict[str, Any]) -> bool | None:
    """Show a worker's entry; of a rung's answers return whether training goes on."""
    if "rung" in row:
        return None if context.rungs is None else context.rungs.judge(row, context)
    if context.live is not None:
        context.live.add(step, row)
    note = f"loss {row['loss']:.4f}" if row.get("loss") is not None else ""
    context.bar.update(row.get("step", 0), row.get("total_steps"), note)
    return None
