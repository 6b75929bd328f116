import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.records import Completion, Example, file_digest, read_jsonl, write_jsonl

texts = st.text(st.characters(exclude_categories=["Cs"]))
examples = st.builds(
    Example,
    id=texts,
    task=st.sampled_from(["cocobots", "python"]),
    kind=texts,
    split=st.sampled_from(["train", "validation", "test"]),
    instruction=texts,
    reference=texts,
    meta=st.dictionaries(texts, st.one_of(st.none(), st.integers(), texts, st.lists(texts))),
)


@given(st.lists(examples, max_size=5))
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("records") / "rows.jsonl"
    assert write_jsonl(path, rows) == len(rows)
    assert read_jsonl(path, Example) == rows


def test_what_is_written_is_json(tmp_path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{"a": float("nan"), "b": [1.5, -float("inf")], "c": {"d": "x\ud83d"}}])

    def refuse(word):
        raise AssertionError(word)

    assert json.loads(path.read_text("utf-8"), parse_constant=refuse) == {
        "a": None, "b": [1.5, None], "c": {"d": "x\ud83d"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what", "place"),
    [
        ('{"id": "a", "text": "x"', "not valid JSON", ":2:"),
        ("[1, 2]", "not a JSON object", ":2"),
        ('{"id": "a"}', "lacks the field 'text'", ":2"),
        ('{"id": 3, "text": "x"}', "'id'", ":2"),
        ('{"id": "a", "text": "x", "colour": 1}', "unknown field", ":2"),
    ],
)
def test_a_malformed_row_is_refused_with_its_line(tmp_path, line, what, place):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "fine", "text": "x"}\n' + line + "\n")
    with pytest.raises(UserError) as caught:
        read_jsonl(path, Completion)
    assert what in caught.value.what
    assert caught.value.where.startswith(f"{path}{place}")
    assert caught.value.remedy


def test_a_missing_file_a_folder_and_other_encodings_are_refused(tmp_path):
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "ü"}'.encode("latin-1"))
    for path in (tmp_path / "none.jsonl", tmp_path, latin):
        with pytest.raises(UserError) as caught:
            read_jsonl(path, Completion)
        assert str(path) in caught.value.where


def test_the_digest_changes_with_the_bytes(tmp_path):
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("y")
    assert file_digest(tmp_path / "a") != file_digest(tmp_path / "b")
    assert file_digest(tmp_path / "a").startswith("2d711642b726b044")
