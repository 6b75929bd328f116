"""Boards for the tests."""

from tuneyard.cocobots.board import Board, BoardJson, Part, put
from tuneyard.cocobots.objects import PlacedObject


def build(one: PlacedObject) -> Board:
    board = Board()
    for placement in one.placements():
        put(board, *placement)
    return board


def from_json(cells: BoardJson) -> Board:
    board = Board(len(cells), len(cells[0]))
    board.cells = [[[Part(*part) for part in cell] for cell in row] for row in cells]
    return board
