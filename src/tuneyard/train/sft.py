"""Supervised fine-tuning: TRL's SFTTrainer on rows that are tokenised already."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from tuneyard import borrowed
from tuneyard.config import Model, Sft
from tuneyard.train import lora
from tuneyard.train.rows import SftRow, sft_columns
from tuneyard.train.trainer import Lean, arguments


class LeanSFTTrainer(Lean, SFTTrainer):  # type: ignore[misc]
    """SFTTrainer with our order of examples, lean checkpoints and a lighter loss on CPUs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._uncounted: list[torch.Tensor] = []
        super().__init__(*args, **kwargs)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the mean negative log-likelihood of the trained tokens.

        On a GPU this is TRL's fused kernel. Without Triton that kernel projects every position
        onto the vocabulary and takes its entropy, a quarter of a small model's step; here only
        positions with a trained token are projected. The value is the same.
        """
        if return_outputs or self.accelerator.device.type != "cpu" or not self._keeps_logits():
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        targets = inputs["labels"][:, 1:]
        columns = (targets != -100).any(dim=0).nonzero()[:, 0]
        targets = targets[:, columns].flatten()
        logits = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            logits_to_keep=columns,
            use_cache=False,
        ).logits.flatten(0, 1)
        total = torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")
        trained = targets != -100
        count = trained.sum() if num_items_in_batch is None else num_items_in_batch
        loss = total / torch.as_tensor(count).clamp(min=1)
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes
        right = ((logits.detach().argmax(-1) == targets) & trained).sum()
        self._uncounted.append(
            torch.stack([right, trained.sum(), inputs["attention_mask"].sum()]).detach()
        )
        return loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log with TRL's metrics: share of tokens predicted right, and tokens seen."""
        self.count()
        super().log(logs, start_time)

    def count(self) -> None:
        """Gather the workers' counts; here and not at every step, where each would wait for it."""
        if not self._uncounted:
            return
        counts = torch.stack(self._uncounted).sum(dim=0)[None]
        self._uncounted.clear()
        right, trained, seen = self.accelerator.gather(counts).sum(dim=0).tolist()
        metrics = borrowed.noted(self)
        metrics["mean_token_accuracy"].append(right / max(1, trained))
        self.tokens += seen if self.model.training else 0
        metrics["num_tokens"] = [self.tokens]

    @property
    def tokens(self) -> int:
        """What all workers have seen: TRL's count, since its own loss adds to it."""
        return borrowed.counted_tokens(self)

    @tokens.setter
    def tokens(self, count: int) -> None:
        borrowed.set_counted_tokens(self, count)

    def _keeps_logits(self) -> bool:
        forward = self.model.get_base_model().forward
        return "logits_to_keep" in inspect.signature(forward).parameters


def sft_trainer(
    policy: Any,
    tokenizer: Any,
    rows: list[SftRow],
    *,
    model: Model,
    settings: Sft,
    seed: int,
    folder: Path,
) -> LeanSFTTrainer:
    """Return a trainer of ``policy``, a ``PeftModel``; checkpoints go into ``folder``.

    Raises:
        UserError: no row has a token to train.
    """
    columns = sft_columns(
        model.wording.encoding(tokenizer), rows, model.max_length, settings.loss_on, settings.turns
    )
    config = SFTConfig(
        **arguments(settings, model, seed, folder),
        completion_only_loss=False,  # the labels say which tokens are trained
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    with lora.unrounded(policy):
        trainer = LeanSFTTrainer(
            model=policy,
            args=config,
            train_dataset=Dataset.from_list(columns),
            processing_class=tokenizer,
        )
    trainer.lengths = [row["length"] for row in columns]
    trainer.global_batch = settings.global_batch
    return trainer
