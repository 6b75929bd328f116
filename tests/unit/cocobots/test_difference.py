from __future__ import annotations

import pytest
from boards import build, from_json
from hypothesis import assume, given
from hypothesis import strategies as st

from tuneyard.cocobots.board import COLORS, SHAPES, Board, put
from tuneyard.cocobots.difference import compare_boards
from tuneyard.cocobots.errors import CATEGORIES, PlacementError
from tuneyard.cocobots.objects import OBJECTS, PlacedObject, extent

ARRANGEMENTS = [(name, one) for name, several in OBJECTS.items() for one in several]


@st.composite
def placed(draw, low=0, high=8):
    """An object that leaves `low` rows and columns free at the top-left."""
    name, arrangement = draw(st.sampled_from(ARRANGEMENTS))
    rows, columns = extent(arrangement)
    colors = draw(st.tuples(*[st.sampled_from(COLORS)] * len(name)))
    x = draw(st.integers(low, high - rows))
    y = draw(st.integers(low, high - columns))
    return PlacedObject(name, arrangement, colors, x, y)


@st.composite
def any_board(draw):
    board = Board()
    for call in draw(
        st.lists(
            st.tuples(st.sampled_from(SHAPES), st.sampled_from(COLORS), *[st.integers(0, 2)] * 2),
            max_size=8,
        )
    ):
        try:
            put(board, *call)
        except PlacementError:
            continue
    return board


def moved(one: PlacedObject, x: int, y: int) -> Board:
    return build(PlacedObject(one.name, one.arrangement, one.colors, x, y))


def board_of(*calls) -> Board:
    board = Board()
    for call in calls:
        put(board, *call)
    return board


@given(any_board(), any_board())
def test_boards_differ_by_one_category_in_either_direction(one, other):
    found, back = compare_boards(one, other), compare_boards(other, one)
    assert (found is None) == (one == other) == (back is None)
    if found and back:
        assert found.category == back.category
        assert CATEGORIES[found.category] == "E"
        assert found.detail


@given(any_board())
def test_a_board_does_not_differ_from_itself(board):
    assert compare_boards(board, from_json(board.to_json())) is None


@pytest.mark.parametrize(
    ("dx", "dy", "detail"),
    [
        (-1, 0, "off by one row"),
        (0, -1, "off by one column"),
        (-1, -1, "off by one row and one column"),
    ],
)
@given(one=placed(low=1))
def test_off_by_one(dx, dy, detail, one):
    x, y = one.x + dx, one.y + dy
    assume((x, y) != (one.y, one.x))
    assert compare_boards(build(one), moved(one, x, y)) == ("wrong_location", detail)


@given(placed(high=6))
def test_rows_and_columns_exchanged_in_the_call(one):
    assume(one.x != one.y and max(one.x, one.y) <= 5)
    assert compare_boards(build(one), moved(one, one.y, one.x)) == (
        "wrong_location",
        "transposed",
    )


@given(any_board())
def test_a_transposed_board(board):
    cells = [[board.cells[y][x] for y in range(8)] for x in range(8)]
    turned = from_json(cells)
    assume([[len(c) for c in row] for row in cells] != [[len(c) for c in r] for r in board.cells])
    found = compare_boards(board, turned)
    # Bridges keep their name when a board's grid is turned, and then look broken.
    if not any(p.shape.startswith("bridge") for row in cells for c in row for p in c):
        assert found == ("wrong_location", "transposed")


@given(placed(), st.data())
def test_another_colour(one, data):
    index = data.draw(st.integers(0, len(one.colors) - 1))
    other = data.draw(st.sampled_from([c for c in COLORS if c != one.colors[index]]))
    colors = (*one.colors[:index], other, *one.colors[index + 1 :])
    built = build(PlacedObject(one.name, one.arrangement, colors, one.x, one.y))
    detail = f"{other} instead of {one.colors[index]}"
    assert compare_boards(build(one), built) == ("wrong_colour", detail)


@given(placed(), st.integers(1, 5))
def test_parts_missing(one, count):
    assume(count <= len(one.colors))
    built = board_of(*one.placements()[: len(one.colors) - count])
    parts = "1 part" if count == 1 else f"{count} parts"
    assert compare_boards(build(one), built) == ("wrong_count", f"{parts} missing")
    assert compare_boards(built, build(one)) == ("wrong_count", f"{parts} too many")


NUT, WASHER = ("nut", "red", 0, 0), ("washer", "blue", 0, 0)


@pytest.mark.parametrize(
    ("expected", "built", "category", "detail"),
    [
        ([NUT, WASHER], [WASHER, NUT], "wrong_order", "the same parts stacked in another order"),
        (
            [NUT, WASHER],
            [("washer", "red", 0, 0), ("nut", "blue", 0, 0)],
            "wrong_order",
            "the same shapes stacked in another order",
        ),
        (
            [("bridge-h", "red", 0, 0), ("bridge-h", "blue", 0, 0)],
            [("bridge-h", "blue", 0, 0), ("bridge-h", "red", 0, 0)],
            "wrong_order",
            "the same parts stacked in another order",
        ),
        ([NUT, WASHER], [NUT, ("screw", "blue", 0, 0)], "wrong_shape", "screw instead of washer"),
        (
            [("bridge-h", "red", 0, 0)],
            [("bridge-v", "red", 0, 0)],
            "wrong_shape",
            "bridge orientation",
        ),
        (
            [NUT, WASHER],
            [("nut", "blue", 0, 0), ("washer", "red", 0, 0)],
            "wrong_colour",
            "colours in another order",
        ),
        (
            [NUT, WASHER],
            [("nut", "green", 0, 0), ("washer", "green", 0, 0)],
            "wrong_colour",
            "2 parts in other colours",
        ),
        (
            [NUT, ("washer", "blue", 0, 1)],
            [NUT, ("washer", "blue", 5, 5)],
            "wrong_location",
            "1 of 2 parts elsewhere",
        ),
        (
            [NUT, ("washer", "blue", 0, 1)],
            [NUT, ("screw", "blue", 5, 5)],
            "wrong_location",
            "1 of 2 parts elsewhere, and other parts",
        ),
        ([NUT], [("nut", "red", 2, 5)], "wrong_location", "moved by 2 rows and 5 columns"),
    ],
)
def test_examples(expected, built, category, detail):
    assert compare_boards(board_of(*expected), board_of(*built)) == (category, detail)


def test_a_board_of_another_size():
    assert compare_boards(Board(), Board(4, 5)) == ("wrong_location", "a board of 4×5 cells")
