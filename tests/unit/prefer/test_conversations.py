"""Preference rows of chat data sets, in each form that they come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Pairs
from tuneyard.errors import UserError
from tuneyard.prefer.rows import load_pairs, render_pairs
from tuneyard.prompts import BARE, CHAT, Turn

ASKED = {"role": "user", "content": "add"}
GOOD, BAD = ({"role": "assistant", "content": text} for text in ("a + b", "a - b"))
BEFORE = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes?"}]


def load(path: Path, *rows: Any) -> Any:
    path.write_text(json.dumps(rows))
    return load_pairs(Pairs(from_="file", rows=str(path)), "dpo.pairs")


def test_forms_of_turns(tmp_path: Path) -> None:
    texts = {"chosen": "a + b", "rejected": "a - b"}
    rows = load(
        tmp_path / "p.json",
        {"prompt": [*BEFORE, ASKED], **texts},
        {"prompt": [*BEFORE, ASKED], "chosen": [GOOD], "rejected": [BAD]},
        {"chosen": [*BEFORE, ASKED, GOOD], "rejected": [*BEFORE, ASKED, BAD]},
        {"prompt": "add", "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"prompt": "add", **texts},
    )
    assert {(row.prompt, row.chosen, row.rejected) for row in rows} == {("add", "a + b", "a - b")}
    turns = (Turn("user", "hi"), Turn("assistant", "yes?"))
    assert [row.turns for row in rows] == [turns] * 3 + [()] * 2
    found = render_pairs(rows, CHAT, "dpo.pairs")
    assert found.kept[0].prompt == (*turns, Turn("user", "add"))
    assert (len(found.kept), found.duplicates) == (2, 3)
    with pytest.raises(UserError, match="no place") as caught:
        render_pairs(rows, BARE, "dpo.pairs")
    assert "p.json" in str(caught.value.where)


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "add", "chosen": [GOOD], "rejected": [{"role": "user", "content": "b"}]},
        {"prompt": "other", "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"prompt": [GOOD], "chosen": "a", "rejected": "b"},
        {"prompt": [], "chosen": "a", "rejected": "b"},
        {"chosen": [GOOD], "rejected": [BAD]},
        {"chosen": [ASKED, GOOD], "rejected": [*BEFORE, ASKED, BAD]},
        {"prompt": 7, "chosen": [GOOD], "rejected": [BAD]},
    ],
)
def test_turns_that_are_no_pair_are_refused(tmp_path: Path, row: Any) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path / "p.json", row)
    assert "p.json" in str(caught.value.where)
