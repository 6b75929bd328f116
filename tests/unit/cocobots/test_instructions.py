"""The writers regenerate the public validation file, and the simulator builds its boards."""

from __future__ import annotations

import json

import pytest
from boards import build

from tuneyard.cocobots import instructions
from tuneyard.cocobots.board import Board, put
from tuneyard.cocobots.objects import OBJECTS, PlacedObject, Placement


@pytest.fixture(scope="module")
def boards(public):
    data = json.loads((public / "sb_so_val.json").read_text())
    return [
        board
        for sizes in data["simple"]["simple"].values()
        for several in sizes.values()
        for board in several
    ]


def placed(board) -> PlacedObject:
    """Read the object from the file's shapes and cells, not from its code."""
    x, y = board["x"][0], board["y"][0]
    parts = [
        (shape, row - x, column - y)
        for shape, row, column in zip(board["shapes"], board["x"], board["y"], strict=True)
    ]
    (arrangement,) = [one for one in OBJECTS[board["combo_name"]] if list(map(tuple, one)) == parts]
    return PlacedObject(board["combo_name"], arrangement, tuple(board["colors"]), x, y)


def run(code: str):
    namespace = {"init_board": Board, "put": put}
    exec(code, namespace)
    return namespace["board"]


def test_all_130_boards_are_regenerated_to_the_character(boards):
    assert len(boards) == 130
    for board in boards:
        built = placed(board)
        code, dialogues = board["code"], board["dialogues"]
        turns = [
            (turn["<Programmer>"], turn["<Editor>"])
            for turn in dialogues["multi_turn"]["instructions"]
        ]
        assert instructions.first_order(built) == turns
        assert [text for _, text in turns] == code["multi_turn"]["output"]
        (turn,) = dialogues["single_turn"]["instructions"]
        function, usage = code["single_turn"]["function"], code["single_turn"]["usage"]
        assert instructions.function(built) == function == turn["<Editor>"]["function"]
        assert instructions.usage(built) == usage == turn["<Editor>"]["usage"]
        assert instructions.higher_order(built) == (turn["<Programmer>"], f"{function}\n{usage}")
        whole = f"{function}\nboard = init_board(8, 8)\n{usage}"
        assert whole == code["single_turn"]["total_code"]


def test_the_three_forms_of_every_simple_board_build_equal_boards(boards):
    for board in boards:
        forms = [run(form["total_code"]) for form in board["code"].values()]
        assert len(forms) == 3
        assert forms[0] == forms[1] == forms[2] == build(placed(board))
        assert forms[0] != Board()


@pytest.mark.parametrize("file", ["rb_so_val.json", "rb_cho_val.json"])
def test_every_regular_board_builds(public, file):
    data = json.loads((public / file).read_text())["regular"]
    built = [
        run(board["code"]["total_code"])
        for sizes in data.values()
        for names in sizes.values()
        for several in names.values()
        for board in several
    ]
    assert len(built) == 130
    assert all(board != Board() for board in built)


def test_turns_speak_of_rows_and_columns_from_one():
    bridge = Placement("bridge-v", "yellow", 0, 2)
    words = "place a yellow bridge vertically in the 1st row, 3rd column"
    assert instructions.turn_instruction(bridge) == words
    assert instructions.turn_code(bridge) == "put(board, 'bridge-v', 'yellow', 0, 2)"


def test_a_stack_of_two_zips_its_offsets_and_one_of_three_does_not():
    two = PlacedObject("wn", OBJECTS["wn"][0], ("red", "blue"), 0, 7)
    three = PlacedObject("wns", OBJECTS["wns"][0], ("red", "blue", "red"), 0, 7)
    assert "zip(shapes, colors, [0, 0], [0, 0])" in instructions.function(two)
    assert "zip(shapes, colors)" in instructions.function(three)
    assert instructions.usage(two) == "wn(board, ('red', 'blue'), 0, 7)"
