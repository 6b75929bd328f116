"""What is refused of preference pairs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Preflight
from tuneyard.data.pairs import preflight_pairs
from tuneyard.data.preflight import refuse_truncated
from tuneyard.errors import UserError
from tuneyard.prompts import BARE, Chat, Turn
from tuneyard.records import Preference

PAIR = Preference("p0", "r0", "put 0\n", "put(board, 0)", "put(board, 1)")


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


def test_pairs_pass_and_are_counted(tokenizer: Any) -> None:
    report = preflight_pairs([PAIR], BARE.encoding(tokenizer), max_length=200)
    assert report.rows == 1
    assert "⟦put(board, 0)</s>⟧" in report.rendered


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty"),
        ([PAIR, replace(PAIR, id="p1")], "occurs twice"),
        ([replace(PAIR, rejected=PAIR.chosen)], "are equal"),
        ([replace(PAIR, rejected="x</s>")], "end-of-sequence text"),
    ],
)
def test_bad_pairs_are_refused(tokenizer: Any, rows: list[Preference], message: str) -> None:
    with pytest.raises(UserError, match=message):
        preflight_pairs(rows, BARE.encoding(tokenizer), max_length=200)


def test_rejected_answers_that_are_cut_off_are_told_and_refused(tokenizer: Any) -> None:
    long = replace(PAIR, rejected="put(board) " * 60)
    report = preflight_pairs([long], BARE.encoding(tokenizer), max_length=200)
    with pytest.raises(UserError, match="would be cut off") as caught:
        refuse_truncated(report.cut, Preflight(), "pairs")
    assert caught.value.where == "pairs: rejected"
    refuse_truncated(report.cut, Preflight(max_truncated=1), "pairs")


def test_a_pair_is_named_by_its_place(tokenizer: Any) -> None:
    template = (
        "{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not this') }}"
        "{% endif %}{{ m.content }}{{ eos_token }}{% endfor %}"
    )
    encoding = Chat(template, where="models: x: prompt").encoding(tokenizer)
    rows = [replace(PAIR, id=name, prompt=(Turn("user", name),)) for name in ("yes", "no")]
    places = {"no": "pairs.jsonl:2"}
    with pytest.raises(UserError, match="not this") as caught:
        preflight_pairs(rows, encoding, max_length=200, where="pairs", places=places)
    assert caught.value.where == "pairs: pairs.jsonl:2: models: x: prompt"
    equal = replace(rows[0], rejected=PAIR.chosen)
    with pytest.raises(UserError, match="are equal") as caught:
        preflight_pairs([equal], encoding, max_length=200, where="pairs", places={"yes": "f:7"})
    assert caught.value.where == "pairs: f:7"
