"""The three forms of JSON files, where their rows stand, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.errors import UserError
from tuneyard.rows import iter_json, iter_json_lines, load_json

ROWS = [{"a": 1}, {"a": "zwei\u2028\x0b"}, {"a": {"b": []}}]
FORMS = {
    "lines.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS),
    "lines.json": "\n\n".join(json.dumps(row) for row in ROWS),
    "list.json": json.dumps(ROWS, indent=1),
    "short-list": json.dumps(ROWS),
    "keyed.json": json.dumps({str(n): row for n, row in enumerate(ROWS)}, indent=4),
    "short-keyed.json": json.dumps({"x": {"a": 1}, "y": ROWS[1], "z": ROWS[2]}),
    "bom.json": "\ufeff" + json.dumps(ROWS),
    "spaced.json": "\n \r\n" + json.dumps(ROWS) + "\n\n",
}


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_rows_in_order(tmp_path, name):
    found = list(iter_json(write(tmp_path, name, FORMS[name])))
    assert [row for _, row in found] == ROWS


def test_places_name_line_and_entry(tmp_path):
    def places(name):
        path = write(tmp_path, name, FORMS[name])
        return [place.removeprefix(str(path)) for place, _ in iter_json(path)]

    assert places("lines.jsonl") == [":1", ":2", ":3"]
    assert places("lines.json") == [":1", ":3", ":5"]
    assert places("list.json") == [":2: entry 1", ":5: entry 2", ":8: entry 3"]
    assert places("keyed.json") == [":2: entry 0", ":5: entry 1", ":8: entry 2"]
    assert places("short-keyed.json") == [":1: entry x", ":1: entry y", ":1: entry z"]


@pytest.mark.parametrize(("name", "text"), [("e.json", "[]"), ("e.json", ""), ("e.jsonl", " \n")])
def test_a_file_without_rows_gives_none(tmp_path, name, text):
    assert list(iter_json(write(tmp_path, name, text))) == []


@pytest.mark.parametrize(
    ("name", "content", "what", "place", "value"),
    [
        ("r.jsonl", '{"a": 1}\n{"a":\n', "line is not valid JSON", ":2:6", '{"a":'),
        ("r.jsonl", '{"a": 1}\n3\n', "line is not a JSON object", ":2", "3"),
        ("r.jsonl", '{"0": {"a": 1}}\n[1]', "line is not a JSON object", ":2", "[1]"),
        ("r.json", '[{"a": 1},\n oops]', "not valid JSON", ":2:2", "oops"),
        ("r.json", '[{"a": 1},\n {"b": 2}', "not valid JSON", ":2:10", "b"),
        ("r.json", '[{"a": 1}] []', "not valid JSON", ":1:12", "[]"),
        ("r.json", '[{"a": 1},\n 7]', "entry is not a JSON object", ":2: entry 2", "7"),
        ("r.json", '{"data":\n [{"a": 1}]}', "entry is not a JSON object", ": entry data", "a"),
        ("r.json", '{"0": {},\n "1": {}, "0": {}}', "key stands twice", ":2: entry 0", "0"),
        ("r.json", '{"0": {"a": 1},\n "1": {"a" 2}}', "not valid JSON", ":2:12", "a"),
        ("r.json", '"text"', "line is not a JSON object", ":1", "text"),
        ("r.json", '[{"a": "\\ud83d"}]', "surrogate", ":1: entry 1", "ud83d"),
        ("r.json", '{"a": "\\uDE00 x"}\n{"a": 1}', "surrogate", ":1", "ude00"),
        ("r.jsonl", b'{"a": "\xe9"}', "not UTF-8", "r.jsonl", "xe9"),
        ("r.jsonl", "[" * 100_000, "nested too deeply", ":1", "[["),
        ("r.json", "[" * 100_000, "nested too deeply", "r.json", None),
    ],
)
def test_what_is_malformed_is_told_with_place_and_value(
    tmp_path, name, content, what, place, value
):
    path = write(tmp_path, name, content)
    reader = iter_json_lines if name.endswith("l") else iter_json
    with pytest.raises(UserError, match=what) as caught:
        list(reader(path))
    assert caught.value.where.startswith(str(path))
    assert caught.value.where.endswith(place)
    assert value is None or value in caught.value.shown
    assert caught.value.remedy


def test_both_halves_of_a_surrogate_pair_are_a_character(tmp_path):
    path = write(tmp_path, "r.jsonl", '{"a": "\\ud83d\\ude00"}')
    assert [row for _, row in iter_json(path)] == [{"a": "\N{GRINNING FACE}"}]
    path = write(tmp_path, "r.jsonl", '{"a": "\\ud83d"}')
    assert [row for _, row in iter_json_lines(path)] == [{"a": "\ud83d"}]


def test_files_that_are_not_there(tmp_path):
    for read in (load_json, lambda path: list(iter_json(path))):
        for path in (tmp_path / "none", tmp_path / "none" / "x.json", tmp_path):
            with pytest.raises(UserError) as caught:
                read(path)
            assert caught.value.where == str(path)
            assert caught.value.remedy


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"\\ {}[],:'), inner),
    max_leaves=5,
)
rows = st.lists(st.dictionaries(st.text('ab"\\ {}[],:', min_size=1), values), max_size=4)


@given(rows, st.sampled_from([None, 0, 2]), st.booleans())
def test_lists_and_objects_come_back_as_they_were_written(tmp_path_factory, items, indent, keyed):
    content = {f"{number}": item for number, item in enumerate(items)} if keyed else items
    if keyed and len(items) == 0:
        return
    path = tmp_path_factory.mktemp("json") / "rows.json"
    path.write_text(json.dumps(content, indent=indent), encoding="utf-8")
    found = list(iter_json(path))
    assert [row for _, row in found] == items
    assert len({place for place, _ in found}) == len(items)


@given(st.text(max_size=60))
def test_no_text_fails_in_another_way(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("json") / "rows.json"
    path.write_text(text, encoding="utf-8", errors="replace")
    try:
        found = list(iter_json(path))
    except UserError as error:
        assert str(path) in error.where  # noqa: PT017
    else:
        assert all(isinstance(row, dict) for _, row in found)
