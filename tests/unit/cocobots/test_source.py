from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.cocobots import instructions
from tuneyard.cocobots.objects import OBJECTS, PlacedObject
from tuneyard.cocobots.source import load_public
from tuneyard.errors import UserError


def simple_file() -> dict:
    """A file of the public format with one board."""
    built = PlacedObject("wn", OBJECTS["wn"][0], ("red", "blue"), 0, 7)
    instruction, _ = instructions.higher_order(built)
    editor = {"function": instructions.function(built), "usage": instructions.usage(built)}
    turns = [
        {"<Programmer>": words, "<Editor>": code} for words, code in instructions.first_order(built)
    ]
    board = {
        "combo_name": "wn",
        "shapes": ["washer", "nut"],
        "colors": ["red", "blue"],
        "x": [0, 0],
        "y": [7, 7],
        "dialogues": {
            "single_turn": {"instructions": [{"<Programmer>": instruction, "<Editor>": editor}]},
            "multi_turn": {"instructions": turns},
        },
    }
    return {"simple": {"simple": {"2": {"wn": [board]}}}}


@pytest.fixture
def write(tmp_path):
    def save(value):
        path = tmp_path / "boards.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return save


def load(path, order="higher"):
    return load_public(path, order, kind="k", split="validation")


def test_a_simple_board_gives_turns_or_one_program(write):
    path = write(simple_file())
    first, higher = load(path, "first"), load(path)
    assert [row.reference for row in first] == [
        "put(board, 'washer', 'red', 0, 7)",
        "put(board, 'nut', 'blue', 0, 7)",
    ]
    assert [row.id for row in first] == ["validation/k/00000", "validation/k/00001"]
    assert [row.meta["turn"] for row in first] == [0, 1]
    places: dict[str, str] = {}
    load_public(path, "first", kind="k", split="validation", places=places)
    board = "$.simple.simple.2.wn[0].dialogues"
    assert places["validation/k/00001"] == f"{path}: {board}.multi_turn.instructions[1]"
    load_public(path, "higher", kind="k", split="validation", places=places)
    assert places["validation/k/00000"] == f"{path}: {board}.single_turn.instructions[0]"
    (row,) = higher
    assert row.reference.endswith("\nwn(board, ('red', 'blue'), 0, 7)")
    assert row.reference == row.meta["function"] + "\n" + row.meta["usage"]
    assert row.meta["x"] == [0, 0]


def test_the_public_simple_file(public):
    first = load(public / "sb_so_val.json", "first")
    higher = load(public / "sb_so_val.json")
    assert (len(first), len(higher)) == (500, 130)
    assert len({(row.instruction, row.reference) for row in first}) == 356
    assert len({row.id for row in first}) == 500


@pytest.mark.parametrize(("file", "patterns"), [("rb_so_val.json", 5), ("rb_cho_val.json", 4)])
def test_the_public_regular_files(public, file, patterns):
    rows = load(public / file)
    assert len(rows) == 130
    assert len({row.meta["pattern"] for row in rows}) == patterns
    assert all("for row" in row.reference for row in rows)
    with pytest.raises(UserError, match="no first-order turns") as caught:
        load(public / file, "first")
    assert "regular.simple.2" in caught.value.where or "regular.challenge" in caught.value.where


def changed(*path, value):
    data = copy.deepcopy(simple_file())
    node = data
    for key in path[:-1]:
        node = node[key]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return data


BOARD = ("simple", "simple", "2", "wn", 0)
TURN = (*BOARD, "dialogues", "single_turn", "instructions", 0)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "$"),
        ({"odd": {}}, "$"),
        ({"simple": []}, "$.simple"),
        (changed(*BOARD[:-1], value={}), "$.simple.simple.2.wn"),
        (changed(*BOARD, value="x"), "$.simple.simple.2.wn[0]"),
        (changed(*BOARD, "combo_name", value=None), "$.simple.simple.2.wn[0]"),
        (changed(*BOARD, "combo_name", value=3), "$.simple.simple.2.wn[0].combo_name"),
        (changed(*BOARD, "x", value=[0, "0"]), "$.simple.simple.2.wn[0].x[1]"),
        (changed(*BOARD, "x", value=[0]), "$.simple.simple.2.wn[0]"),
        (changed(*BOARD, "dialogues", value={}), "$.simple.simple.2.wn[0].dialogues"),
        (
            changed(*BOARD, "dialogues", "single_turn", "instructions", value=[]),
            "$.simple.simple.2.wn[0].dialogues.single_turn.instructions",
        ),
        (
            changed(*TURN, "<Editor>", "usage", value=None),
            "$.simple.simple.2.wn[0].dialogues.single_turn.instructions[0].<Editor>",
        ),
        (
            changed(*TURN, "<Programmer>", value=""),
            "$.simple.simple.2.wn[0].dialogues.single_turn.instructions[0].<Programmer>",
        ),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(write, data, where):
    path = write(data)
    with pytest.raises(UserError) as caught:
        load(path)
    assert caught.value.where == f"{path}: {where}"
    assert caught.value.remedy


def test_broken_json_is_refused_with_line_and_column(write):
    path = write('{"simple":\n  {oops}}')
    with pytest.raises(UserError, match="not valid JSON") as caught:
        load(path)
    assert caught.value.where == f"{path}:2:4"


def test_files_that_cannot_be_read(write, tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        load(tmp_path / "nowhere.json")
    with pytest.raises(UserError, match="a folder stands"):
        load(tmp_path)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b'{"simple": "\xff"}')
    with pytest.raises(UserError, match="not UTF-8"):
        load(binary)
    with pytest.raises(UserError, match="nested too deeply"):
        load(write("[" * 100_000))


def test_a_file_without_boards_and_an_unknown_order(write):
    with pytest.raises(UserError, match="holds no boards"):
        load(write({"simple": {}}))
    with pytest.raises(UserError, match="no such order") as caught:
        load(write(simple_file()), "hihger")
    assert caught.value.remedy == "did you mean 'higher'?"


odd = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "nut", "\ud83d", [], [[]], {}, {"": []}, ["x"], [None]]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), odd, st.sampled_from(["first", "higher"]))
def test_other_values_anywhere_give_examples_or_one_message(write, data, value, order):
    """One place of a right file holds something else."""
    content = simple_file()
    inner = content
    while True:
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else [0]))
        if not isinstance(inner[key], dict | list) or data.draw(st.integers(0, 9)) == 0:
            break
        inner = inner[key]
    inner[key] = value
    try:
        examples = load(write(content), order)
    except UserError as error:
        examples = []
        assert error.where  # noqa: PT017
        assert error.remedy  # noqa: PT017
    assert all(e.instruction and e.reference for e in examples)
