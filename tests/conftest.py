"""Fixtures that several tests share: a tiny random model with a real tokenizer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A slow machine is no failure: nothing here is timed.
settings.register_profile("tuneyard", deadline=None)
settings.load_profile("tuneyard")

# Ray reads these once in a process: where one test's Ray has a token and the next one's has none,
# the second waits for ever. None of the user's is picked up.
os.environ.pop("RAY_AUTH_TOKEN_PATH", None)
os.environ["RAY_AUTH_MODE"] = "token"
os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)

TINY_TEXT = [
    "place a red nut in the 7th row, 4th column",
    "place a blue bridge horizontally in the 1st row, 2nd column",
    "put(board, 'washer', 'yellow', 0, 7)",
    "### Instruction:\n\n### Response:\n",
    "def wn(board, colors, x, y):\n    for shape in shapes:\n        put(board, shape, color)",
]


def save_tiny_tokenizer(folder: Path) -> int:
    """Save a byte-level BPE tokenizer that adds ``<s>`` before a text; return its size."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TINY_TEXT, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    ).save_pretrained(folder)
    return tokenizer.get_vocab_size()


def save_tiny_model(
    folder: Path, architecture: str = "llama", seed: int = 0, **overrides: Any
) -> Path:
    """Save a random two-layer model of a real class, such as llama or qwen3, with tokenizer.

    ``overrides`` are fields of the model's configuration.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    size = save_tiny_tokenizer(folder)
    fields: dict[str, Any] = {
        "vocab_size": size,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "initializer_range": 0.2,  # wide enough for answers that differ from prompt to prompt
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    config = AutoConfig.for_model(architecture, **{**fields, **overrides})
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def make_tiny_model() -> Callable[..., Path]:
    """``make_tiny_model(folder, architecture="llama", seed=0)`` saves a tiny random model."""
    return save_tiny_model


@pytest.fixture(scope="session")
def tiny_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer random Llama (hidden size 64) and a byte-level tokenizer with bos/eos/pad."""
    return save_tiny_model(tmp_path_factory.mktemp("tiny-llama"))


@pytest.fixture(scope="session")
def thesis() -> Path:
    """The thesis's public files, where TUNEYARD_DATA names the folder that has them."""
    root = os.environ.get("TUNEYARD_DATA")
    folder = Path(root or "", "thesis")
    if not root or not (folder / "DPO_dataset_2000.json").is_file():
        pytest.skip("TUNEYARD_DATA does not name a folder with the thesis's public files")
    return folder


@pytest.fixture(scope="session")
def tiny_encoder_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A three-layer random RoBERTa (hidden size 32, 62 tokens) with a byte-level tokenizer."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizer

    folder = tmp_path_factory.mktemp("tiny-roberta")
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator(TINY_TEXT, vocab_size=320, special_tokens=special)
    bpe.save_model(str(folder))
    tokenizer = RobertaTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=62
    )
    tokenizer.save_pretrained(folder)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.3,  # wide enough for vectors that differ from token to token
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        RobertaModel(config).save_pretrained(folder)
    return folder
