import json

import pyarrow
import pyarrow.parquet
import pytest

from tuneyard.config import Rows
from tuneyard.errors import UserError
from tuneyard.rows import digest, local_path, read

ROWS = [{"a": 1}, {"a": 2}]


def test_one_source_in_three_formats(tmp_path):
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "r.json").write_text(json.dumps(ROWS))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "r.parquet")
    for name in ("r.jsonl", "r.json", "r.parquet"):
        assert [row for _, row in read(Rows(path=str(tmp_path / name)), "data.x")] == ROWS


def test_a_parquet_file_is_one_whatever_its_name(tmp_path):
    for name in ("r.Parquet", "r.PARQUET", "r.jsonl", "r"):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / name)
        assert [row for _, row in read(Rows(path=str(tmp_path / name)), "data.x")] == ROWS


def test_environment_variables_stand_for_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_FOLDER", str(tmp_path))
    assert local_path("${SOME_FOLDER}/x.json", "data.x") == tmp_path / "x.json"
    monkeypatch.setenv("SOME_FOLDER", "")
    with pytest.raises(UserError, match="SOME_FOLDER is not set") as caught:
        local_path("${SOME_FOLDER}/x.json", "data.x.rows")
    assert caught.value.where == "data.x.rows"


def test_the_digest_follows_the_bytes_of_a_file_and_of_a_folder(tmp_path):
    file = tmp_path / "folder" / "r.jsonl"
    file.parent.mkdir()
    for rows in (Rows(path=str(file)), Rows(hub=str(file.parent))):
        file.write_text('{"a": 1}')
        before = digest(rows, "data.x")
        assert digest(rows, "data.x") == before
        file.write_text('{"a": 2}')
        assert digest(rows, "data.x") != before


def test_a_hub_data_set_is_known_by_name_revision_subset_and_split():
    one = Rows(hub="a/b", revision="1")
    others = [Rows(hub="a/b", revision="2"), Rows(hub="a/c", revision="1"),
              Rows(hub="a/b", revision="1", split="test"),
              Rows(hub="a/b", revision="1", subset="s")]  # fmt: skip
    assert len({json.dumps(digest(rows, "")) for rows in (one, *others)}) == 5
    assert digest(one, "") == digest(Rows(hub="a/b", revision="1", split="train"), "")


def test_a_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        digest(Rows(path=str(tmp_path / "none")), "data.x")
