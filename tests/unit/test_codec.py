"""A text's own tokens decode to the text itself, for every kind of tokenizer."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuneyard.codec import codec_of
from tuneyard.prompts import BARE

PIECES = ["def f(n):", "return", " ", "  ", "    ", "\n", "\t", "\r", "\r\n", "▁", "Ġ", "é",
          "e\u0301", "ﬁ", "की", "😀", "\0", "\ufeff", "<0x0A>", "##", "'", "n", "7", "\u2028",
          "<pad>", "<s>", "</s>", "<unk>", "<|im_end|>", "[INST]", "<|endoftext|>"]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.characters(codec="utf-8")), max_size=25)


@given(text=texts.map("".join))
@example(text="    return n + 0\n")
@example(text=" return")
@example(text="PAD1 = ['<pad>', '<s>'] * 1\n")
@example(text="")
@settings(max_examples=60)
def test_a_references_own_tokens_are_its_own_text(exact: Any, text: str) -> None:
    ids = BARE.encoding(exact).answer(text)
    assert ids.pop() == exact.eos_token_id
    assert BARE.encoding(exact).text(ids) == text
    assert not set(ids) & set(exact.all_special_ids)


@given(text=texts.map("".join))
@settings(max_examples=30)
def test_what_is_asked_holds_no_special_token(exact: Any, text: str) -> None:
    ids = BARE.encoding(exact).prompt(text)
    assert ids[0] == exact.bos_token_id
    assert not set(ids[1:]) & set(exact.all_special_ids)


def test_an_answer_goes_on_from_its_prompt(exact: Any) -> None:
    """Its tokens are those that it has in a whole text, wherever none reaches over the border."""
    prompt, answer = "a nut\n", "def wn(board):\n    return n"
    whole = exact(prompt + answer, add_special_tokens=False)["input_ids"]
    ids = BARE.encoding(exact).answer(answer)[:-1]
    assert whole[-len(ids) :] == ids
    assert BARE.encoding(exact).text(whole[-len(ids) :]) == answer


@given(text=texts.map("".join))
@settings(max_examples=30)
def test_a_lossy_tokenizer_gets_no_end_within_an_answer(lossy: Any, text: str) -> None:
    ids = BARE.encoding(lossy).answer(text)[:-1]
    assert not set(ids) & (set(lossy.all_special_ids) - {lossy.unk_token_id})
    assert codec_of(lossy) is codec_of(lossy)
    BARE.encoding(lossy).text(ids)


@given(text=texts.map("".join))
@settings(max_examples=30)
def test_a_tokenizer_without_a_fast_form_is_as_exact(text: str) -> None:
    from transformers import ByT5Tokenizer

    slow = ByT5Tokenizer()
    assert not slow.is_fast
    ids = BARE.encoding(slow).answer(text)[:-1]
    assert BARE.encoding(slow).text(ids) == text
    assert not set(ids) & set(slow.all_special_ids)
    asked = BARE.encoding(slow).prompt(text)
    assert not set(asked) & set(slow.all_special_ids)
