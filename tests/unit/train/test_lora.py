"""Adapters are float32, seeded, identified by content and saved without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tuneyard.config import Lora, Model
from tuneyard.loading import load_model
from tuneyard.train import lora


def adapter(folder: Path, quantization: str, seed: int = 0, **settings: Any) -> Any:
    model = Model.model_validate({"name": "t", "path": str(folder), "quantization": quantization})
    network, _ = load_model(model, for_training=True)
    return lora.new_adapter(network, model, Lora(r=4, **settings), seed)


@pytest.mark.parametrize("quantization", ["none", "bf16", "nf4"])
def test_trained_weights_are_float32_and_only_the_adapters(
    tiny_model_dir: Path, quantization: str
) -> None:
    policy = adapter(tiny_model_dir, quantization)
    trained = {name: p for name, p in policy.named_parameters() if p.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    assert {p.dtype for p in trained.values()} == {torch.float32}


def test_the_seed_decides_the_first_weights(tiny_model_dir: Path) -> None:
    first, again, other = (
        lora.digest(lora.weights(adapter(tiny_model_dir, "none", seed))) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_settings_name_the_modules_before_the_model_does(tiny_model_dir: Path) -> None:
    policy = adapter(tiny_model_dir, "none", target_modules=["q_proj"])
    assert {name.split(".")[-3] for name in lora.weights(policy)} == {"q_proj"}


def test_saving_and_loading_keeps_every_bit(tiny_model_dir: Path, tmp_path: Path) -> None:
    policy, other = adapter(tiny_model_dir, "none", 0), adapter(tiny_model_dir, "none", 1)
    lora.save(policy, tmp_path)
    assert lora.digest(lora.weights(other)) != lora.digest(lora.weights(policy))
    lora.load_weights(other, tmp_path)
    assert lora.digest(lora.weights(other)) == lora.digest(lora.weights(policy))
