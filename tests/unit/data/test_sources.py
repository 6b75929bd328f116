import json

import datasets
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.config import Data, Split
from tuneyard.data import sources
from tuneyard.errors import UserError
from tuneyard.records import Example, read_jsonl, write_jsonl

ROW = {"instruction": "add", "input": "1, 2", "output": "1 + 2"}


def study(tmp_path, *rows, **options):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Data(source="instructions", task="python", files={"train": str(path)}, **options)


def cut_study(tmp_path, count, **split):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{**ROW, "instruction": f"add {n}"} for n in range(count)]))
    return Data(source="instructions", task="python", rows=str(path), split=split)


def test_generated_splits_have_the_slides_counts_by_default():
    data = Data(source="cocobots", order="higher")
    assert len(sources.load("higher", data, "validation", 0)) == 130


def test_the_objects_asked_for_are_the_ones_that_come():
    counts = {"train": 30, "validation": 1, "test": 1}
    data = Data(source="cocobots", order="higher", objects=["wn", "bs"], counts=counts)
    found = {e.meta["name"] for e in sources.load("higher", data, "train", 0)}
    assert found == {"wn", "bs"}


def test_rows_become_examples_and_keep_what_else_they_hold(tmp_path):
    row = {**ROW, "tests": "assert add(1, 2) == 3", "level": 2}
    (example,) = sources.load("sums", study(tmp_path, row), "train", 0)
    assert (example.instruction, example.input, example.reference) == ("add", "1, 2", "1 + 2")
    assert example.question == "add\n\n1, 2"
    assert example.meta == {"level": 2, "tests": "assert add(1, 2) == 3"}
    assert (example.id, example.kind, example.task) == ("train/sums/00001", "sums", "python")
    assert sources.load("sums", study(tmp_path, row), "test", 0) == []


def test_rows_without_input_and_with_a_reference(tmp_path):
    rows = [{"instruction": "add", "reference": "x"}, {**ROW, "input": None}]
    found = sources.load("sums", study(tmp_path, *rows), "train", 0)
    assert [(e.input, e.reference, e.question) for e in found] == [
        ("", "x", "add"), ("", "1 + 2", "add"),
    ]  # fmt: skip


def test_conversations_become_examples_of_their_last_question(tmp_path):
    said = [("system", "s"), ("user", "u"), ("assistant", "a"), ("user", "v"), ("assistant", "b")]
    turns = [{"role": role, "content": content} for role, content in said]
    turns[2]["weight"] = 0
    (talk,) = sources.load("talk", study(tmp_path, {"messages": turns, "level": 2}), "train", 0)
    assert (talk.instruction, talk.input, talk.reference) == ("v", "", "b")
    assert [(turn.role, turn.content) for turn in talk.turns] == said[:3]
    assert talk.meta == {"level": 2}
    path = tmp_path / "examples.jsonl"
    write_jsonl(path, [talk])
    assert read_jsonl(path, Example) == [talk]
    assert [turn.weight for turn in read_jsonl(path, Example)[0].turns] == [1, 1, 0]
    columns = {"messages": "chat"}
    named = study(tmp_path, {"chat": turns[3:], "instruction": "no"}, columns=columns)
    (talk,) = sources.load("talk", named, "train", 0)
    assert (talk.instruction, talk.reference, talk.turns) == ("v", "b", ())
    with pytest.raises(UserError, match="no conversation") as caught:
        sources.load("talk", study(tmp_path, {"messages": "u"}), "train", 0)
    assert caught.value.where.endswith("rows.jsonl:1")
    with pytest.raises(ValueError, match="name the one or the others"):
        study(tmp_path, columns={"messages": "chat", "instruction": "text"})


TALK = {"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}


@pytest.mark.parametrize("beside", ["instruction", "input", "output", "reference"])
def test_a_row_of_two_questions_or_answers_says_which_is_read(tmp_path, beside):
    both = {**TALK, beside: "x"}
    with pytest.raises(UserError, match=f"'messages' and '{beside}'") as caught:
        sources.load("talk", study(tmp_path, both), "train", 0)
    assert caught.value.where.endswith("rows.jsonl:1")
    assert "data.talk.columns: {messages: messages}" in caught.value.remedy
    (talk,) = sources.load(
        "talk", study(tmp_path, both, columns={"messages": "messages"}), "train", 0
    )
    assert (talk.instruction, talk.input, talk.reference) == ("u", "", "a")
    # Nothing beside it, however spelt, is no second source.
    sources.load("talk", study(tmp_path, {**TALK, beside: None}), "train", 0)


def test_the_question_that_is_named_is_read_and_the_conversation_left(tmp_path):
    columns = {"instruction": "instruction"}
    data = study(tmp_path, {**ROW, **TALK}, columns=columns)
    (single,) = sources.load("talk", data, "train", 0)
    assert (single.instruction, single.turns, list(single.meta)) == ("add", (), ["messages"])
    named = study(tmp_path, {"solution": "s", **TALK}, columns={"reference": "solution"})
    with pytest.raises(UserError, match="'messages' and 'solution'"):
        sources.load("talk", named, "train", 0)


def test_columns_of_other_data_sets(tmp_path):
    row = {"text": "add", "solution": "a", "task_id": 7, "test_list": ["x = 1", "assert x"]}
    columns = {"instruction": "text", "reference": "solution", "tests": "test_list",
               "id": "task_id"}  # fmt: skip
    (example,) = sources.load("sums", study(tmp_path, row, columns=columns), "train", 0)
    assert (example.id, example.instruction, example.reference) == ("7", "add", "a")
    assert example.meta == {"tests": "x = 1\nassert x"}
    row |= {"test_setup_code": "y = 1", "test_imports": ["import math"]}  # as MBPP's
    (example,) = sources.load("sums", study(tmp_path, row, columns=columns), "train", 0)
    assert example.meta["tests"] == "y = 1\nimport math\nx = 1\nassert x"
    elsewhere = {**columns, "instruction": "test_setup_code"}
    (example,) = sources.load("sums", study(tmp_path, row, columns=elsewhere), "train", 0)
    assert example.meta["tests"] == "import math\nx = 1\nassert x"
    with pytest.raises(ValueError, match="did you mean 'instruction'"):
        study(tmp_path, row, columns={"instructions": "text"})


def test_parquet_and_a_hub_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "set").mkdir()
    path = tmp_path / "set" / "train.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([ROW, ROW]), path)
    for rows in (str(path), {"hub": str(path.parent)}):
        data = Data(source="instructions", task="python", files={"train": rows})
        found = sources.load("sums", data, "train", 0)
        assert [e.input for e in found] == ["1, 2", "1, 2"]


@pytest.mark.parametrize(
    ("rows", "line", "value", "remedy"),
    [
        ([{"instruction": "x"}], 1, "None", "the row has instruction"),
        ([{}], 1, "None", "columns"),
        ([{"instruction": "x", "reference": 3}], 1, "3", "text"),
        ([ROW, {**ROW, "input": 3}], 2, "3", "text"),
        ([{**ROW, "instruction": " "}], 1, "' '", "drop"),
        ([ROW, {**ROW, "output": "\n"}], 2, "'\\n'", "drop"),
        ([{**ROW, "id": "a"}] * 2, 2, "'a'", "unique"),
        ([{**ROW, "id": 1.5}], 1, "1.5", "text"),
        ([{**ROW, "tests": "assert ("}], 1, "'assert ('", "assertions"),
        ([{**ROW, "tests": {"a": 1}}], 1, "{'a': 1}", "statements"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path, rows, line, value, remedy):
    with pytest.raises(UserError) as caught:
        sources.load("sums", study(tmp_path, *rows), "train", 0)
    assert caught.value.where.endswith(f"rows.jsonl:{line}")
    assert caught.value.shown == value
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("wrong", [[3], ["import ("]])
def test_a_set_up_column_that_is_wrong_is_named(tmp_path, wrong):
    row = {**ROW, "tests": ["assert 1"], "test_imports": wrong}
    with pytest.raises(UserError, match="a row's 'test_imports' is no") as caught:
        sources.load("sums", study(tmp_path, row), "train", 0)
    assert caught.value.shown in ("[3]", "'import ('")
    row = {**ROW, "tests": "assert (", "test_imports": ["import math"]}
    with pytest.raises(UserError, match="a row's 'tests' is no"):
        sources.load("sums", study(tmp_path, row), "train", 0)


def test_a_mapped_column_that_a_row_lacks(tmp_path):
    data = study(tmp_path, {"instruction": "x", "answer": "y"}, columns={"reference": "anwser"})
    with pytest.raises(UserError, match="'reference'") as caught:
        sources.load("sums", data, "train", 0)
    assert caught.value.shown == "'anwser'"
    assert "'answer'" in caught.value.remedy


def test_a_column_named_for_one_part_is_read_for_no_other(tmp_path):
    row = {"input": "add", "output": "a + b"}
    data = study(tmp_path, row, columns={"instruction": "input"})
    (example,) = sources.load("sums", data, "train", 0)
    assert (example.instruction, example.input, example.meta) == ("add", "", {})
    data = study(tmp_path, row, columns={"instruction": "output"})
    with pytest.raises(UserError, match="'reference' is missing"):
        sources.load("sums", data, "train", 0)
    with pytest.raises(ValueError, match="'output' is named for 'instruction' and for 'reference'"):
        study(tmp_path, row, columns={"instruction": "output", "reference": "output"})


def test_tests_come_from_the_named_column_alone(tmp_path):
    row = {"instruction": "add", "output": "a + b", "checks": None, "tests": ["assert 1"]}
    data = study(tmp_path, row, columns={"tests": "checks"})
    (example,) = sources.load("sums", data, "train", 0)
    assert "tests" not in example.meta


def test_where_each_row_stands_is_known_by_its_id(tmp_path):
    places = {}
    rows = [ROW, {**ROW, "id": "own"}]
    sources.load("sums", study(tmp_path, *rows), "train", 0, places=places)
    path = tmp_path / "rows.jsonl"
    assert places == {"train/sums/00001": f"{path}:1", "own": f"{path}:2"}


def test_an_empty_file_is_an_empty_split(tmp_path):
    with pytest.raises(UserError, match="empty"):
        sources.load("sums", study(tmp_path), "train", 0)


@pytest.mark.parametrize(
    "split", [{"train": 40, "validation": 10}, {"train": 0.8, "validation": 0.2, "seed": 7}]
)
def test_a_cut_is_the_library_s_own(tmp_path, split):
    """The thesis: ``train_test_split(test_size=0.1, seed=42)``."""
    data = cut_study(tmp_path, 50, **split)
    rows = datasets.Dataset.from_dict({"n": range(50)})
    seed = split.get("seed", 42)
    expected = rows.train_test_split(test_size=split["validation"], seed=seed)
    for name, part in (("train", "train"), ("validation", "test")):
        found = sources.load("sums", data, name, 0)
        assert [e.instruction for e in found] == [f"add {n}" for n in expected[part]["n"]]
        assert len({e.id for e in found}) == len(found)


def test_the_thesis_shares_are_its_counts():
    split = Split(train=0.9, validation=0.1)
    found = sources.cut(range(18_612), split, "data.x.split")
    assert (len(found["train"]), len(found["validation"])) == (16_750, 1_862)
    assert found == sources.cut(range(18_612), Split(train=16_750, validation=1_862), "")


@settings(deadline=None)
@given(
    st.integers(3, 40),
    st.one_of(
        st.fixed_dictionaries(
            {
                "train": st.integers(1, 30),
                "validation": st.integers(0, 9),
                "test": st.integers(0, 9),
            }
        ),
        st.sampled_from(
            [
                {"train": 0.8, "validation": 0.1, "test": 0.1},
                {"train": 0.3},
                {"train": 0.5, "test": 0.5},
            ]
        ),
    ),
    st.integers(0, 5),
)
def test_parts_are_disjoint_and_of_the_sizes_asked_for(total, sizes, seed):
    split = Split(**sizes, seed=seed)
    if isinstance(sizes["train"], int) and sum(sizes.values()) > total:
        with pytest.raises(UserError, match="more rows than"):
            sources.cut(range(total), split, "data.x.split")
        return
    try:
        found = sources.cut(range(total), split, "data.x.split")
    except UserError:
        assert isinstance(sizes["train"], float)  # a share of very few rows can be none
        return
    every = [place for part in found.values() for place in part]
    assert len(every) == len(set(every))
    assert set(every) <= set(range(total))
    if isinstance(sizes["train"], int):
        assert {name: len(part) for name, part in found.items()} == sizes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": {"train": 1}}, "go together"),
        ({"rows": "x.json"}, "go together"),
        ({"rows": "x.json", "split": {"train": 1, "validation": 0.5}}, "do not mix"),
        ({"rows": "x.json", "split": {"train": 0.8, "validation": 0.3}}, "exceed 1"),
        ({"rows": "x.json", "split": {"train": 1}, "files": {"train": "y.json"}}, "keep one"),
        ({"files": {"train": {"path": "x", "hub": "y"}}}, "name one of them"),
        ({"files": {"train": {"path": "x", "revision": "y"}}}, "go with 'hub'"),
        ({"files": {"train": "x"}, "task": None}, "add 'task: python'"),
        ({"files": {"train": "x"}, "order": "first"}, "go with generated data"),
        ({}, "names no rows"),
        ({"source": "cocobots", "order": "first", "task": None, "files": {"test": {"hub": "x"}}},
         "not the hub"),
        ({"source": "cocobots", "order": "first", "task": None, "columns": {"id": "x"}},
         "go with 'source: instructions'"),
        ({"source": "cocobot"}, "unknown source; did you mean 'cocobots'"),
        ({"files": {"train": "x"}, "task": "pyton"}, "unknown task; did you mean 'python'"),
        ({"source": "cocobots", "order": "first"}, "has the task cocobots"),
        ({"source": "cocobots", "task": None}, "add 'order: first or higher'"),
        ({"source": "exercises", "task": "cocobots"}, "has the task python"),
        ({"source": "exercises", "order": "first"}, "'order' does not go with"),
        ({"source": "exercises", "objects": ["wn"]}, "'objects' do not go with"),
        ({"source": "exercises", "files": {"test": "x"}}, "'files' do not go with"),
    ],
)  # fmt: skip
def test_what_does_not_go_together(options, message):
    with pytest.raises(ValueError, match=message):
        Data(**{"source": "instructions", "task": "python", **options})
