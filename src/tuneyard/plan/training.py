"""The steps that train an arm: its stages in order, with their pairs and references."""

from __future__ import annotations

from typing import Any

from tuneyard.config import Dpo, Model, Pairs, Sft
from tuneyard.plan.adapters import first_lora
from tuneyard.plan.rows import RowSteps
from tuneyard.plan.step import Step

# Settings of training that are younger than step.FORMAT, with what they were before: at that value
# they stay out of the key, so that what was trained without them stays valid.
_LATER: dict[str, Any] = {
    "warmup_steps": None,
    "label_smoothing": 0.0,
    "dpop_lambda": 50.0,
    "stop": None,
    "watch": None,
    "repeat": {},
    "adam_beta2": 0.999,
}
# What a training step's key says elsewhere, or what cannot change its result.
_ELSEWHERE = {"lora", "checkpoint_steps", "pairs", "cache_reference"}


class TrainingSteps(RowSteps):
    """Adds training to what all arms share."""

    def chain(
        self, model: Model, regime: tuple[str, ...], names: list[str], seed: int | None
    ) -> tuple[list[Step], list[Step]]:
        """Return an arm's training steps in order, and the steps that make their pairs."""
        if not names:
            return [], []
        stages = [self.study.training(name) for name in names]
        losses = [settings.loss_on for settings in stages if isinstance(settings, Sft)]
        preflight = self.preflight(model, regime, (losses or [self.study.sft.loss_on])[0])
        checked = (*self.judges(), preflight)
        trains: list[Step] = []
        prefers: list[Step] = []
        for place, settings in enumerate(stages):
            label = " → ".join(names[: place + 1])
            start, section = trains[-1] if trains else None, self.study.section(names[place])
            lora = first_lora(self.study, names).model_dump()
            inputs = {f"train/{kind}": self.prepare(kind, "train") for kind in regime}
            if isinstance(settings, Dpo):
                pairs = self.prefer(
                    model, regime, settings.pairs, section, label, inputs, start, checked, seed
                )
                prefers.append(pairs)
                inputs = {"pairs": pairs}
                if settings.caches_reference:
                    inputs["reference"] = self.reference(model, settings, pairs, start)
            if start is not None:
                inputs["start"] = start
            lora["target_modules"] = lora["target_modules"] or model.lora_targets
            trains.append(
                self.train(model, regime, settings, section, lora, label, inputs, checked, seed)
            )
        return trains, prefers

    def train(
        self,
        model: Model,
        regime: tuple[str, ...],
        settings: Sft | Dpo,
        section: str,
        lora: dict[str, Any],
        label: str,
        inputs: dict[str, Step],
        checked: tuple[Step, ...],
        seed: int | None,
    ) -> Step:
        chosen = settings.model_dump(exclude=_ELSEWHERE)
        if isinstance(settings, Sft):
            chosen["repeat"] = {k: n for k, n in settings.repeat.items() if k in regime and n > 1}
        part = {
            "method": "sft" if isinstance(settings, Sft) else "dpo",
            "model": self.model_part(model),
            "settings": {
                **{
                    key: value
                    for key, value in chosen.items()
                    if key not in _LATER or value != _LATER[key]
                },
                "lora": lora,
            },
            "seed": self.seed if seed is None else seed,
            # The number of workers decides the global batch, and so the result.
            "workers": self.study.resources.workers,
            "strategy": self.study.resources.strategy,
        }
        return self.step(
            "train",
            " · ".join(filter(None, [f"train {label}", self.name(model, "", regime, seed)])),
            part,
            inputs=inputs,
            after=checked,
            extra={"model": model, "settings": settings, "section": section},
        )

    def prefer(
        self,
        model: Model,
        regime: tuple[str, ...],
        pairs: Pairs,
        section: str,
        label: str,
        sets: dict[str, Step],
        start: Step | None,
        checked: tuple[Step, ...],
        seed: int | None,
    ) -> Step:
        part: dict[str, Any] = {
            "settings": pairs.relevant(),
            "model": self.model_part(model),
        }
        inputs: dict[str, Step] = {}
        extra: dict[str, Any] = {"model": model, "pairs": pairs, "section": section}
        if pairs.rows is not None:
            own, overlap = self.read_pairs(pairs, pairs.rows, section)
            part |= own
            checked = (*checked, overlap)
        else:
            # What the base model answers is the same for every arm and training seed.
            sampled = pairs.from_ == "policy"
            seed = seed if sampled else None
            part |= {
                "seed": self.seed if seed is None else seed,
                "max_new_tokens": self.study.evaluate.decoding.max_new_tokens,
            }
            if pairs.verify == "execution":
                part |= self.code_block()
                judges = {kind: self.judged(kind, "train") for kind in regime}
                judged = {kind: step for kind, step in judges.items() if step is not None}
                part |= self.unjudged(judged)
                extra["judged"] = judged
            inputs = dict(sets)
            if sampled and start is not None:
                inputs["start"] = start
        title = "preference pairs" if pairs.from_ != "policy" else f"preference pairs for {label}"
        return self.step(
            "prefer",
            " · ".join(filter(None, [title, self.name(model, "", regime, seed)])),
            part,
            inputs=inputs,
            after=checked,
            extra=extra,
        )

    def reference(self, model: Model, settings: Dpo, pairs: Step, start: Step | None) -> Step:
        """Return the step that computes a reference policy's log-probabilities of some pairs."""
        trained = start is not None or model.adapter is not None
        policy = settings.reference if trained else "base"
        inputs = {"pairs": pairs}
        if policy == "start" and start is not None:
            inputs["start"] = start
        return self.step(
            "reference",
            f"reference log-probabilities, {pairs.label.removeprefix('preference ')}",
            {"model": self.model_part(model), "policy": policy},
            inputs=inputs,
            extra={"model": model},
        )
