"""Three families of chat models, tiny and random, with templates of their structure.

Each differs where it matters: whether the template spells beginning-of-sequence (and the tokenizer
adds it, too), takes the system's words, keeps outer space, ends a turn with end-of-sequence or with
another token, and pads with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tokenizers import (
    AddedToken,
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
    "def wn(board, colors, x, y):\n    for shape in shapes:\n        put(board, shape, color)\n\n",
    "system\nuser\nassistant\nmodel\n\nYou answer in Python.\n\n\na def, a def: place a red nut",
]

# The tags say where the model's turns are: transformers' own word on it is held against ours.
CHATML = """\
{%- if messages[0].role != 'system' %}
    {{- '<|im_start|>system\\nYou answer in Python.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.role == 'assistant' %}
        {%- generation %}{{- message.content + '<|im_end|>' }}{%- endgeneration %}
    {%- else %}
        {{- message.content + '<|im_end|>' }}
    {%- endif %}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and not enable_thinking %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

LLAMA3 = """\
{{- bos_token }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
    {%- if message['role'] == 'assistant' %}
        {%- generation %}{{- message['content'] | trim + '<|eot_id|>' }}{%- endgeneration %}
    {%- else %}
        {{- message['content'] | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}"""

GEMMA = """\
{{- bos_token }}
{%- for message in messages %}
    {%- if message.role == 'system' %}{{ raise_exception('there is no system here') }}{%- endif %}
    {%- if (message.role == 'user') != (loop.index0 is even) %}
        {{- raise_exception('turns take turns') }}
    {%- endif %}
    {%- if message.role == 'assistant' %}
        {{- '<start_of_turn>model\\n' }}
        {%- generation %}{{- message.content | trim + '<end_of_turn>' }}{%- endgeneration %}
        {{- '\\n' }}
    {%- else %}
        {{- '<start_of_turn>user\\n' + message.content | trim + '<end_of_turn>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{%- endif %}"""


def _byte_level(special: list[str], bos: str | None, nfc: bool) -> Tokenizer:
    backend = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(
        Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
        "isolated",
    )
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    backend.pre_tokenizer = pre_tokenizers.Sequence([split, level])
    backend.decoder = decoders.ByteLevel()
    if nfc:
        backend.normalizer = normalizers.NFC()
    trainer = trainers.BpeTrainer(
        vocab_size=360,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TEXT, trainer)
    if bos is not None:
        backend.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, backend.token_to_id(bos))]
        )
    return backend


def _qwen2() -> Any:
    """ChatML; end-of-turn is no end-of-sequence, and pads share the latter's token."""
    from transformers import PreTrainedTokenizerFast

    backend = _byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], None, nfc=True)
    backend.add_tokens([AddedToken(t, special=False) for t in ("<think>", "</think>")])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=["<|im_start|>", "<|im_end|>"],
        chat_template=CHATML,
    )


def _llama3() -> Any:
    """The tokenizer adds beginning-of-sequence, and the template spells it."""
    from transformers import PreTrainedTokenizerFast

    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>",
               "<|end_header_id|>", "<|eot_id|>"]  # fmt: skip
    return PreTrainedTokenizerFast(
        tokenizer_object=_byte_level(special, "<|begin_of_text|>", nfc=False),
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        pad_token="<|eot_id|>",
        extra_special_tokens=special[1:4],
        chat_template=LLAMA3,
    )


def _gemma() -> Any:
    """Spaces are ▁, what is no piece is bytes, line ends are tokens of their own."""
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    trained.train_from_iterator(
        [text.replace("\n", " ") for text in TEXT],
        trainers.BpeTrainer(vocab_size=120, show_progress=False),
    )
    found = json.loads(trained.to_str())["model"]
    names = [*special, "\n", "\n\n", *(f"<0x{n:02X}>" for n in range(256)), *found["vocab"], "▁▁"]
    backend = Tokenizer(
        models.BPE(
            vocab={name: number for number, name in enumerate(dict.fromkeys(names))},
            merges=[*(tuple(pair) for pair in found["merges"]), ("▁", "▁")],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    backend.normalizer = normalizers.Replace(" ", "▁")
    backend.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    backend.add_special_tokens(special)
    backend.add_tokens([AddedToken(ends, normalized=False) for ends in ("\n", "\n\n")])
    backend.post_processor = processors.TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", backend.token_to_id("<bos>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        unk_token="<unk>",
        extra_special_tokens=special[4:],
        chat_template=GEMMA,
    )


FAMILIES: dict[str, Callable[[], Any]] = {"qwen2": _qwen2, "llama": _llama3, "gemma": _gemma}


@pytest.fixture(scope="session")
def chat_tokenizer() -> Callable[[str], Any]:
    """``chat_tokenizer(family)`` makes the tokenizer of a family."""
    return cache(lambda family: FAMILIES[family]())


@pytest.fixture(scope="session", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    """The kind of model that each of them belongs to."""
    return str(request.param)


@pytest.fixture(scope="session")
def chatty(family: str, chat_tokenizer: Callable[[str], Any]) -> Any:
    """The tokenizer of each family."""
    return chat_tokenizer(family)


@pytest.fixture(scope="session")
def chat_model(family: str, chatty: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random model of each family."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    folder = tmp_path_factory.mktemp(f"tiny-{family}")
    chatty.save_pretrained(folder)
    config = AutoConfig.for_model(
        family,
        vocab_size=len(chatty),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=2048,
        initializer_range=0.4,
        tie_word_embeddings=False,
        bos_token_id=chatty.bos_token_id,
        eos_token_id=chatty.eos_token_id,
        pad_token_id=chatty.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder
