"""DPO, with sums and with means a token, and with labels that may be swapped."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Setting, Tensor, logistic


def _sigmoid(pairs: PairBatch, settings: Any) -> Tensor:
    return logistic(settings.beta * pairs.margin)


def _sigmoid_norm(pairs: PairBatch, settings: Any) -> Tensor:
    chosen, rejected = pairs.token_means()
    return logistic(settings.beta * (chosen - rejected))


def _robust(pairs: PairBatch, settings: Any) -> Tensor:
    margin = settings.beta * pairs.margin
    swapped = settings.label_smoothing  # the share of pairs whose labels are taken to be swapped
    right, wrong = (1 - swapped) * logistic(margin), swapped * logistic(-margin)
    return (right - wrong) / (1 - 2 * swapped)


SIGMOID = Loss(_sigmoid, "Rafailov et al. 2023, eq. 7")
SIGMOID_NORM = Loss(_sigmoid_norm, "Rafailov et al. 2023, with log-ratios a token")
ROBUST = Loss(
    _robust, "Chowdhury et al. 2024, eq. 12", (Setting("label_smoothing", 0.0, 0.49, 0.1),)
)
