"""8-bit integers, outliers apart in a wider type (LLM.int8, Dettmers et al. 2022)."""

from __future__ import annotations

from typing import Any

from tuneyard.quantizations.record import Quantization


def _config() -> Any:
    import logging

    from transformers import BitsAndBytesConfig

    # At each product it says that it rounds to float16.
    logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    return BitsAndBytesConfig(load_in_8bit=True)


INT8 = Quantization("8-bit integers, outliers apart", 1.02, False, 5e-2, 2e-2, _config)
