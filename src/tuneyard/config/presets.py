"""Models that a study can name without spelling them out.

The six models of the COCOBOTS slides, and the small one that ships with tuneyard. A study
overrides any field: ``{name: llama-3.1-8b, quantization: bf16}``.
"""

from __future__ import annotations

from typing import Any

# The projections of a Llama block; Mistral and StableLM name theirs alike.
_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

PRESETS: dict[str, dict[str, Any]] = {
    "embedded": {
        "path": "embedded",
        "quantization": "none",
        "prompt": "instruction",
        "lora_targets": _PROJECTIONS,
        "max_length": 1024,
    },
    "codellama-7b-instruct": {
        "path": "codellama/CodeLlama-7b-Instruct-hf",
        "quantization": "nf4",
        "prompt": "inst",
        "lora_targets": _PROJECTIONS,
        "max_length": 16384,
    },
    "codellama-13b-instruct": {
        "path": "codellama/CodeLlama-13b-Instruct-hf",
        "quantization": "nf4",
        "prompt": "inst",
        "lora_targets": _PROJECTIONS,
        "max_length": 16384,
    },
    "llama-3.1-8b": {
        "path": "meta-llama/Llama-3.1-8B",
        "quantization": "nf4",
        "prompt": "alpaca",
        "lora_targets": _PROJECTIONS,
        "max_length": 131072,
    },
    "llama-3.2-3b": {
        "path": "meta-llama/Llama-3.2-3B",
        "quantization": "nf4",
        "prompt": "alpaca",
        "lora_targets": _PROJECTIONS,
        "max_length": 131072,
    },
    "mistral-7b-v0.1": {
        "path": "mistralai/Mistral-7B-v0.1",
        "quantization": "nf4",
        "prompt": "alpaca",
        "lora_targets": _PROJECTIONS,
        "max_length": 32768,
    },
    "stable-code-3b": {
        "path": "stabilityai/stable-code-3b",
        "quantization": "nf4",
        "prompt": "alpaca",
        "lora_targets": _PROJECTIONS,
        "max_length": 16384,
    },
}
