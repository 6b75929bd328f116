"""The harness called directly; `test_execution` runs it inside the sandbox."""

from __future__ import annotations

import sys

import pytest

from tuneyard.cocobots.errors import NotOnTopOfScrewError
from tuneyard.cocobots.harness import MAX_BOARDS, run_program


@pytest.fixture(autouse=True)
def _keep_main(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def run(source: str) -> dict:
    record: dict = {}
    run_program(source, {}, record)
    return record


def test_accepted_placements_are_recorded():
    assert run("put(board, 'nut', 'red', 6, 4)\nput(board, 'screw', color='blue', y=4, x=6)") == {
        "boards": [
            {"rows": 8, "columns": 8, "puts": [["nut", "red", 6, 4], ["screw", "blue", 6, 4]]}
        ],
        "judged": 0,
    }


def test_the_record_before_an_error_is_kept():
    record: dict = {}
    with pytest.raises(NotOnTopOfScrewError):
        run_program("put(board, 'screw', 'red', 1, 1)\nput(board, 'nut', 'red', 1, 1)", {}, record)
    assert record["boards"][0]["puts"] == [["screw", "red", 1, 1]]


@pytest.mark.parametrize(
    ("source", "judged"),
    [
        ("board = init_board(8, 8)", 1),
        ("other = init_board(8, 8)", 0),
        ("first = board\nboard = init_board(8, 8)\nboard = first", 0),
        ("board = None\nother = init_board(8, 8)", 0),
        ("del board", 0),
    ],
)
def test_the_board_that_the_name_holds_is_judged(source, judged):
    assert run(source)["judged"] == judged


@pytest.mark.parametrize(
    "source",
    [
        "board[0][0].append('nut')",
        "board.cells = []",
        "put([[]], 'nut', 'red', 0, 0)",
        "import copy; put(copy.deepcopy(board), 'nut', 'red', 0, 0)",
    ],
)
def test_a_board_is_a_closed_box(source):
    with pytest.raises((TypeError, AttributeError)):
        run(source)


def test_colours_that_are_none_are_marked():
    (board,) = run(
        "put(board, 'nut', ('red', 'blue'), 0, 0)\nput(board, 'washer', 'x' * 99, 0, 0)"
    )["boards"]
    assert [part[1] for part in board["puts"]] == ["<tuple>", "<long>"]


def test_the_number_of_boards_is_bounded():
    with pytest.raises(ValueError, match=f"at most {MAX_BOARDS} boards"):
        run("while True: init_board(8, 8)")


def test_only_our_names_and_the_built_ins_are_there():
    with pytest.raises(NameError):
        run("place")
    run("assert __name__ == '__main__' and sum([1, 2]) == 3")
