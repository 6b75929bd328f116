"""Trains the byte-level BPE tokenizer and turns documents into token shards."""

from __future__ import annotations

import lzma
import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tuneyard.embedded.corpus import Document

if TYPE_CHECKING:
    from pathlib import Path

PAD, BOS, EOS = "<pad>", "<s>", "</s>"
CONTEXT = 1024

# Words with their leading space, digits one by one, runs of punctuation, line ends, indentation.
_WORDS = r"""'(?i:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+"""


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Any:
    """A ``PreTrainedTokenizerFast`` with ``vocab_size`` entries, the 256 bytes included.

    It adds no special token by itself, so that a prompt and its completion may be encoded apart.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, BOS, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def encode(tokenizer: Any, documents: Sequence[Document], *, seed: int) -> np.ndarray:
    """All documents in a seeded order as one uint16 vector: ``<s> text </s> <s> text </s> …``."""
    order = list(range(len(documents)))
    random.Random(seed).shuffle(order)
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    rows: list[np.ndarray] = []
    for start in range(0, len(order), 512):
        texts = [documents[i].text for i in order[start : start + 512]]
        for ids in tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]:
            rows.append(np.array([bos, *ids, eos], dtype=np.uint16))
    return np.concatenate(rows)


def save_shards(tokens: np.ndarray, folder: Path, *, held_out: int) -> None:
    """Writes ``train.u16.xz`` and ``held_out.u16.xz`` (the last ``held_out`` tokens)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("held_out", tokens[-held_out:]), ("train", tokens[:-held_out])):
        with lzma.open(folder / f"{name}.u16.xz", "wb", preset=4) as file:
            file.write(part.astype("<u2").tobytes())


def load_shard(file: Path) -> np.ndarray:
    """The uint16 tokens of one shard."""
    with lzma.open(file) as stream:
        return np.frombuffer(stream.read(), dtype="<u2")
