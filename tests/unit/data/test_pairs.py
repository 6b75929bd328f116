"""What is refused of preference pairs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Preflight
from tuneyard.data.pairs import preflight_pairs
from tuneyard.errors import UserError
from tuneyard.records import Preference

PAIR = Preference("p0", "r0", "put 0\n", "put(board, 0)", "put(board, 1)")


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


def test_pairs_pass_and_are_counted(tokenizer: Any) -> None:
    report = preflight_pairs([PAIR], tokenizer, max_length=200, settings=Preflight())
    assert report.rows == 1
    assert "⟦put(board, 0)</s>⟧" in report.rendered


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty"),
        ([PAIR, replace(PAIR, id="p1")], "occurs twice"),
        ([replace(PAIR, rejected=PAIR.chosen)], "are equal"),
        ([replace(PAIR, rejected="x</s>")], "end-of-sequence text"),
        ([replace(PAIR, rejected="put(board) " * 60)], "would be cut off"),
    ],
)
def test_bad_pairs_are_refused(tokenizer: Any, rows: list[Preference], message: str) -> None:
    with pytest.raises(UserError, match=message):
        preflight_pairs(rows, tokenizer, max_length=200, settings=Preflight())
