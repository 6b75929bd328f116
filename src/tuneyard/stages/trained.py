"""How each arm was trained, from its training steps: what the report holds side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuneyard.config import Sft
from tuneyard.plan import Arm
from tuneyard.plan.steps import Train
from tuneyard.rows import iter_json_lines
from tuneyard.stages.context import Context


def trained(arms: tuple[Arm, ...], context: Context) -> Iterator[Any]:
    """Yield a `compare.Trained` for each arm that was trained."""
    from tuneyard.compare import System, Trained

    for arm in arms:
        if arm.trains:
            stages = [_stage(step, context) for step in arm.trains]
            yield Trained(System(*arm.system), stages, arm.seed)


def history(train: Train, context: Context) -> list[dict[str, Any]]:
    """Return what a training step logged."""
    path = context.artifact(train).local() / "history.jsonl"
    return [row for _, row in iter_json_lines(path)]


def _stage(step: Train, context: Context) -> dict[str, Any]:
    """Return one stage's settings and what it did, by the names that tables give them."""
    facts = context.facts(step)
    settings, lora = step.settings, step.settings.lora
    assert lora is not None  # the plan has filled it in
    accumulated = settings.batch_size * settings.gradient_accumulation
    warmup = settings.warmup_steps
    own: dict[str, Any] = {
        "method": step.method,
        "examples": facts.get("examples"),
        "epochs": None if settings.max_steps else settings.epochs,
        "optimiser steps": facts.get("steps"),
        "tokens": facts.get("tokens"),
        "adapter rank": lora.r,
        "adapter alpha": lora.alpha,
        "adapter dropout": lora.dropout,
        "adapter modules": lora.target_modules,
        "parameters": facts.get("parameters"),
        "learning rate": settings.learning_rate,
        "schedule": settings.scheduler,
        "warm-up": f"{warmup} steps"
        if warmup is not None
        else f"{100 * settings.warmup_ratio:g} %",
        "examples a step": accumulated * step.workers,
        "optimiser": settings.optimizer,
        "weight decay": settings.weight_decay,
    }
    if isinstance(settings, Sft):
        return own | {"loss on": settings.loss_on}
    return own | {
        "loss": settings.loss,
        "beta": settings.beta,
        "reference": settings.reference if settings.reads_reference else "none",
        "pairs from": settings.pairs.from_,
    }
