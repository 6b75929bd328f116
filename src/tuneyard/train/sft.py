"""Supervised fine-tuning: TRL's SFTTrainer on rows that are tokenised already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from tuneyard.config import Model, Sft
from tuneyard.train.rows import SftRow, sft_columns
from tuneyard.train.trainer import Lean, arguments


class LeanSFTTrainer(Lean, SFTTrainer):  # type: ignore[misc]
    """SFTTrainer with our order of examples and lean checkpoints."""


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
    columns = sft_columns(tokenizer, rows, model.max_length, settings.loss_on)
    config = SFTConfig(
        **arguments(settings, model, seed, folder),
        train_sampling_strategy="group_by_length" if settings.group_by_length else "random",
        completion_only_loss=False,  # the labels say which tokens are trained
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    trainer = LeanSFTTrainer(
        model=policy,
        args=config,
        train_dataset=Dataset.from_list(columns),
        processing_class=tokenizer,
    )
    trainer.lengths = [row["length"] for row in columns]
    return trainer
