"""Small tokenizers of the kinds that models come with, trained on a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

TEXT = [
    "def wn(board, colors, x, y):\n    for shape in shapes:\n        put(board, shape, color)",
    "    return [n + 1 for n in range(7)]  # a red nut in the 7th row",
    "### Instruction:\nplace a blue bridge\n\n### Response:\n",
    "pad unk s im_end endoftext",
]
SPECIAL = ["<unk>", "<s>", "</s>", "<pad>", "<|im_end|>", "[INST]", "[/INST]"]
_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
_QWEN = r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+"


def _fast(backend: Tokenizer) -> Any:
    from transformers import PreTrainedTokenizerFast

    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", backend.token_to_id("<s>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        extra_special_tokens=SPECIAL[4:],
    )


def _byte_level(*, prefix: bool = False, nfc: bool = False, ignore_merges: bool = False) -> Any:
    """GPT-2's kind; with a prefix space; Qwen's, which composes characters; Llama 3's."""
    backend = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    level = pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=not nfc)
    backend.pre_tokenizer = level
    if nfc:
        backend.normalizer = normalizers.NFC()
        split = pre_tokenizers.Split(Regex(_QWEN), behavior="isolated")
        backend.pre_tokenizer = pre_tokenizers.Sequence([split, level])
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TEXT, trainer)
    return _fast(backend)


def _metaspace_bpe() -> Tokenizer:
    """Return a BPE model over texts whose spaces are ▁, with a token for each byte."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(
        [text.replace("\n", " ") for text in TEXT],
        trainers.BpeTrainer(vocab_size=300, show_progress=False),
    )
    found = json.loads(trained.to_str())["model"]
    names = list(dict.fromkeys([*SPECIAL, *_BYTES, *found["vocab"], "▁▁", "▁▁▁▁"]))
    merges = [tuple(merge) for merge in found["merges"]] + [("▁", "▁"), ("▁▁", "▁▁")]
    backend = Tokenizer(
        models.BPE(
            vocab={name: number for number, name in enumerate(names)},
            merges=merges,
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    backend.add_special_tokens(SPECIAL)
    backend.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(content=" ", left=1),
        ]
    )
    return backend


def _llama(scheme: str) -> Any:
    """Llama 2's and Mistral's kind: the space before a text is its pre-tokenizer's."""
    backend = _metaspace_bpe()
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
    return _fast(backend)


def _llama_legacy() -> Any:
    """The older files of the same: the space is put before every piece of text."""
    backend = _metaspace_bpe()
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    return _fast(backend)


def _metaspace_decoder() -> Any:
    """The space is taken off by the decoder of the same name."""
    backend = _metaspace_bpe()
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Sequence(
        [decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse()]
    )
    return _fast(backend)


def _unigram(*, byte_fallback: bool) -> Any:
    """T5's kind: special tokens are pieces like others, and the likeliest."""
    names = [*SPECIAL, *(_BYTES if byte_fallback else [])]
    vocab = [(name, 0.0 if name in SPECIAL else -9.0) for name in names]
    letters = dict.fromkeys("".join(TEXT).replace("\n", "").replace(" ", "▁"))
    vocab += [(letter, -5.0) for letter in letters]
    vocab += [(word, -6.0) for word in ("▁return", "▁▁▁▁", "put", "board", "▁def")]
    backend = Tokenizer(models.Unigram(vocab, unk_id=0, byte_fallback=byte_fallback))
    backend.add_special_tokens(SPECIAL)
    backend.pre_tokenizer = pre_tokenizers.Metaspace(split=not byte_fallback)
    backend.decoder = decoders.Metaspace()
    if byte_fallback:
        backend.decoder = decoders.Sequence(
            [decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse()]
        )
    return _fast(backend)


def _word_piece() -> Any:
    """BERT's kind: it loses case, spaces and line ends."""
    backend = Tokenizer(models.WordPiece(unk_token="<unk>"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=SPECIAL, show_progress=False)
    backend.train_from_iterator(TEXT, trainer)
    return _fast(backend)


EXACT: dict[str, Callable[[], Any]] = {
    "byte-level": _byte_level,
    "byte-level, prefix space": lambda: _byte_level(prefix=True),
    "byte-level, composing": lambda: _byte_level(nfc=True),
    "byte-level, merges ignored": lambda: _byte_level(ignore_merges=True),
    "Metaspace, first": lambda: _llama("first"),
    "Metaspace, always": lambda: _llama("always"),
    "Metaspace, never": lambda: _llama("never"),
    "Metaspace, legacy": _llama_legacy,
    "Metaspace, decoder": _metaspace_decoder,
    "Unigram, bytes": lambda: _unigram(byte_fallback=True),
}
"""Those that can write every text."""

LOSSY: dict[str, Callable[[], Any]] = {
    "Unigram": lambda: _unigram(byte_fallback=False),
    "WordPiece": _word_piece,
}


@pytest.fixture(scope="session")
def tokenizer_of() -> Callable[[str], Any]:
    """``tokenizer_of(kind)`` makes a tokenizer of a kind in ``EXACT`` or ``LOSSY``."""
    return cache(lambda kind: {**EXACT, **LOSSY}[kind]())


@pytest.fixture(scope="session", params=EXACT)
def exact(request: pytest.FixtureRequest, tokenizer_of: Callable[[str], Any]) -> Any:
    """A tokenizer of each kind that can write every text."""
    return tokenizer_of(request.param)


@pytest.fixture(scope="session", params=LOSSY)
def lossy(request: pytest.FixtureRequest, tokenizer_of: Callable[[str], Any]) -> Any:
    """A tokenizer of each kind that cannot."""
    return tokenizer_of(request.param)


@pytest.fixture(scope="session")
def byte_level(tokenizer_of: Callable[[str], Any]) -> Any:
    return tokenizer_of("byte-level")
