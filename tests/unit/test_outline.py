"""What is refused of a model's folder before torch is imported, and what is left to others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tuneyard import embedded
from tuneyard.config import Model
from tuneyard.errors import UserError
from tuneyard.outline import check_outline


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedded.path(), tmp_path / "model"))


def check(folder: Path) -> None:
    check_outline(Model(name="m", path=str(folder), quantization="none"))


def configure(folder: Path, **facts: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | facts))


def rename(folder: Path, old: str, new: str) -> None:
    """Rename tensors in the header of the weights; both names have to be of one length."""
    file = folder / "model.safetensors"
    assert len(old) == len(new)
    file.write_bytes(file.read_bytes().replace(old.encode(), new.encode()))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"num_hidden_layers": 5}, "9 tensors are missing: model.layers.4.input_layernorm.weight"),
        ({"num_hidden_layers": 3}, "9 tensors are left over: model.layers.3."),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is too large"),
        ({"vocab_size": 4095}, r"model.embed_tokens.weight \(4096×256, not 4095×256\)"),
        ({"intermediate_size": 513}, "12 tensors are of another shape"),
        ({"head_dim": 16}, "16 tensors are of another shape"),
        ({"num_key_value_heads": 4}, "8 tensors are of another shape"),
        ({"hidden_act": "swish2"}, "hidden_act is no function"),
        ({"tie_word_embeddings": False}, "1 tensor is missing: lm_head.weight"),
        ({"model_type": "gpt2"}, "says 'gpt2' of what LlamaForCausalLM saved"),
        ({"model_type": "qwen2", "architectures": None}, "12 tensors are missing"),
    ],
)
def test_a_configuration_of_other_tensors_is_told(
    folder: Path, facts: dict[str, Any], said: str
) -> None:
    configure(folder, **facts)
    with pytest.raises(UserError, match=said) as caught:
        check(folder)
    assert caught.value.where
    assert caught.value.remedy


def test_tensors_of_other_names_are_told(folder: Path) -> None:
    rename(folder, "model.layers.1.mlp.up_proj.weight", "model.layers.9.mlp.up_proj.weight")
    said = (
        r"1 tensor is missing: model\.layers\.1\.mlp\.up_proj\.weight; "
        r"1 tensor is left over: model\.layers\.9\."
    )
    with pytest.raises(UserError, match=said):
        check(folder)


def test_a_damaged_tokenizer_is_told(folder: Path) -> None:
    file = folder / "tokenizer.json"
    file.write_text(file.read_text()[:5000])
    with pytest.raises(UserError, match="a tokenizer could not be loaded"):
        check(folder)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"model_type": "stablelm", "architectures": ["StableLmForCausalLM"], "vocab_size": 7},
        {"quantization_config": {"load_in_4bit": True}, "vocab_size": 7},
        {"attention_bias": True},
        {"hidden_act": "gelu_pytorch_tanh"},
        {"vocab_size": None},
        {"tie_word_embeddings": None},
        {"architectures": 3},
    ],
)
def test_what_is_not_known_here_passes(folder: Path, facts: dict[str, Any]) -> None:
    configure(folder, **facts)
    check(folder)


def test_weights_that_were_saved_without_a_head_pass(folder: Path) -> None:
    rename(folder, '"model.', '"other.')
    check(folder)
