"""Rows are read, refused and tokenised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuneyard.errors import UserError
from tuneyard.prompts import BARE, Encoding
from tuneyard.records import Preference, write_jsonl
from tuneyard.train.rows import (
    SftRow,
    dpo_columns,
    join_reference,
    read_preferences,
    read_sft,
    reference_rows,
    sft_columns,
)


@pytest.fixture(scope="module")
def tokenizer(tiny_model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_dir)


@pytest.fixture(scope="module")
def encoding(tokenizer: Any) -> Encoding:
    return BARE.encoding(tokenizer)


def test_labels_leave_the_prompt_out(tokenizer: Any, encoding: Encoding) -> None:
    (column,) = sft_columns(encoding, [SftRow("a", "place a nut", "put(board)")], 100, "completion")
    trained = [token for token in column["labels"] if token != -100]
    assert tokenizer.decode(trained) == "put(board)</s>"
    assert column["input_ids"][-len(trained) :] == trained
    assert len(column["labels"]) == column["length"] == len(column["input_ids"])


def test_rows_without_trained_token_are_left_out_and_none_left_is_refused(
    encoding: Encoding,
) -> None:
    long, short = SftRow("a", "x" * 90, "y"), SftRow("b", "x", "y")
    assert len(sft_columns(encoding, [long, short], 20, "completion")) == 1
    with pytest.raises(UserError, match="no token would be trained"):
        sft_columns(encoding, [long], 20, "completion")


def test_pairs_share_the_prompt_and_end_with_end_of_sequence(
    tokenizer: Any, encoding: Encoding
) -> None:
    (column,) = dpo_columns(encoding, [Preference("p", "e", "a nut", "put", "pot pot")], 100)
    assert tokenizer.decode(column["prompt_ids"]) == "<s>a nut"
    assert tokenizer.decode(column["chosen_ids"]) == "put</s>"
    assert tokenizer.decode(column["rejected_ids"]) == "pot pot</s>"
    assert column["length"] == len(column["prompt_ids"]) + len(column["rejected_ids"])


def test_pairs_are_cut_off_behind_max_length(encoding: Encoding) -> None:
    pair = Preference("p", "e", "a nut", "put " * 50, "pot")
    (column,) = dpo_columns(encoding, [pair], 30)
    assert len(column["prompt_ids"]) + len(column["chosen_ids"]) == 30
    with pytest.raises(UserError, match="no token would be trained"):
        dpo_columns(encoding, [pair], 3)


def test_missing_fields_and_empty_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "a", "prompt": "p"}\n')
    with pytest.raises(UserError, match="'completion'") as caught:
        read_sft(str(path))
    assert "rows.jsonl:1" in str(caught.value)
    path.write_text("\n")
    with pytest.raises(UserError, match="empty"):
        read_sft(str(path))
    with pytest.raises(UserError, match="empty"):
        read_preferences(str(path))


def test_reference_values_come_back_with_the_pairs_they_are_of(
    encoding: Encoding, tmp_path: Path
) -> None:
    pairs = [
        Preference("a", "a", "a nut", "put", "pot pot"),
        Preference("b", "b", "x" * 90, "put", "pot"),  # its prompt alone is too long
        Preference("c", "c", "a nut", "put put", "pot"),
    ]
    columns = dpo_columns(encoding, pairs, 40)
    values = [(-1.1, -2.2), (-3.3, -4.4)]
    path = tmp_path / "reference.jsonl"
    write_jsonl(path, reference_rows(columns, values))
    joined = join_reference(columns, str(path))
    assert [(row["ref_chosen_logps"], row["ref_rejected_logps"]) for row in joined] == values
    assert [row["chosen_ids"] for row in joined] == [row["chosen_ids"] for row in columns]
    for others in (columns[::-1], columns[:1], dpo_columns(encoding, pairs, 200)):
        with pytest.raises(UserError, match="of other pairs"):
            join_reference(others, str(path))
