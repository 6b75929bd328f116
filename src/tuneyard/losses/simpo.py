"""SimPO: log-probabilities a token are the reward, a margin is asked for, no reference is."""

from __future__ import annotations

from typing import Any

from tuneyard.losses.record import Loss, PairBatch, Setting, Tensor, logistic


def _simpo(pairs: PairBatch, settings: Any) -> Tensor:
    chosen = pairs.chosen / pairs.chosen_tokens.clamp(min=1)
    rejected = pairs.rejected / pairs.rejected_tokens.clamp(min=1)
    return logistic(settings.beta * (chosen - rejected) - settings.simpo_gamma)


SIMPO = Loss(
    _simpo, "Meng et al. 2024, eq. 6", (Setting("simpo_gamma", 0.5, 100.0),), reference=False
)
