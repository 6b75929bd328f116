"""DPO with a floor under the chosen answers."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Setting, Tensor, logistic


def _dpop(pairs: PairBatch, settings: Any) -> Tensor:
    below = (-pairs.chosen_ratio).relu()  # nats by which it is less likely than to the reference
    return logistic(settings.beta * (pairs.margin - settings.dpop_lambda * below))


DPOP = Loss(_dpop, "Pal et al. 2024, eq. 3", (Setting("dpop_lambda", 50.0, 1e6),))
