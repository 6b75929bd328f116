"""The tokenizer: lossless, digits one by one; shards come back as written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard import embedded
from tuneyard.embedded.corpus import CODE, Document
from tuneyard.embedded.tokenizer import encode, load_shard, save_shards, train_tokenizer


@pytest.fixture(scope="module")
def tiny() -> Any:
    lines = [f"for item in items[{n}:{n + 10}]:\n    total += item * {n}\n" for n in range(200)]
    return train_tokenizer(lines, 300)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_survives(tiny: Any, text: str) -> None:
    text = text.replace("<pad>", "").replace("<s>", "").replace("</s>", "")
    ids = tiny(text, add_special_tokens=True)["input_ids"]
    assert tiny.decode(ids) == text


def test_digits_are_tokens_of_their_own(tiny: Any) -> None:
    pieces = [tiny.decode([i]) for i in tiny("x = 2024")["input_ids"]]
    assert [p.strip() for p in pieces[-4:]] == ["2", "0", "2", "4"]


def test_documents_are_framed_shuffled_by_seed_and_stored(tiny: Any, tmp_path: Path) -> None:
    texts = [Document(CODE, f"total = {n}\n") for n in range(50)]
    tokens = encode(tiny, texts, seed=3)
    assert tokens.dtype == np.uint16
    assert (tokens == tiny.bos_token_id).sum() == (tokens == tiny.eos_token_id).sum() == 50
    assert np.array_equal(tokens, encode(tiny, texts, seed=3))
    assert not np.array_equal(tokens, encode(tiny, texts, seed=4))
    save_shards(tokens, tmp_path, held_out=40)
    parts = [load_shard(tmp_path / f"{name}.u16.xz") for name in ("train", "held_out")]
    assert len(parts[1]) == 40
    assert np.array_equal(np.concatenate(parts), tokens)


def test_the_embedded_tokenizer_loads_and_adds_nothing() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(embedded.path())
    text = "def area(width, height):\n        return width * height  # 12 of 345\n"
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text
    assert tokenizer.eos_token_id not in ids
    assert len({tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id}) == 3
