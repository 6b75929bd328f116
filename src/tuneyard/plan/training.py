"""The steps that train an arm: its stages in order, with their pairs and references."""

from __future__ import annotations

from typing import Any

from tuneyard.config import Dpo, Model, Pairs, Sft
from tuneyard.plan.rows import OVERLAP, RowSteps
from tuneyard.plan.step import Step
from tuneyard.plan.steps import (
    Prefer,
    Prepare,
    ReadPairs,
    Reference,
    SampledPairs,
    Train,
    TrainDpo,
    TrainSft,
)


class TrainingSteps(RowSteps):
    """Adds training to what all arms share."""

    def chain(
        self, model: Model, regime: tuple[str, ...], names: list[str], seed: int | None
    ) -> tuple[tuple[Train, ...], tuple[Prefer, ...]]:
        """Return an arm's training steps in order, and the steps that make their pairs."""
        if not names:
            return (), ()
        stages = [self.study.training(name) for name in names]
        sft = next((one for one in stages if isinstance(one, Sft)), self.study.sft)
        preflight = self.preflight(model, regime, sft)
        checked = (*self.judges(), preflight)
        lora = self.study.first_lora(names)
        lora = lora.model_copy(update={"target_modules": lora.target_modules or model.lora_targets})
        sets = self.sets("train", regime)
        trains: list[Train] = []
        prefers: list[Prefer] = []
        for place, settings in enumerate(stages):
            label = " → ".join(names[: place + 1])
            start, section = trains[-1] if trains else None, self.study.section(names[place])
            title = " · ".join(filter(None, [f"train {label}", self.name(model, "", regime, seed)]))
            common: dict[str, Any] = {
                "label": title,
                "after": checked,
                "base": self.base(model),
                "start": start,
                "seed": self.seed if seed is None else seed,
                # The number of workers decides the global batch, and so the result.
                "workers": self.study.resources.workers,
                "strategy": self.study.resources.strategy,
                "section": section,
            }
            shaped = settings.for_workers(self.study.resources.workers)
            shaped = shaped.model_copy(update={"lora": lora})
            if isinstance(shaped, Sft):
                repeat = {k: n for k, n in shaped.repeat.items() if k in regime and n > 1}
                shaped = shaped.model_copy(update={"repeat": repeat})
                trains.append(self.add(TrainSft(**common, settings=shaped, sets=sets)))
                continue
            pairs = self.prefer(
                model, regime, shaped.pairs, section, label, sets, start, checked, seed
            )
            prefers.append(pairs)
            reference = None
            if shaped.caches_reference:
                reference = self.reference(model, shaped, pairs, start)
            train = TrainDpo(**common, settings=shaped, pairs=pairs, reference=reference)
            trains.append(self.add(train))
        return tuple(trains), tuple(prefers)

    def prefer(
        self,
        model: Model,
        regime: tuple[str, ...],
        pairs: Pairs,
        section: str,
        label: str,
        sets: tuple[Prepare, ...],
        start: Train | None,
        checked: tuple[Step, ...],
        seed: int | None,
    ) -> Prefer:
        """Return the step that makes a stage's pairs."""
        # What the base model answers is the same for every arm and training seed.
        sampled = pairs.from_ == "policy"
        seed = seed if sampled or pairs.rows is not None else None
        title = f"preference pairs for {label}" if sampled else "preference pairs"
        title = " · ".join(filter(None, [title, self.name(model, "", regime, seed)]))
        if pairs.rows is not None:
            overlap = self.pair_overlap(pairs, pairs.rows, section)
            return self.add(
                ReadPairs(
                    label=title,
                    after=(*checked, overlap),
                    base=self.base(model),
                    pairs=pairs,
                    section=section,
                    rows=overlap.rows,
                    removed=self.removed(overlap, OVERLAP),
                )
            )
        executes = pairs.verify == "execution"
        judged = self.all_judged("train", regime) if executes else {}
        drawn = {name: getattr(pairs, name) for name in ("temperature", "top_p", "samples")}
        decoding = self.study.evaluate.decoding.model_copy(update={**drawn, "top_k": None})
        return self.add(
            SampledPairs(
                label=title,
                after=checked,
                base=self.base(model),
                pairs=pairs,
                section=section,
                sets=sets,
                policy=start if sampled else None,
                decoding=decoding,
                seed=self.seed if seed is None else seed,
                code_block=self.study.evaluate.code_block if executes else None,
                unjudged=self.unjudged(judged),
                judged=judged,
            )
        )

    def reference(
        self, model: Model, settings: Dpo, pairs: Prefer, start: Train | None
    ) -> Reference:
        """Return the step that computes a reference policy's log-probabilities of some pairs."""
        trained = start is not None or model.adapter is not None
        bare = settings.reference == "base" or not trained
        return self.add(
            Reference(
                label=f"reference log-probabilities, {pairs.label.removeprefix('preference ')}",
                base=self.base(model),
                pairs=pairs,
                policy=None if bare else start,
                bare=bare,
            )
        )
