"""IPO: the margin is to be a number, however long it has been trained."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Tensor


def _ipo(pairs: PairBatch, settings: Any) -> Tensor:
    # Means a token, as the paper's authors have it: a sum would weigh long answers more.
    chosen, rejected = pairs.token_means()
    return (chosen - rejected - 1 / (2 * settings.beta)) ** 2


IPO = Loss(_ipo, "Azar et al. 2023, eq. 17")
