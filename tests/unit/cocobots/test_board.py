from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from boards import from_json
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.cocobots.board import BRIDGE_STEP, COLORS, MAX_HEIGHT, SHAPES, Board, put
from tuneyard.cocobots.errors import (
    BridgeOffBoardError,
    BridgePlacementError,
    DepthMismatchError,
    DimensionsMismatchError,
    NotOnTopOfScrewError,
    PlacementError,
    SameShapeAtAlternateLevelsError,
    SameShapeStackingError,
    StackFullError,
)

coordinate = st.integers(-2, 9) | st.sampled_from([0, 1, 2])
call = st.tuples(
    st.sampled_from([*SHAPES, "cube"]), st.sampled_from(COLORS), coordinate, coordinate
)


def built(*parts: tuple[str, int, int]) -> Board:
    board = Board()
    for shape, x, y in parts:
        put(board, shape, "red", x, y)
    return board


@given(st.lists(call, max_size=60))
def test_a_refused_part_leaves_the_board_and_an_accepted_one_adds_itself(calls):
    board = Board()
    for shape, color, x, y in calls:
        before = copy.deepcopy(board.cells)
        cells = [(x, y)]
        if shape in BRIDGE_STEP:
            dx, dy = BRIDGE_STEP[shape]
            cells.append((x + dx, y + dy))
        try:
            put(board, shape, color, x, y)
        except (PlacementError, KeyError):
            assert board.cells == before
        else:
            for cell_x, cell_y in cells:
                before[cell_x][cell_y].append((shape, color))
            assert board.cells == before
    for row in board.cells:
        for cell in row:
            assert len(cell) <= MAX_HEIGHT
            shapes = [part.shape for part in cell]
            for level, shape in enumerate(shapes):
                if shape in BRIDGE_STEP:
                    assert level < 2
                    continue
                assert shape not in shapes[max(0, level - 2) : level]
                assert level == 0 or shapes[level - 1] != "screw"


@given(st.lists(call, max_size=30))
def test_json_round_trip_keeps_the_board(calls):
    board = Board()
    for each in calls:
        try:
            put(board, *each)
        except (PlacementError, KeyError):
            continue
    again = from_json(json.loads(json.dumps(board.to_json())))
    assert again == board
    assert (again.rows, again.columns) == (8, 8)


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, -1), (8, 0), (0, 8)])
@pytest.mark.parametrize("shape", ["nut", "bridge-h", "cube"])
def test_off_the_board_comes_first(shape, x, y):
    with pytest.raises(DimensionsMismatchError):
        put(Board(), shape, "red", x, y)


FULL = [("bridge-h", 0, 6), ("bridge-h", 0, 6), ("nut", 0, 7), ("washer", 0, 7)]


@pytest.mark.parametrize(
    ("parts", "shape", "x", "y", "error"),
    [
        (FULL, "cube", 0, 7, StackFullError),
        (FULL, "bridge-h", 0, 7, StackFullError),  # before the bridge's own rules
        ([], "bridge-h", 3, 7, BridgeOffBoardError),
        ([], "bridge-v", 7, 3, BridgeOffBoardError),
        ([("nut", 7, 7), ("washer", 7, 7)], "bridge-h", 7, 7, BridgeOffBoardError),
        ([("nut", 1, 1), ("washer", 1, 1)], "bridge-h", 1, 1, BridgePlacementError),
        ([("nut", 6, 5)], "bridge-v", 6, 5, DepthMismatchError),  # the slides' example
        ([("nut", 1, 2)], "bridge-h", 1, 1, DepthMismatchError),
        (FULL, "bridge-v", 0, 7, StackFullError),
        ([*FULL, ("nut", 1, 7)], "bridge-h", 1, 6, DepthMismatchError),
        ([("nut", 0, 6), *[(s, 0, 7) for s in ("nut", "washer")]], "bridge-h", 0, 6,
         DepthMismatchError),
        ([("screw", 0, 0)], "nut", 0, 0, NotOnTopOfScrewError),
        ([("screw", 0, 0)], "screw", 0, 0, NotOnTopOfScrewError),
        ([("screw", 0, 0)], "cube", 0, 0, NotOnTopOfScrewError),
        ([("nut", 0, 0)], "nut", 0, 0, SameShapeStackingError),
        ([("nut", 0, 0), ("washer", 0, 0)], "nut", 0, 0, SameShapeAtAlternateLevelsError),
        ([], "cube", 0, 0, KeyError),
        ([], ["nut"], 0, 0, KeyError),
    ],
)  # fmt: skip
def test_the_first_rule_that_is_broken_is_named(parts, shape, x, y, error):
    with pytest.raises(error):
        put(built(*parts), shape, "red", x, y)


def test_a_full_second_cell_is_said_before_unequal_heights():
    board = built(("bridge-h", 0, 1), ("bridge-h", 0, 1), ("nut", 0, 1), ("washer", 0, 1))
    with pytest.raises(StackFullError):
        put(board, "bridge-h", "red", 0, 0)


def test_a_bridge_may_lie_on_screws_and_bridges_of_its_colour():
    board = built(("screw", 0, 0), ("screw", 0, 1), ("bridge-h", 0, 0), ("nut", 0, 0))
    assert [part.shape for part in board.cells[0][0]] == ["screw", "bridge-h", "nut"]
    assert built(("bridge-h", 0, 0), ("bridge-h", 0, 0)).height(0, 1) == 2


@pytest.mark.parametrize("x", [1.0, True, "1", None, np.float64(1), (1,)])
def test_coordinates_are_whole_numbers(x):
    with pytest.raises(TypeError, match="x must be an int"):
        put(Board(), "nut", "red", x, 0)


def test_numpy_integers_are_taken():
    board = Board()
    put(board, "nut", "red", np.int64(1), np.uint8(2))
    assert board.height(1, 2) == 1


def test_colours_are_not_checked():
    board = Board()
    put(board, "nut", "mauve", 0, 0)
    put(board, "washer", "mauve", 0, 0)
    assert board.cells[0][0][1].color == "mauve"


@pytest.mark.parametrize(("rows", "cols"), [(0, 8), (8, 0), (-1, 8), (8, 10**9)])
def test_sizes_are_bounded(rows, cols):
    with pytest.raises(ValueError, match="rows and columns"):
        Board(rows, cols)
    with pytest.raises(TypeError):
        Board(8.0, 8)


def test_boards_of_other_sizes_differ():
    assert Board(8, 8) == Board()
    assert Board(8, 7) != Board()
    assert Board() != "board"
