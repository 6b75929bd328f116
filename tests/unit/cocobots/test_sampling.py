from __future__ import annotations

import random
from collections import Counter

import pytest

from tuneyard.cocobots.objects import OBJECTS, arrangements, supports
from tuneyard.cocobots.sampling import SPLITS, Stock, capacity


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", ["wn", "bs"])
def test_a_stock_gives_every_board_once_and_then_none(name, split):
    stock, rng = Stock(name, split, set()), random.Random(0)
    boards = []
    while (board := stock.draw(rng)) is not None:
        boards.append(board)
    assert len(boards) == len(set(boards)) == capacity(name, split)
    assert stock.draw(rng) is None


def test_capacity_counts_cells_and_colourings():
    # 16 cells of a quadrant, 4 colours and then 3.
    assert capacity("wn", "test") == 16 * 12
    assert capacity("wn", "train") == 32 * 12
    # Each orientation loses four of 16 cells where it would leave the board.
    assert capacity("bs", "validation") == (12 + 16) * 12


def test_every_object_has_a_board_in_every_split():
    for split in SPLITS:
        for name in OBJECTS:
            assert Stock(name, split, set()).draw(random.Random(1)) is not None


def test_arrangements_are_drawn_evenly():
    stock, rng = Stock("bbbn", "train", set()), random.Random(3)
    drawn = Counter(stock.draw(rng).arrangement for _ in range(200))
    assert set(drawn) == set(arrangements("bbbn"))
    # A board that came before is passed over, and its arrangement's turn with it.
    assert max(drawn.values()) - min(drawn.values()) <= 3


def test_the_first_boards_have_different_arrangements():
    for name in OBJECTS:
        stock, rng = Stock(name, "train", set()), random.Random(4)
        known = len(arrangements(name))
        drawn = [stock.draw(rng).arrangement for _ in range(known)]
        assert len(set(drawn)) == known


def test_no_colour_repeats_directly_below():
    rng = random.Random(5)
    for name in OBJECTS:
        stock = Stock(name, "train", set())
        for _ in range(20):
            board = stock.draw(rng)
            for index, below in enumerate(supports(board.arrangement)):
                assert board.colors[index] not in {board.colors[each] for each in below}


def test_taboo_placements_are_never_drawn():
    taboo = {("nut", color, x, y) for color in ("red", "green") for x in range(8) for y in range(8)}
    stock, rng = Stock("nw", "test", taboo), random.Random(2)
    boards = []
    while (board := stock.draw(rng)) is not None:
        boards.append(board)
    assert len(boards) == 16 * 2 * 3
    assert not taboo & {placement for board in boards for placement in board.placements()}
