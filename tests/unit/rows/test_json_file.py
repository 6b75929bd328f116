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
        *(
            ("r.json", f"\n{text}\n", "holds one value, and no list or object of rows", "", shown)
            for text, shown in (('"text"', "text"), ("5", "5"), ("null", "None"), ("true", "True"))
        ),
        ("r.jsonl", "5", "line is not a JSON object", ":1", "5"),
        ("r.json", '[{"a": "\\ud83d"}]', "surrogate", ":1: entry 1", "ud83d"),
        ("r.json", '{"a": "\\uDE00 x"}\n{"a": 1}', "surrogate", ":1", "ude00"),
        ("r.jsonl", b'{"a": "\xe9"}', "not UTF-8", ":1:8", "xe9"),
        ("r.json", b'[{"a": 1},\n{"\xc3\xa9": "\xff"}]', "not UTF-8", ":2:8", "xff"),
        ("r.jsonl", '{"a": 1}\n{"a": 1, "b": 2, "a": 3}', "a key twice", ":2", "'a'"),
        ("r.json", '[{"a": 1},\n {"b": {"c": 1, "c": 1}}]', "key twice", ":2: entry 2", "'c'"),
        ("r.jsonl", '{"a": ' + "9" * 5000 + "}", "more than 4,300 digits", ":1", "'999"),
        ("r.json", '[{},\n{"a": ' + "9" * 5000 + "}]", "digits", ":2: entry 2", "'999"),
        ("r.jsonl", '{"a": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply", ":1", "[["),
        ("r.json", '[{"a": ' + "[" * 900 + "]" * 900 + "}]", "too deeply", ": entry 1", "[["),
        ("r.jsonl", '{}\n{"a": "' + "x" * 5_000_000 + '"}', "5,000,000 characters", ":2", "xx"),
        ("r.jsonl", b"\x1f\x8b\x08\x00\xff", "gzip", "r.jsonl", "x1f"),
        ("r.json", '{"a": 1}'.encode("utf-16"), "UTF-16", "r.json", "xff"),
        ("r.jsonl", "\0" * 99, "not valid JSON", ":1:1", "x00"),
        ("r.jsonl", "[" * 100_000, "nested too deeply", ":1", "[["),
        ("r.json", "[" * 100_000, "nested too deeply", "r.json", None),
        ("r.CSV", "a,b\n1,2\n", "CSV, which is not read", "r.CSV", "r.CSV"),
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
    # What is JSON is not asked to become it.
    form = any(said in what for said in ("not valid JSON", "not a JSON object", "one value"))
    assert form or "write one JSON object" not in caught.value.remedy
    assert form or "write a JSON list" not in caught.value.remedy


def test_both_halves_of_a_surrogate_pair_are_a_character(tmp_path):
    path = write(tmp_path, "r.jsonl", '{"a": "\\ud83d\\ude00"}')
    assert [row for _, row in iter_json(path)] == [{"a": "\N{GRINNING FACE}"}]
    path = write(tmp_path, "r.jsonl", '{"a": "\\ud83d"}')
    assert [row for _, row in iter_json_lines(path)] == [{"a": "\ud83d"}]


def test_numbers_that_are_not_finite_are_missing(tmp_path):
    text = '{"a": NaN, "b": [Infinity, -Infinity, 1e999, 1.5], "c": {"d": -1e-999}}'
    expected = {"a": None, "b": [None, None, None, 1.5], "c": {"d": 0.0}}
    for name, form in (("r.jsonl", "{}"), ("r.json", "[{}]"), ("k.json", '{{"0": {}}}')):
        path = write(tmp_path, name, form.format(text))
        assert [row for _, row in iter_json(path)] == [expected]


def test_what_is_within_bounds_is_read(tmp_path):
    deep = {"a": eval("[" * 98 + "]" * 98), "n": 10**4000}
    path = write(tmp_path, "r.JSONL", "\ufeff" + json.dumps(deep) + "\r\n" + '{"0": {}}')
    assert [row for _, row in iter_json(path)] == [deep, {"0": {}}]
    assert [number for number, _ in iter_json_lines(path)] == [1, 2]


def test_a_whole_file_is_as_strict(tmp_path):
    for text, what in (
        ('{"a": 1, "a": 2}', "key twice"),
        ('{"a": ' + "[" * 500 + "]" * 500 + "}", "nested too deeply"),
        ('{"a":\n' + "9" * 5000 + "}", "digits"),
    ):
        with pytest.raises(UserError, match=what) as caught:
            load_json(write(tmp_path, "r.json", text))
        assert str(tmp_path / "r.json") in caught.value.where


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
