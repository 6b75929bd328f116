"""Data sets by name: a local folder stands in for the hub, which is not reached."""

import json

import datasets
import pyarrow
import pyarrow.parquet
import pytest

from tuneyard.config import Rows
from tuneyard.errors import UserError
from tuneyard.rows.hub import iter_hub


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "data"
    found.mkdir()
    for split, count in (("train", 3), ("test", 2)):
        lines = [json.dumps({"n": n, "text": f"{split} {n}"}) + "\n" for n in range(count)]
        (found / f"{split}.jsonl").write_text("".join(lines))
    return str(found)


def test_a_folder_is_read_by_split(folder):
    found = list(iter_hub(Rows(hub=folder), "data.x"))
    assert [row["n"] for _, row in found] == [0, 1, 2]
    assert found[1][0] == f"{folder} (train): row 2"
    assert len(list(iter_hub(Rows(hub=folder, split="test"), "data.x"))) == 2


def test_an_unknown_split_is_refused_with_a_suggestion(folder):
    with pytest.raises(UserError, match="no such split") as caught:
        list(iter_hub(Rows(hub=folder, split="tset"), "data.x"))
    assert "'test'" in caught.value.remedy


def test_an_unknown_subset_is_refused(folder):
    with pytest.raises(UserError, match="could not be loaded") as caught:
        list(iter_hub(Rows(hub=folder, subset="python"), "data.x.rows"))
    assert caught.value.where == "data.x.rows"
    assert "python" in caught.value.shown


def test_a_folder_without_data_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="could not be loaded"):
        list(iter_hub(Rows(hub=str(tmp_path / "empty")), "data.x"))


def test_without_a_network_the_remedy_says_how_to_go_on(monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="cannot be reached") as caught:
        list(iter_hub(Rows(hub="someone/something", revision="abc"), "data.x.rows"))
    assert "someone/something" in caught.value.shown
    assert "hf download" in caught.value.remedy


def test_a_row_that_cannot_be_read_is_named(tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    table = pyarrow.table({"fine": ["a", "b"], "odd": [b"text", b"\xff"]})
    pyarrow.parquet.write_table(table, folder / "train.parquet")
    rows = iter_hub(Rows(hub=str(folder)), "data.x")
    assert next(rows)[1] == {"fine": "a", "odd": "text"}
    with pytest.raises(UserError, match="cannot be read") as caught:
        next(rows)
    assert caught.value.where.endswith("row 2")
