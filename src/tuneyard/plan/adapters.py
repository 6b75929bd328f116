"""The adapters that a study trains, in words: what shapes each, and which arms' shapes differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuneyard.adapter_file import adapter_config
from tuneyard.config import Dpo, Study
from tuneyard.plan.plan import Plan
from tuneyard.plan.steps import Arm


def describe_adapters(study: Study, plan: Plan) -> list[str]:
    """Return a line for each adapter's shape with what gave it, and where shapes differ."""
    lines = dict.fromkeys(
        f"  {arm.model.name}, {' → '.join(study.matrix.arms[arm.name])}: "
        + " from ".join(_shape(study, arm))
        for arm in plan.arms
        if arm.trains
    )
    return ["adapters:", *lines, *(f"  {text}" for text in different_shapes(study, plan))]


def different_shapes(study: Study, plan: Plan) -> list[str]:
    """Say of each model whose arms train adapters of different shapes which arm has which."""
    shapes: dict[str, dict[str, dict[str, None]]] = {}
    for arm in plan.arms:
        if arm.trains:
            shape, _ = _shape(study, arm)
            shapes.setdefault(arm.model.name, {}).setdefault(shape, {})[arm.name] = None
    return [
        f"the arms of {model} train adapters of different shapes: "
        + "; ".join(f"{', '.join(names)}: {shape}" for shape, names in own.items())
        for model, own in shapes.items()
        if len(own) > 1
    ]


def _shape(study: Study, arm: Arm) -> tuple[str, str]:
    """Return an arm's adapter in words, and the setting that it comes from."""
    if arm.model.adapter is not None:
        config = adapter_config(Path(arm.model.adapter))
        shape = _words(config.r, config.lora_alpha, config.target_modules)
        return shape, f"models.{arm.model.name}.adapter, which is trained on"
    study, stages = study.of_arm(arm.name), study.matrix.arms[arm.name]
    lora, first = arm.trains[0].settings.lora, stages[0]
    assert lora is not None  # the plan has filled it in
    section = study.section(first)
    settings = study.training(first)
    inherited = isinstance(settings, Dpo) and settings.lora is None
    source = f"sft.lora ({section} has none of its own)" if inherited else f"{section}.lora"
    return _words(lora.r, lora.alpha, lora.target_modules), source


def _words(rank: int, alpha: float, targets: Sequence[str] | None) -> str:
    named = targets if isinstance(targets, str) else ", ".join(sorted(targets or []))
    return f"LoRA r {rank}, alpha {alpha:g} on {named}"
