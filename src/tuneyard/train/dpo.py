"""Direct preference optimisation (Rafailov et al. 2023, eq. 7) on TRL's DPOTrainer.

The reference is a frozen copy of the adapter that the stage starts from (a few megabytes; the
base is shared). With a new adapter the start policy is the base, so the adapter is switched off
instead. The implied reward margin of the first batch is 0 exactly where reference and start
policy are one; a run where it is not is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from tuneyard.config import Dpo, Model
from tuneyard.errors import UserError
from tuneyard.records import Preference
from tuneyard.train import lora
from tuneyard.train.rows import dpo_columns
from tuneyard.train.trainer import Lean, arguments

REFERENCE = "ref"
"""The name under which TRL looks for the reference adapter."""

TOLERANCE = {"none": 1e-4, "bf16": 5e-2, "nf4": 5e-2}
"""How far from 0 the first batch's mean rewards may be, by quantisation: rewards are beta times a
sum over the answer's tokens, each exact to about 1e-6 in float32 and 1e-2 in bfloat16."""


class LeanDPOTrainer(Lean, DPOTrainer):  # type: ignore[misc]
    """DPOTrainer on tokenised pairs, with a check of the reference at step 0."""

    tolerance: float | None = None

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset

    def _compute_loss(self, model: Any, inputs: Any, return_outputs: bool) -> Any:
        loss = super()._compute_loss(model, inputs, return_outputs)
        if self.start_rewards is None and self.state.global_step == 0:
            metrics = self._metrics["train"]
            self.start_rewards = {
                name: metrics[f"rewards/{name}"][-1] for name in ("chosen", "rejected", "margins")
            }
            self._check_start(self.start_rewards)
        return loss

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


def dpo_trainer(
    policy: Any,
    tokenizer: Any,
    rows: list[Preference],
    *,
    model: Model,
    settings: Dpo,
    started_from_adapter: bool,
    seed: int,
    folder: Path,
) -> LeanDPOTrainer:
    """Return a trainer of ``policy``, a ``PeftModel``; checkpoints go into ``folder``.

    Raises:
        UserError: no pair has a token to train.
    """
    columns = dpo_columns(tokenizer, rows, model.max_length)
    config = DPOConfig(
        **arguments(settings, model, seed, folder),
        train_sampling_strategy="group_by_length" if settings.group_by_length else "random",
        beta=settings.beta,
        loss_type=list(settings.loss),
        loss_weights=settings.loss_weights,
    )
    # TRL makes its "ref" copy of the adapter here; its rounding of a quantised model's adapter to
    # bfloat16, which happens here too, is undone by writing the weights once more.
    before = {name: tensor.clone() for name, tensor in lora.weights(policy).items()}
    trainer = LeanDPOTrainer(
        model=policy,
        args=config,
        train_dataset=Dataset.from_list(columns),
        processing_class=tokenizer,
    )
    lora.set_weights(policy, before)
    if started_from_adapter and settings.reference == "start":
        if REFERENCE not in policy.peft_config:
            raise RuntimeError("TRL made no reference adapter")
        lora.set_weights(policy, before, REFERENCE)
    elif REFERENCE in policy.peft_config:
        # Without it TRL takes the base, the adapter switched off, as the reference.
        policy.delete_adapter(REFERENCE)
    policy.set_adapter(lora.POLICY)
    if not started_from_adapter or settings.reference == "start":
        trainer.tolerance = TOLERANCE[model.quantization]
    trainer.lengths = [row["length"] for row in columns]
    return trainer


def reference_identity(trainer: LeanDPOTrainer, base_fingerprint: str) -> dict[str, str]:
    """Say which policy the reference is: an adapter by its weights' hash, or the base by its."""
    if REFERENCE in trainer.model.peft_config:
        tensors = lora.weights(trainer.model, REFERENCE)
        return {"kind": "adapter", "sha256": lora.digest(tensors)}
    return {"kind": "base", "sha256": base_fingerprint}
