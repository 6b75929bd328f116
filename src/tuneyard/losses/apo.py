"""APO: whether the chosen answers are better than the policy's own, or worse."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Tensor


def _zero(pairs: PairBatch, settings: Any) -> Tensor:
    chosen, rejected = settings.beta * pairs.chosen_ratio, settings.beta * pairs.rejected_ratio
    return 1 - chosen.sigmoid() + rejected.sigmoid()


def _down(pairs: PairBatch, settings: Any) -> Tensor:
    chosen, margin = settings.beta * pairs.chosen_ratio, settings.beta * pairs.margin
    return chosen.sigmoid() + 1 - margin.sigmoid()


APO_ZERO = Loss(_zero, "D'Oosterlinck et al. 2024, eq. 7")
APO_DOWN = Loss(_down, "D'Oosterlinck et al. 2024, eq. 8")
