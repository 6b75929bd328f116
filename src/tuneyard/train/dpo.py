"""Direct preference optimisation (Rafailov et al. 2023, eq. 7) on TRL's DPOTrainer.

The reference is a frozen copy of the adapter that the stage starts from (a few megabytes; the
base is shared). With a new adapter the start policy is the base, so the adapter is switched off
instead. The implied reward margin of the first batch is 0 exactly where reference and start
policy are one; a run where it is not is refused. Where nothing reads a reference there is none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import Trainer
from trl import DPOConfig, DPOTrainer

from tuneyard.config import Dpo, Model
from tuneyard.errors import UserError
from tuneyard.losses import LOSSES, PairBatch
from tuneyard.records import Preference
from tuneyard.train import lora
from tuneyard.train.health import Collapse, greedy, spread
from tuneyard.train.measures import Sums
from tuneyard.train.rows import REFERENCE_KEYS, dpo_columns, join_reference
from tuneyard.train.trainer import Lean, arguments

REFERENCE = "ref"
"""The name under which TRL looks for the reference adapter."""

_NOT_THE_MODELS = {"completion_mask", *REFERENCE_KEYS}
"""What a batch has that is none of the model's inputs."""


class LeanDPOTrainer(Lean, DPOTrainer):  # type: ignore[misc]
    """DPOTrainer on tokenised pairs that checks its reference and watches the answers.

    The reference's log-probabilities come with the pairs, or from the reference at every batch.
    """

    settings: Dpo
    weights: dict[str, float]
    """The losses that are summed, with their weights."""
    tolerance: float | None = None
    cache_tolerance: float
    start_rewards: dict[str, float] | None = None
    """Mean implied rewards (chosen, rejected, margins) of the first batch."""
    watched: tuple[list[int], ...] = ()
    """The prompts whose answers are sampled."""
    ends: frozenset[int] = frozenset()
    """The tokens that end an answer."""
    collapse: Collapse
    _cache_checked = False
    _noted: dict[str, list[float]]

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return the losses' weighted sum, a mean over the batch's pairs, and note its measures."""
        first = self.start_rewards is None and self.state.global_step == 0
        if self.settings.reads_reference:
            inputs = self._with_reference(inputs, first)
        mask = inputs["completion_mask"]
        outputs = model(
            **{key: one for key, one in inputs.items() if key not in _NOT_THE_MODELS},
            use_cache=False,
            labels=inputs["input_ids"].masked_fill(mask == 0, -100),
            fused_lm_head=True,
        )
        pairs = PairBatch(
            *outputs.log_probs.sum(dim=1).chunk(2),
            *(inputs.get(key, mask.new_zeros(len(mask) // 2)) for key in REFERENCE_KEYS),
            *mask[:, 1:].sum(dim=1).chunk(2),
        )
        losses = [
            LOSSES[name].function(pairs, self.settings).mean() * weight
            for name, weight in self.weights.items()
        ]
        self._measure(pairs, outputs, inputs)
        if first and self.settings.reads_reference:
            self.start_rewards = {
                name: self._noted[f"rewards/{name}"][-1]
                for name in ("chosen", "rejected", "margins")
            }
            self._check_start(self.start_rewards)
        loss = sum(losses)
        return (loss, outputs) if return_outputs else loss

    def _with_reference(self, inputs: Any, first: bool) -> Any:
        """Return a batch with the reference's values: those that it has, or computed here."""
        cached = REFERENCE_KEYS[0] in inputs
        if cached and self._cache_checked:
            return inputs
        found = self.compute_ref_log_probs(self.model, inputs)
        live = dict(zip(REFERENCE_KEYS, found, strict=True))
        if cached:
            self._check_cache(inputs, live)
        # The first batch is held against the very policy, without a cache's rounding.
        return {**inputs, **live} if first or not cached else inputs

    def _measure(self, pairs: PairBatch, outputs: Any, inputs: Any) -> None:
        """Note what the batch shows, over all workers."""
        own = Sums.of_batch(pairs, outputs.is_top1, inputs)
        sums = Sums(*self.accelerator.gather(own[None]).sum(dim=0).tolist())
        found = sums.measures(self.settings.beta, reference=self.settings.reads_reference)
        for name, value in found.items():
            self._noted.setdefault(name, []).append(value)
        self.tokens += int(sums.tokens)
        self.collapse.add(sums.chosen_change, sums.chosen_tokens)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with the means of what the batches since the last time have shown."""
        means = {name: sum(values) / len(values) for name, values in self._noted.items()}
        self._noted.clear()
        # Past TRL's own, which would log what its own loss has noted.
        Trainer.log(self, {**logs, **means, "num_tokens": self.tokens}, start_time)

    def _check_start(self, rewards: dict[str, float]) -> None:
        worst = max(abs(value) for value in rewards.values())
        if self.tolerance is not None and not worst < self.tolerance:
            raise UserError(
                "DPO's reference is not the policy that the stage starts from: the implied reward "
                f"at step 0 should be 0 (within {self.tolerance:g})",
                where="dpo: reference",
                value=rewards,
                remedy="start from the adapter that is the reference, or set 'reference: base'",
            )

    def _check_cache(self, inputs: Any, live: dict[str, Any]) -> None:
        off = sum((inputs[key] - live[key]).abs().sum() for key in REFERENCE_KEYS)
        tokens = inputs["completion_mask"][:, 1:].sum()
        sums = self.accelerator.gather(torch.stack([off, tokens])[None]).sum(dim=0).tolist()
        self._cache_checked = True
        if not sums[0] < self.cache_tolerance * sums[1]:
            raise UserError(
                "the cached reference log-probabilities are another policy's: on the first batch "
                f"they should be the reference's own (within {self.cache_tolerance:g} nats a "
                "token)",
                where="dpo: cache_reference",
                value=sums[0] / max(1, sums[1]),
                remedy="remove the reference artifact from the run directory, or set "
                "cache_reference: false",
            )

    def kept(self) -> dict[str, Any]:
        """Add what DPO has measured to what a checkpoint carries."""
        return {
            **super().kept(),
            "start_rewards": self.start_rewards,
            "collapse": self.collapse.kept(),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over from a checkpoint."""
        super().restore(kept)
        self.start_rewards = kept["start_rewards"]
        self.collapse.restore(kept["collapse"])

    def verdict(self, step: int, total: int) -> dict[str, Any] | None:
        """Return why training stops after this step, or None."""
        return self.collapse.verdict(step, total)

    def sampled(self, step: int, last: bool) -> dict[str, float]:
        """Return the mean length of the watched prompts' answers, and the share that ended, if due.

        Each worker answers its share of the prompts.
        """
        watch = self.settings.watch
        if watch is None or not (last or step % watch.every == 0):
            return {}
        share = self.watched[self.accelerator.process_index :: self.accelerator.num_processes]
        with self.accelerator.autocast():
            answers = greedy(
                self.model,
                share,
                watch.max_new_tokens,
                pad=self.processing_class.pad_token_id,
                ends=self.ends,
            )
        own = sum(map(len, answers)), sum(bool(a) and a[-1] in self.ends for a in answers)
        sums = torch.tensor([own], device=self.accelerator.device)
        tokens, ended = self.accelerator.gather(sums).sum(dim=0).tolist()
        count = len(self.watched)
        return {"samples/tokens": tokens / count, "samples/ended": ended / count}


def dpo_trainer(
    policy: Any,
    tokenizer: Any,
    rows: list[Preference],
    *,
    model: Model,
    settings: Dpo,
    started_from_adapter: bool,
    cached: str | None = None,
    seed: int,
    folder: Path,
) -> LeanDPOTrainer:
    """Return a trainer of ``policy``, a ``PeftModel``; checkpoints go into ``folder``.

    Args:
        cached: path or URL of the reference's log-probabilities, as a reference stage wrote them.

    Raises:
        UserError: no pair has a token to train, or ``cached`` is of other pairs.
    """
    encoding = (settings.pairs.wording or model.wording).encoding(tokenizer)
    columns = dpo_columns(encoding, rows, model.max_length)
    if cached is not None:
        columns = join_reference(columns, cached)
    shares = settings.loss_weights or [1.0] * len(settings.loss)
    config = DPOConfig(
        **arguments(settings, model, seed, folder),
        beta=settings.beta,
    )
    with lora.unrounded(policy) as before:
        # TRL makes its "ref" copy of the adapter here.
        trainer = LeanDPOTrainer(
            model=policy,
            args=config,
            train_dataset=Dataset.from_list(columns),
            processing_class=tokenizer,
        )
    trainer.settings = settings
    trainer.weights = dict(zip(settings.loss, shares, strict=True))
    trainer._noted = {}
    # The reference's values always come with the batch: see compute_loss.
    trainer.precompute_ref_logps = True
    if settings.reads_reference and started_from_adapter and settings.reference == "start":
        if REFERENCE not in policy.peft_config:
            raise RuntimeError("TRL made no reference adapter")
        lora.set_weights(policy, before, REFERENCE)
    elif REFERENCE in policy.peft_config:
        # Without it TRL takes the base, the adapter switched off, where a reference is asked.
        policy.delete_adapter(REFERENCE)
    policy.set_adapter(lora.POLICY)
    if not started_from_adapter or settings.reference == "start":
        trainer.tolerance = model.held.start_tolerance
    trainer.cache_tolerance = model.held.cache_tolerance
    trainer.collapse = Collapse(settings.stop)
    if settings.watch is not None:
        prompts = [row["prompt_ids"] for row in columns]
        trainer.watched = tuple(spread(prompts, settings.watch.prompts))
        trainer.ends = encoding.ends
    trainer.lengths = [row["length"] for row in columns]
    trainer.global_batch = settings.global_batch
    return trainer


def reference_identity(trainer: LeanDPOTrainer, base_fingerprint: str) -> dict[str, str]:
    """Say which policy the reference is: an adapter by its weights' hash, or the base by its; or
    that there is none."""
    if not trainer.settings.reads_reference:
        return {"kind": "none"}
    if REFERENCE in trainer.model.peft_config:
        tensors = lora.weights(trainer.model, REFERENCE)
        return {"kind": "adapter", "sha256": lora.digest(tensors)}
    return {"kind": "base", "sha256": base_fingerprint}
