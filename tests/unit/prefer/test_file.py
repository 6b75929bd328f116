"""Preference files: JSONL and JSON lists, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tuneyard.errors import UserError
from tuneyard.prefer import load_pairs, render_pairs
from tuneyard.prefer.statistics import compiles

ROW = {"prompt": "add {x}", "chosen": "a + b", "rejected": "a - b"}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["lines", "list"])
def test_rows_are_read_and_rendered(tmp_path: Path, form: str) -> None:
    rows = [
        ROW,
        {**ROW, "id": "own", "rejected": "", "extra": 1},
        ROW,
        {**ROW, "rejected": "a + b\n"},
    ]
    text = json.dumps(rows, indent=1) if form == "list" else "\n".join(map(json.dumps, rows))
    loaded = load_pairs(write(tmp_path / "p.json", text))
    assert [row.id for row in loaded] == ["00000", "own", "00002", "00003"]
    found = render_pairs(loaded, "instruction")
    assert [pair.id for pair in found.pairs] == ["00000", "own"]
    assert found.pairs[0].prompt == "### Instruction:\nadd {x}\n\n### Response:\n"
    assert (found.stats["rows"], found.stats["duplicates"], found.stats["equal"]) == (4, 1, 1)
    assert found.stats["pairs"] == 2


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (json.dumps(ROW) + "\n{", ":2:", "not valid JSON"),
        (json.dumps(ROW) + '\n{"prompt": "x", "chosen": "y"}', ":2", "'rejected'"),
        ('{"prompt": 3, "chosen": "y", "rejected": "z"}', ":1", "'prompt'"),
        ('{"prompt": "x", "chosen": " ", "rejected": "z"}', ":1", "empty"),
        (json.dumps({**ROW, "id": None}), ":1", "id"),
        ("\n".join([json.dumps({**ROW, "id": "a"})] * 2), ":2", "twice"),
        ("3", ":1", "object"),
        ("[3]", "entry 1", "object"),
        ("[\n{]", ":2:2", "not valid JSON"),
        ("", "p.json", "no rows"),
        ("[]", "p.json", "no rows"),
    ],
)
def test_malformed_files_are_refused(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = write(tmp_path / "p.json", text)
    with pytest.raises(UserError, match=what) as caught:
        load_pairs(path)
    assert str(path) in str(caught.value.where)
    assert place in str(caught.value.where)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        load_pairs(tmp_path / "none.jsonl")
    (tmp_path / "latin").write_bytes(b'[{"prompt": "\xe9"}]')
    with pytest.raises(UserError, match="UTF-8"):
        load_pairs(tmp_path / "latin")


def test_the_published_file() -> None:
    folder = os.environ.get("TUNEYARD_DATA")
    if not folder:
        pytest.skip("TUNEYARD_DATA is not set: the published preference file is not here")
    rows = load_pairs(Path(folder) / "thesis" / "DPO_dataset_2000.json")
    found = render_pairs(rows, "alpaca").stats
    assert found["rows"] == 2000
    # Public figures: 1,753 of the chosen answers compile and 365 of the rejected ones.
    assert sum(compiles(row.chosen) for row in rows) == 1753
    assert sum(compiles(row.rejected) for row in rows) == 365
