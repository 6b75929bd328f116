"""Preference losses by name: pure functions of log-probabilities, each with what it reads.

Another one is a file here and a line in ``LOSSES``. Importing this imports no torch.
"""

from __future__ import annotations

from tuneyard.losses.apo import APO_DOWN, APO_ZERO
from tuneyard.losses.dpo import ROBUST, SIGMOID, SIGMOID_NORM
from tuneyard.losses.dpop import DPOP
from tuneyard.losses.ipo import IPO
from tuneyard.losses.record import Loss, PairBatch, Setting
from tuneyard.losses.sft import SFT
from tuneyard.losses.simpo import SIMPO

__all__ = ["LOSSES", "SETTINGS", "Loss", "PairBatch", "Setting"]

LOSSES: dict[str, Loss] = {
    "sigmoid": SIGMOID,
    "sigmoid_norm": SIGMOID_NORM,
    "ipo": IPO,
    "robust": ROBUST,
    "apo_zero": APO_ZERO,
    "apo_down": APO_DOWN,
    "dpop": DPOP,
    "sft": SFT,
    "simpo": SIMPO,
}

SETTINGS: dict[str, tuple[str, Setting]] = {
    setting.name: (name, setting) for name, loss in LOSSES.items() for setting in loss.settings
}
"""By the key of each setting: the loss that reads it, and the setting."""
