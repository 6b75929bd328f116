"""4-bit NormalFloat with double quantisation and bfloat16 arithmetic (Dettmers et al. 2023)."""

from __future__ import annotations

from typing import Any

from tuneyard.quantizations.record import Quantization


def _config() -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


NF4 = Quantization(
    "4-bit NormalFloat, double quantisation", 0.516, False, 5e-2, 2e-2, _config, deferred=True
)
