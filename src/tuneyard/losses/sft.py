"""The chosen answers' cross-entropy, as a loss beside another."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Tensor


def _sft(pairs: PairBatch, settings: Any) -> Tensor:
    mean = -pairs.chosen.sum() / pairs.chosen_tokens.sum()  # a token of the batch, not of a pair
    return mean.expand(len(pairs.chosen))


SFT = Loss(
    _sft,
    "Pang et al. 2024, eq. 2, with a mean over the batch's tokens",
    reference=False,
    beta=False,
)
