"""Prompt and completion become the tokens that training and generation share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.encoding import encode
from tuneyard.errors import UserError
from tuneyard.prompts import BARE, TEXTS

PROMPT = "### Instruction:\nplace a red nut\n\n### Response:\n"


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


@pytest.fixture(scope="module")
def words() -> Any:
    """A word is a token, and so is a space: <s> 0, </s> 1, a 3, bb 4, ccc 5."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    names = ["<s>", "</s>", " ", "a", "bb", "ccc"]
    backend = Tokenizer(models.WordLevel({name: n for n, name in enumerate(names)}, "a"))
    backend.pre_tokenizer = pre_tokenizers.Split(" ", "isolated")
    # This one appends an end-of-sequence token, too.
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>")


def test_only_the_completion_and_its_end_are_trained(words: Any) -> None:
    encoded = encode(BARE.encoding(words), "a bb", "ccc", 100)
    assert encoded.input_ids == [0, 3, 2, 4, 5, 1]
    assert encoded.completion_mask == [0, 0, 0, 0, 1, 1]
    assert encoded.labels == [-100, -100, -100, -100, 5, 1]
    assert (encoded.prompt_length, encoded.truncated) == (4, False)


def test_loss_on_all_trains_every_token(words: Any) -> None:
    assert encode(BARE.encoding(words), "a bb", "ccc", 100, "all").completion_mask == [1] * 6


def test_an_end_that_the_tokenizer_appends_to_the_prompt_is_left_out(words: Any) -> None:
    assert words("a bb")["input_ids"] == [0, 3, 2, 4, 1]
    assert BARE.encoding(words).prompt("a bb") == [0, 3, 2, 4]


@pytest.mark.parametrize(("room", "cut"), [(5, True), (6, False)])
def test_what_exceeds_max_length_is_cut_off_and_said(words: Any, room: int, cut: bool) -> None:
    encoded = encode(BARE.encoding(words), "a bb", "ccc", room)
    assert encoded.truncated is cut
    assert len(encoded.input_ids) == len(encoded.completion_mask) == room


def test_a_prompt_that_fills_max_length_leaves_nothing_to_train(words: Any) -> None:
    encoded = encode(BARE.encoding(words), "a bb", "ccc", 3)
    assert encoded.prompt_length == 3
    assert sum(encoded.completion_mask) == 0


def test_a_tokenizer_without_end_of_sequence_is_refused(tiny_model_dir: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model_dir, eos_token=None)
    with pytest.raises(UserError, match="no end-of-sequence"):
        BARE.encoding(tokenizer).answer("x")


@given(completion=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_training_sees_the_prompt_tokens_of_inference(tokenizer: Any, completion: str) -> None:
    encoding = TEXTS["instruction"].encoding(tokenizer)
    encoded = encode(encoding, PROMPT, completion, 10_000)
    prompt = encoding.prompt(PROMPT)
    assert encoded.input_ids[: encoded.prompt_length] == prompt
    assert prompt.count(tokenizer.bos_token_id) == 1
    assert encoded.input_ids[-1] == tokenizer.eos_token_id
    assert encoded.completion_mask == [0] * len(prompt) + [1] * (
        len(encoded.input_ids) - len(prompt)
    )
    answer = encoded.input_ids[encoded.prompt_length : -1]
    assert encoding.text(answer) == completion


def test_ordinary_text_has_the_byte_level_tokenizers_own_tokens(tokenizer: Any) -> None:
    answer = "def wn(board):\n    put(board, 'nut')\n"
    encoding = TEXTS["instruction"].encoding(tokenizer)
    assert encoding.prompt(PROMPT) == tokenizer(PROMPT)["input_ids"]
    assert encoding.answer(answer) == [
        *tokenizer(answer, add_special_tokens=False)["input_ids"],
        tokenizer.eos_token_id,
    ]


def test_only_the_format_spells_out_special_tokens(byte_level: Any) -> None:
    """Mistral's [INST] is a special token of its format, and text in what is asked."""
    asked = "say </s> and [INST]"
    inst = TEXTS["inst"]
    encoding = inst.encoding(byte_level)
    ids = encoding.prompt(inst.asked(asked, "<s> [/INST]"))
    special = [byte_level.convert_ids_to_tokens(n) for n in ids if n in byte_level.all_special_ids]
    assert special == ["<s>", "[INST]", "[/INST]"]
    assert encoding.text(ids) == f"<s>[INST] {asked}\n\n<s> [/INST] [/INST] "
    # Without such texts, the tokenizer's own way.
    plain = inst.asked("place a nut")
    assert encoding.prompt(plain) == byte_level(plain)["input_ids"]
    bare = BARE.encoding(byte_level).prompt(f"{asked} [/INST]")
    assert not set(bare[1:]) & set(byte_level.all_special_ids)
