"""Weights as they are, in float32 or bfloat16."""

from __future__ import annotations

from tuneyard.quantizations.record import Quantization

NONE = Quantization("float32", 4.0, True, 1e-4, 1e-5)
BF16 = Quantization("bfloat16", 2.0, False, 5e-2, 2e-2)
