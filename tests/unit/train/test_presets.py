"""A tiny random model of each preset's class learns by SFT and DPO and answers, held in 4 bits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Decoding, Model
from tuneyard.config.presets import PRESETS
from tuneyard.generate.answerer import Answerer
from tuneyard.prompts.turns import plain
from tuneyard.records import Preference, write_jsonl
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run

_LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
_LINEAR = {"rope_type": "linear", "rope_theta": 100000.0, "factor": 4.0}
_LONG = {
    "rope_type": "longrope",
    "rope_theta": 10000.0,
    "partial_rotary_factor": 0.75,
    "short_factor": [1.0] * 6,
    "long_factor": [2.0] * 6,
    "original_max_position_embeddings": 64,
}
_TIED = {"tie_word_embeddings": True}

# By the preset's family, what sets its class apart from a plain Llama, apart from its size.
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "codegemma": ("gemma", {"head_dim": 16}),
    "codellama": ("llama", {"num_key_value_heads": 4}),
    "deepseek-coder": ("llama", {"rope_parameters": _LINEAR}),
    "gemma-3": (
        "gemma3_text",
        {"head_dim": 16, "sliding_window": 32, "layer_types": None, **_TIED},
    ),
    "llama-3.1": ("llama", {"rope_parameters": _LLAMA3}),
    "llama-3.2": ("llama", {"rope_parameters": _LLAMA3, **_TIED}),
    "mistral": ("mistral", {"sliding_window": 32}),
    "phi-4-mini": ("phi3", {"rope_parameters": _LONG, "partial_rotary_factor": 0.75, **_TIED}),
    # Its tokenizer class adds an end-of-text token to what the tiny tokenizer has.
    "qwen2.5-coder": ("qwen2", {"vocab_size": 384, **_TIED}),
    "qwen3": ("qwen3", {"head_dim": 16, **_TIED}),
    "stable-code": ("stablelm", {"num_key_value_heads": 4, "use_qkv_bias": True}),
    "starcoder2": ("starcoder2", {"sliding_window": 32, "use_bias": True, **_TIED}),
}
# As Qwen3's: an answer, and what asks for one, begins with no thoughts.
CHAT = (
    "{%- set empty = '<think></think>' if enable_thinking is defined else '' -%}"
    "{%- for message in messages -%}<|{{ message.role }}|>"
    "{{ empty if message.role == 'assistant' and loop.last }}{{ message.content }}{{ eos_token }}\n"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{{ empty }}{% endif %}"
)


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


def of(family: str) -> list[str]:
    return [name for name in PRESETS if name.startswith(family)]


def test_each_preset_is_of_a_family() -> None:
    found = sorted(name for family in FAMILIES for name in of(family))
    assert found == sorted(set(PRESETS) - {"embedded"})


def learns_and_answers(
    model: dict[str, Any],
    sft_job: Callable[..., TrainJob],
    dpo_job: Callable[..., TrainJob],
    folder: Path,
) -> set[str]:
    """Train a model by SFT and from there by DPO, ask it, and return the adapted modules."""
    base = Model.model_validate({"name": "tiny", **model})
    question = plain(base.wording.asked("place a red nut"))
    rows, pairs = folder / "sft.jsonl", folder / "dpo.jsonl"
    write_jsonl(rows, [{"id": str(n), "prompt": question, "completion": "put"} for n in range(4)])
    write_jsonl(pairs, [Preference(str(n), str(n), question, "put", "no") for n in range(4)])
    first, second = folder / "sft", folder / "dpo"
    job = replace(sft_job(model, max_steps=2), rows=str(rows))
    assert run(job, first, report=silent)["steps"] == 2
    job = replace(dpo_job(model, adapter=first, max_steps=1), rows=str(pairs))
    assert abs(run(job, second, report=silent)["start_rewards"]["margins"]) < 5e-2
    answers = []
    for engine in ("tuneyard", "transformers"):
        answerer = Answerer(base, second, engine=engine, threads=1)
        asked = [base.wording.asked(text) for text in ("put", "place a red nut")]
        answers.append(answerer.generate(asked, Decoding(max_new_tokens=3)))
    assert answers[0] == answers[1]
    assert answers[0][0].tokens
    return set(json.loads((first / "adapter_config.json").read_text())["target_modules"])


@pytest.mark.parametrize("family", FAMILIES)
def test_each_class_trains_and_answers(
    family: str,
    sft_job: Callable[..., TrainJob],
    dpo_job: Callable[..., TrainJob],
    make_tiny_model: Callable[..., Path],
    tmp_path: Path,
) -> None:
    architecture, overrides = FAMILIES[family]
    folder = make_tiny_model(tmp_path / "model", architecture, **overrides)
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "chat_template": CHAT}))
    preset = PRESETS[of(family)[-1]]
    assert all(PRESETS[name]["lora_targets"] == preset["lora_targets"] for name in of(family))
    assert preset["quantization"] == "nf4"
    model = {**preset, "path": str(folder), "max_length": 128}
    targets = learns_and_answers(model, sft_job, dpo_job, tmp_path)
    assert targets == set(preset["lora_targets"])


# No SDPA attention; no positions among what forward takes; no choice of logits.
@pytest.mark.parametrize("architecture", ["bloom", "codegen", "gemma2", "mpt"])
def test_a_class_without_what_newer_ones_have_trains_and_answers(
    architecture: str,
    sft_job: Callable[..., TrainJob],
    dpo_job: Callable[..., TrainJob],
    make_tiny_model: Callable[..., Path],
    tmp_path: Path,
) -> None:
    own = {"codegen": {"rotary_dim": 8, "n_positions": 512}, "gemma2": {"head_dim": 16}}
    folder = make_tiny_model(tmp_path / "model", architecture, **own.get(architecture, {}))
    model = {"path": str(folder), "quantization": "none", "prompt": "alpaca", "max_length": 128}
    assert learns_and_answers(model, sft_job, dpo_job, tmp_path)
