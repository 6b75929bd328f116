"""The next token of each row: greedy, or drawn by inverting the cumulative distribution.

Each row brings its own uniform number, so what it draws depends on its seed and not on the rows
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from tuneyard.config import Decoding


def uniforms(seeds: Sequence[int], steps: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return numbers in [0, 1), shape (len(seeds), steps); a row depends on its seed alone."""
    rows = [np.random.Generator(np.random.Philox(seed)).random(steps) for seed in seeds]
    return np.stack(rows) if rows else np.empty((0, steps))


def next_tokens(
    logits: torch.Tensor, decoding: Decoding, uniform: torch.Tensor | None
) -> torch.Tensor:
    """Choose one token a row.

    Args:
        logits: shape (rows, vocabulary).
        uniform: shape (rows,), in [0, 1); unused (None) under greedy decoding.

    Returns:
        Token ids, shape (rows,). Restrictions apply in this order: temperature, the ``top_k``
        likeliest tokens, then of those the smallest set that reaches probability ``top_p``
        (nucleus sampling, Holtzman et al. 2020).
    """
    if decoding.temperature == 0:
        return logits.argmax(dim=-1)
    assert uniform is not None
    scaled = logits.double() / decoding.temperature
    order: torch.Tensor | None = None
    if decoding.top_k is not None and decoding.top_k < scaled.shape[-1]:
        scaled, order = scaled.topk(decoding.top_k, dim=-1)
    elif decoding.top_p < 1:
        scaled, order = scaled.sort(dim=-1, descending=True, stable=True)
    probabilities = scaled.softmax(dim=-1)
    if decoding.top_p < 1:
        before = probabilities.cumsum(dim=-1) - probabilities
        probabilities = probabilities.masked_fill(before >= decoding.top_p, 0.0)
    cumulative = probabilities.cumsum(dim=-1)
    # u < 1 keeps the target below the total; right=True passes over tokens of probability 0.
    target = uniform[:, None] * cumulative[:, -1:]
    chosen = torch.searchsorted(cumulative, target, right=True)
    chosen = chosen.clamp_(max=cumulative.shape[-1] - 1)
    if order is not None:
        chosen = order.gather(-1, chosen)
    return chosen[:, 0]
