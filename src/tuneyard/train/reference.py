"""A reference policy that scores preference pairs apart from any training."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from tuneyard.adapter_file import check_adapter
from tuneyard.borrowed import fused_head, preference_collator
from tuneyard.config import Model
from tuneyard.loading import load_adapter, load_model


class ReferencePolicy:
    """A frozen policy that scores pairs as DPO's trainer would, in the same arithmetic.

    Args:
        adapter: a local folder; None: the base model itself.

    Raises:
        UserError: the model or the adapter cannot be loaded, or do not belong together.
    """

    def __init__(self, model: Model, adapter: Path | None) -> None:
        if adapter is not None:
            check_adapter(adapter, model)
        network, tokenizer = load_model(model, for_training=False)
        fused_head(network)
        self._policy = network
        if adapter is not None:
            self._policy = load_adapter(network, adapter, trainable=False).eval()
        self._collate = preference_collator(tokenizer.pad_token_id)
        self._device = network.device
        # Trainer, too, computes a bfloat16 or 4-bit model's float32 parts in bfloat16 on a GPU.
        self._mixed = self._device.type == "cuda" and not model.held.exact

    def __call__(self, pairs: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
        """Return each pair's log-probabilities, chosen and rejected, in nats, summed over tokens.

        Args:
            pairs: ``prompt_ids``, ``chosen_ids`` and ``rejected_ids``, as ``dpo_columns`` makes.
        """
        batch = {key: value.to(self._device) for key, value in self._collate(list(pairs)).items()}
        labels = batch["input_ids"].masked_fill(batch["completion_mask"] == 0, -100)
        mixed = torch.autocast("cuda", torch.bfloat16) if self._mixed else contextlib.nullcontext()
        with torch.no_grad(), mixed:
            found = self._policy(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                labels=labels,
                use_cache=False,
                fused_lm_head=True,
            ).log_probs
        chosen, rejected = found.float().sum(dim=1).chunk(2)
        return list(zip(chosen.tolist(), rejected.tolist(), strict=True))
