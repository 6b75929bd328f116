"""Matches the tokens of two texts by the cosine of their vectors (Zhang et al. 2020, section 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class BertScore:
    """Precision, recall and their means, -1 to 1; ``f3`` weighs recall nine times as much."""

    precision: float
    recall: float
    f1: float
    f3: float


@dataclass(frozen=True, slots=True)
class Vectors:
    """A text's unit vectors (tokens, width) and the weight of each token (tokens,).

    Tokens of weight 0 are matched by others' tokens, but not counted themselves.
    """

    vectors: torch.Tensor
    weights: torch.Tensor


def match(
    *, prediction: Vectors, reference: Vectors, prediction_padded: bool, reference_padded: bool
) -> torch.Tensor:
    """Return precision and recall, (2,): each token counts by the most similar one opposite.

    Args:
        prediction_padded: the prediction was padded to be matched, and each padded token counts as
            similarity 0, so that no reference token's best one is below that.
        reference_padded: the same of the reference.
    """
    import torch

    similar = prediction.vectors @ reference.vectors.T
    best_of_prediction, best_of_reference = similar.amax(1), similar.amax(0)
    if reference_padded:
        best_of_prediction = best_of_prediction.clamp(min=0)
    if prediction_padded:
        best_of_reference = best_of_reference.clamp(min=0)
    return torch.stack(
        [
            best_of_prediction @ prediction.weights / prediction.weights.sum(),
            best_of_reference @ reference.weights / reference.weights.sum(),
        ]
    )


def bert_score(precision: float, recall: float) -> BertScore:
    """Return a score with its means, (1 + b²) P R / (b² P + R) for b 1 and 3; 0 where undefined."""
    return BertScore(
        precision, recall, _mean(precision, recall, 1.0), _mean(precision, recall, 9.0)
    )


def _mean(precision: float, recall: float, weight: float) -> float:
    below = weight * precision + recall
    value = (1 + weight) * precision * recall / below if below else 0.0
    return 0.0 if math.isnan(value) else value
