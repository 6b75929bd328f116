"""DPO with a floor under the chosen answers."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Setting, Tensor


def _dpop(pairs: PairBatch, settings: Any) -> Tensor:
    from torch.nn.functional import logsigmoid

    below = (-pairs.chosen_ratio).relu()  # nats by which it is less likely than to the reference
    margin = pairs.chosen_ratio - pairs.rejected_ratio - settings.dpop_lambda * below
    return -logsigmoid(settings.beta * margin)


DPOP = Loss(_dpop, "Pal et al. 2024, eq. 3", (Setting("dpop_lambda", 50.0, 1e6),))
