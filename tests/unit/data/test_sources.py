import json

import pytest

from tuneyard.config import Data
from tuneyard.data import sources
from tuneyard.errors import UserError


def jsonl(tmp_path, *rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Data(source="jsonl", task="python", files={"train": str(path)})


def test_generated_splits_have_the_slides_counts_by_default():
    data = Data(source="cocobots", order="higher")
    assert len(sources.load("higher", data, "validation", 0)) == 130


def test_the_objects_asked_for_are_the_ones_that_come():
    counts = {"train": 30, "validation": 1, "test": 1}
    data = Data(source="cocobots", order="higher", objects=["wn", "bs"], counts=counts)
    found = {e.meta["name"] for e in sources.load("higher", data, "train", 0)}
    assert found == {"wn", "bs"}


def test_jsonl_rows_keep_what_else_they_hold(tmp_path):
    row = {"instruction": "add", "reference": "a + b", "tests": "assert add(1, 2) == 3"}
    (example,) = sources.load("sums", jsonl(tmp_path, row), "train", 0)
    assert (example.instruction, example.reference) == ("add", "a + b")
    assert example.meta == {"tests": row["tests"]}
    assert example.kind == "sums"
    assert sources.load("sums", jsonl(tmp_path, row), "test", 0) == []


@pytest.mark.parametrize(
    ("rows", "line", "value"),
    [
        ([{"instruction": "x"}], 1, "None"),
        ([{"instruction": "x", "reference": 3}], 1, "3"),
        ([{"id": "a", "instruction": "x", "reference": "y"}] * 2, 2, "'a'"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path, rows, line, value):
    with pytest.raises(UserError) as caught:
        sources.load("sums", jsonl(tmp_path, *rows), "train", 0)
    assert caught.value.where.endswith(f"rows.jsonl:{line}")
    assert caught.value.shown == value


def test_an_empty_file_is_an_empty_split(tmp_path):
    with pytest.raises(UserError, match="empty"):
        sources.load("sums", jsonl(tmp_path), "train", 0)
