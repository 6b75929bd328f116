"""Models that a study can name without spelling them out.

The small one that ships with tuneyard, the six of the COCOBOTS slides, and today's code models in
sizes that one GPU trains. A study overrides any field, as in ``{name: qwen3-4b, quantization:
bf16}``.
"""

from __future__ import annotations

from typing import Any

# The projections of a Llama block; Mistral, StableLM, Qwen and Gemma name theirs alike.
_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_STARCODER = ("q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj")
_PHI = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj")
# Qwen3 thinks before it answers unless its template is told.
_AT_ONCE = {"format": "chat", "arguments": {"enable_thinking": False}}


def _preset(
    path: str,
    prompt: str | dict[str, Any],
    context: int,
    targets: tuple[str, ...] = _PROJECTIONS,
    quantization: str = "nf4",
) -> dict[str, Any]:
    """Return the fields of a model.

    Args:
        context: tokens, as the model's config.json has them.
        targets: the modules that get an adapter: all linear ones of a block.
    """
    return {
        "path": path,
        "quantization": quantization,
        "prompt": prompt,
        "lora_targets": list(targets),
        "max_length": context,
    }


PRESETS: dict[str, dict[str, Any]] = {
    "embedded": _preset("embedded", "instruction", 1024, quantization="none"),
    "codegemma-2b": _preset("google/codegemma-2b", "alpaca", 8192),
    "codegemma-7b-it": _preset("google/codegemma-7b-it", "chat", 8192),
    "codellama-7b-instruct": _preset("codellama/CodeLlama-7b-Instruct-hf", "inst", 16384),
    "codellama-13b-instruct": _preset("codellama/CodeLlama-13b-Instruct-hf", "inst", 16384),
    "deepseek-coder-1.3b-instruct": _preset(
        "deepseek-ai/deepseek-coder-1.3b-instruct", "chat", 16384
    ),
    "deepseek-coder-6.7b-instruct": _preset(
        "deepseek-ai/deepseek-coder-6.7b-instruct", "chat", 16384
    ),
    "gemma-3-270m-it": _preset("google/gemma-3-270m-it", "chat", 32768),
    "gemma-3-1b-it": _preset("google/gemma-3-1b-it", "chat", 32768),
    "llama-3.1-8b": _preset("meta-llama/Llama-3.1-8B", "alpaca", 131072),
    "llama-3.1-8b-instruct": _preset("meta-llama/Llama-3.1-8B-Instruct", "chat", 131072),
    "llama-3.2-1b-instruct": _preset("meta-llama/Llama-3.2-1B-Instruct", "chat", 131072),
    "llama-3.2-3b": _preset("meta-llama/Llama-3.2-3B", "alpaca", 131072),
    "llama-3.2-3b-instruct": _preset("meta-llama/Llama-3.2-3B-Instruct", "chat", 131072),
    "mistral-7b-v0.1": _preset("mistralai/Mistral-7B-v0.1", "alpaca", 32768),
    "phi-4-mini-instruct": _preset("microsoft/Phi-4-mini-instruct", "chat", 131072, _PHI),
    "qwen2.5-coder-0.5b-instruct": _preset("Qwen/Qwen2.5-Coder-0.5B-Instruct", "chat", 32768),
    "qwen2.5-coder-1.5b-instruct": _preset("Qwen/Qwen2.5-Coder-1.5B-Instruct", "chat", 32768),
    "qwen2.5-coder-3b-instruct": _preset("Qwen/Qwen2.5-Coder-3B-Instruct", "chat", 32768),
    "qwen2.5-coder-7b-instruct": _preset("Qwen/Qwen2.5-Coder-7B-Instruct", "chat", 32768),
    "qwen3-0.6b": _preset("Qwen/Qwen3-0.6B", _AT_ONCE, 40960),
    "qwen3-1.7b": _preset("Qwen/Qwen3-1.7B", _AT_ONCE, 40960),
    "qwen3-4b": _preset("Qwen/Qwen3-4B", _AT_ONCE, 40960),
    "qwen3-8b": _preset("Qwen/Qwen3-8B", _AT_ONCE, 40960),
    "stable-code-3b": _preset("stabilityai/stable-code-3b", "alpaca", 16384),
    "starcoder2-3b": _preset("bigcode/starcoder2-3b", "alpaca", 16384, _STARCODER),
    "starcoder2-7b": _preset("bigcode/starcoder2-7b", "alpaca", 16384, _STARCODER),
}
