"""Quantisations by the names that studies have for them. Importing this imports no torch.

Another one is a file here and a line in ``QUANTIZATIONS``.
"""

from __future__ import annotations

from tuneyard.quantizations.int8 import INT8
from tuneyard.quantizations.nf4 import NF4
from tuneyard.quantizations.plain import BF16, NONE
from tuneyard.quantizations.record import Quantization

__all__ = ["QUANTIZATIONS", "Quantization"]

QUANTIZATIONS: dict[str, Quantization] = {"none": NONE, "bf16": BF16, "int8": INT8, "nf4": NF4}
