"""Prompt and completion become the tokens that training and generation share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.encoding import encode, encode_completion, encode_prompt
from tuneyard.errors import UserError

PROMPT = "### Instruction:\nplace a red nut\n\n### Response:\n"


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


class Words:
    """A tokenizer in miniature: a word is a token; 1 is bos, 2 is eos, appended on request."""

    eos_token, eos_token_id = "</s>", 2

    def __init__(self, add_eos: bool = False) -> None:
        self.add_eos = add_eos

    def __call__(self, text: str, add_special_tokens: bool) -> dict[str, list[int]]:
        ids = [10 + len(word) for word in text.split()]
        if add_special_tokens:
            ids = [1, *ids] + [2] * self.add_eos
        return {"input_ids": ids}


def test_only_the_completion_and_its_end_are_trained() -> None:
    encoded = encode(Words(), "a bb", "ccc", 100)
    assert encoded.input_ids == [1, 11, 12, 13, 2]
    assert encoded.completion_mask == [0, 0, 0, 1, 1]
    assert encoded.labels == [-100, -100, -100, 13, 2]
    assert (encoded.prompt_length, encoded.truncated) == (3, False)


def test_loss_on_all_trains_every_token() -> None:
    assert encode(Words(), "a bb", "ccc", 100, "all").completion_mask == [1] * 5


def test_an_end_that_the_tokenizer_appends_to_the_prompt_is_taken_off() -> None:
    assert encode_prompt(Words(add_eos=True), "a bb") == [1, 11, 12]
    assert encode(Words(add_eos=True), "a bb", "ccc", 100).input_ids == [1, 11, 12, 13, 2]


@pytest.mark.parametrize(("room", "cut"), [(4, True), (5, False)])
def test_what_exceeds_max_length_is_cut_off_and_said(room: int, cut: bool) -> None:
    encoded = encode(Words(), "a bb", "ccc", room)
    assert encoded.truncated is cut
    assert len(encoded.input_ids) == len(encoded.completion_mask) == room


def test_a_prompt_that_fills_max_length_leaves_nothing_to_train() -> None:
    encoded = encode(Words(), "a bb", "ccc", 2)
    assert encoded.prompt_length == 2
    assert sum(encoded.completion_mask) == 0


def test_a_tokenizer_without_end_of_sequence_is_refused() -> None:
    tokenizer = Words()
    tokenizer.eos_token_id = None  # type: ignore[assignment]
    with pytest.raises(UserError, match="no end-of-sequence"):
        encode_completion(tokenizer, "x")


@given(completion=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_training_sees_the_prompt_tokens_of_inference(tokenizer: Any, completion: str) -> None:
    encoded = encode(tokenizer, PROMPT, completion, 10_000)
    prompt = encode_prompt(tokenizer, PROMPT)
    assert encoded.input_ids[: encoded.prompt_length] == prompt
    assert prompt.count(tokenizer.bos_token_id) == 1
    assert encoded.input_ids[-1] == tokenizer.eos_token_id
    assert encoded.completion_mask == [0] * len(prompt) + [1] * (
        len(encoded.input_ids) - len(prompt)
    )
