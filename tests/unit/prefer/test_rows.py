"""Preference rows: where they are read from, how they are rendered, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tuneyard.config import Pairs
from tuneyard.errors import UserError
from tuneyard.prefer.rows import load_pairs, question_of, render_pairs, row_statistics
from tuneyard.prefer.statistics import compiles
from tuneyard.prompts import BARE, TEXTS

WHERE = "dpo.pairs"
ROW = {"prompt": "add {x}", "chosen": "a + b", "rejected": "a - b"}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def load(path: Path, **options: Any) -> Any:
    return load_pairs(Pairs(from_="file", rows=str(path), **options), WHERE)


@pytest.mark.parametrize("form", ["lines", "list", "keyed", "parquet"])
def test_rows_are_read_and_rendered(tmp_path: Path, form: str) -> None:
    rows = [
        {**ROW, "id": "0"},
        {**ROW, "id": "own", "rejected": "", "extra": 1},
        {**ROW, "id": "2"},
        {**ROW, "id": "3", "rejected": "a + b\n"},
    ]
    path = tmp_path / ("p.parquet" if form == "parquet" else "p.json")
    if form == "parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif form == "lines":
        write(path, "\n".join(map(json.dumps, rows)))
    else:
        keyed = {str(n): row for n, row in enumerate(rows)}
        write(path, json.dumps(keyed if form == "keyed" else rows, indent=1))
    loaded = load(path)
    assert [row.id for row in loaded] == ["0", "own", "2", "3"]
    found = render_pairs(loaded, TEXTS["instruction"], WHERE)
    assert [pair.id for pair in found.kept] == ["0", "own"]
    assert found.kept[0].prompt == "### Instruction:\nadd {x}\n\n### Response:\n"
    stats = row_statistics(loaded, TEXTS["instruction"], found, WHERE)
    assert (stats["rows"], stats["duplicates"], stats["equal"], stats["pairs"]) == (4, 1, 1, 2)
    assert (stats["rendered"], stats["prompt_differs"], stats["prompt_example"]) == (0, 0, None)


def test_rows_without_ids_are_numbered_and_columns_are_mapped(tmp_path: Path) -> None:
    rows = [{"question": "q", "good": "g", "bad": "b", "context": "c"}, {**ROW}]
    columns = {"prompt": "question", "chosen": "good", "rejected": "bad", "input": "context"}
    (row,) = load(write(tmp_path / "p.json", json.dumps(rows[:1])), columns=columns)
    assert (row.id, row.prompt, row.input, row.chosen, row.rejected) == (
        "00000",
        "q",
        "c",
        "g",
        "b",
    )
    with pytest.raises(UserError, match="'question'") as caught:
        load(write(tmp_path / "q.json", json.dumps(rows)), columns=columns)
    assert caught.value.where.endswith("q.json:1: entry 2")
    with pytest.raises(ValueError, match="did you mean 'prompt'"):
        Pairs(from_="file", rows="x", columns={"promt": "y"})


def test_a_column_named_for_one_part_is_read_for_no_other(tmp_path: Path) -> None:
    path = write(tmp_path / "p.json", json.dumps([{**ROW, "input": "add"}]))
    (row,) = load(path, columns={"prompt": "input"})
    assert (row.prompt, row.input) == ("add", "")
    with pytest.raises(UserError, match="needs a text under 'rejected'"):
        load(path, columns={"chosen": "rejected"})
    (row,) = load(path, columns={"chosen": "rejected", "rejected": "chosen"})
    assert (row.chosen, row.rejected) == ("a - b", "a + b")
    with pytest.raises(ValueError, match="named for 'prompt' and for 'chosen'"):
        Pairs(from_="file", rows="x", columns={"prompt": "y", "chosen": "y"})


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (json.dumps(ROW) + "\n{", ":2:", "not valid JSON"),
        (json.dumps(ROW) + '\n{"prompt": "x", "chosen": "y"}', ":2", "'rejected'"),
        ('{"prompt": 3, "chosen": "y", "rejected": "z"}', ":1", "'prompt'"),
        ('{"prompt": "x", "chosen": " ", "rejected": "z"}', ":1", "empty"),
        (json.dumps({**ROW, "input": 3}), ":1", "'input'"),
        (json.dumps({**ROW, "id": None}), ":1", "id"),
        ("\n".join([json.dumps({**ROW, "id": "a"})] * 2), ":2", "twice"),
        ("3", "p.json", "object"),
        ("[3]", "entry 1", "object"),
        ("[\n{]", ":2:2", "not valid JSON"),
        ('{"0": {"prompt": "x"},\n"1": 2}', ":1: entry 0", "'chosen'"),
    ],
)
def test_malformed_files_are_refused(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = write(tmp_path / "p.json", text)
    with pytest.raises(UserError, match=what) as caught:
        load(path)
    assert str(path) in str(caught.value.where)
    assert place in str(caught.value.where)
    assert caught.value.shown
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["", "[]"])
def test_a_file_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "p.json", text)
    with pytest.raises(UserError, match="no rows") as caught:
        load(path)
    assert caught.value.where == "dpo.pairs.rows"
    assert str(path) in str(caught.value.shown)


@pytest.mark.parametrize("name", ["alpaca-input", "inst"])
def test_a_prompt_in_the_model_s_format_is_not_rendered_twice(tmp_path: Path, name: str) -> None:
    prompt = TEXTS[name].asked("add", "1, 2")
    (row,) = load(write(tmp_path / "p.json", json.dumps([{**ROW, "prompt": prompt}])))
    found = render_pairs([row], TEXTS[name], WHERE)
    assert (found.kept[0].prompt, found.rendered) == (prompt, 1)
    # In the formats of chat models input and instruction cannot be told apart again.
    assert " ".join(question_of(row)).split() == ["add", "1,", "2"]
    assert row_statistics([row], TEXTS[name], found, WHERE)["prompt_differs"] == 0


@pytest.mark.parametrize(
    "prompt", [TEXTS["alpaca"].asked("add"), TEXTS["alpaca-input"].asked("add").strip()]
)
def test_a_prompt_in_another_format_is_refused_unless_asked_for(
    tmp_path: Path, prompt: str
) -> None:
    rows = load(write(tmp_path / "p.json", json.dumps([{**ROW, "prompt": prompt}])))
    with pytest.raises(UserError, match="rendered already") as caught:
        render_pairs(rows, TEXTS["alpaca-input"], WHERE)
    assert caught.value.where.endswith("p.json:1: entry 1")
    assert "bare" in str(caught.value.remedy)
    found = render_pairs(rows, BARE, WHERE)
    assert found.kept[0].prompt == prompt
    stats = row_statistics(rows, TEXTS["alpaca-input"], found, WHERE)
    assert stats["prompt_differs"] == 1
    assert "TRAINING AND INFERENCE PROMPTS DIFFER in 1 of 1 pairs" in stats["warnings"][0]


def test_the_published_file(thesis: Path) -> None:
    """What is published of it: every prompt bare, 1,753 chosen and 365 rejected compile."""
    rows = load(thesis / "DPO_dataset_2000.json")
    stats = row_statistics(rows, TEXTS["alpaca-input"], render_pairs(rows, BARE, WHERE), WHERE)
    assert stats["rows"] == 2000
    assert (stats["chosen_compiles"], stats["rejected_compiles"]) == (1753, 365)
    assert sum(compiles(row.chosen) for row in rows) == 1753
    assert stats["prompt_differs"] == 2000
    assert stats["prompt_example"]["training"] == rows[0].prompt
    assert "### Input:" in stats["prompt_example"]["inference"]
    assert any("TRAINING AND INFERENCE" in note for note in stats["warnings"])
    mended = render_pairs(rows, TEXTS["alpaca-input"], WHERE)
    assert (
        row_statistics(
            rows[:5],
            TEXTS["alpaca-input"],
            render_pairs(rows[:5], TEXTS["alpaca-input"], WHERE),
            WHERE,
        )["prompt_differs"]
        == 0
    )
    assert mended.kept[0].prompt == TEXTS["alpaca-input"].asked(rows[0].prompt)
