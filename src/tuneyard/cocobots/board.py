"""The COCOBOTS board and the rules by which `put` accepts or refuses a part."""

from __future__ import annotations

import operator
from typing import Final, NamedTuple

from tuneyard.cocobots.errors import (
    BridgeOffBoardError,
    BridgePlacementError,
    DepthMismatchError,
    DimensionsMismatchError,
    NotOnTopOfScrewError,
    SameShapeAtAlternateLevelsError,
    SameShapeStackingError,
    StackFullError,
)

ROWS: Final = 8
COLUMNS: Final = 8
MAX_HEIGHT: Final = 4
MAX_SIDE: Final = 32
"""Sides beyond this are refused: programs choose them, and a scorer rebuilds their boards."""
COLORS: Final = ("red", "green", "blue", "yellow")
SHAPES: Final = ("washer", "nut", "screw", "bridge-h", "bridge-v")
BRIDGE_STEP: Final = {"bridge-h": (0, 1), "bridge-v": (1, 0)}
"""From a bridge's first cell to its second, as (rows, columns)."""

BoardJson = list[list[list[list[str]]]]
"""rows × columns × height (bottom first) × (shape, colour)."""


class Part(NamedTuple):
    """What one cell holds at one level; a bridge is entered in both of its cells."""

    shape: str
    color: str


class Board:
    """A grid of stacks, bottom part first. x is the row and y the column, both from 0."""

    __slots__ = ("cells", "columns", "rows")

    def __init__(self, rows: int = ROWS, columns: int = COLUMNS) -> None:
        rows = _whole(rows, "rows")
        columns = _whole(columns, "cols")
        if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
            raise ValueError(f"a board has 1 to {MAX_SIDE} rows and columns, not {rows}×{columns}")
        self.rows = rows
        self.columns = columns
        self.cells: list[list[list[Part]]] = [[[] for _ in range(columns)] for _ in range(rows)]

    def height(self, x: int, y: int) -> int:
        """Return how many parts the cell holds."""
        return len(self.cells[x][y])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Board):
            return NotImplemented
        return self.cells == other.cells

    __hash__ = None  # type: ignore[assignment]  # a board changes

    def __repr__(self) -> str:
        parts = sum(len(cell) for row in self.cells for cell in row)
        return f"<Board {self.rows}×{self.columns}, {parts} entries>"

    def to_json(self) -> BoardJson:
        """Return nested lists: rows × columns × levels × [shape, colour]."""
        return [[[list(part) for part in cell] for cell in row] for row in self.cells]


def put(board: Board, shape: str, color: str, x: int, y: int) -> None:
    """Place a part on the board at row x and column y; a bridge also takes its second cell.

    The rules apply in this order: the cell is on the board; it is not full; for bridges the
    second cell is on the board, the bridge starts at level 0 or 1, the second cell is not full
    and both heights agree; for other parts what lies below is no screw, and neither the part
    directly below nor the one below that has the same shape. Colours are not checked, as in
    the original. A refused part leaves the board as it was.

    Raises:
        TypeError: x or y is not a whole number (floats and bools are refused, even 1.0 and True).
        PlacementError: a rule is broken; the subclass says which.
        KeyError: the shape is unknown.
    """
    x = _whole(x, "x")
    y = _whole(y, "y")
    if not (0 <= x < board.rows and 0 <= y < board.columns):
        raise DimensionsMismatchError(
            f"({x}, {y}) is off the board of {board.rows}×{board.columns} cells"
        )
    cell = board.cells[x][y]
    if len(cell) >= MAX_HEIGHT:
        raise StackFullError(f"({x}, {y}) already holds {MAX_HEIGHT} parts")
    step = BRIDGE_STEP.get(shape) if isinstance(shape, str) else None
    if step is not None:
        other = _second_cell(board, x, y, step)
        cell.append(Part(shape, color))
        other.append(Part(shape, color))
        return
    if cell and cell[-1].shape == "screw":
        raise NotOnTopOfScrewError(f"({x}, {y}) ends in a screw")
    if cell and cell[-1].shape == shape:
        raise SameShapeStackingError(f"({x}, {y}) has a {shape} directly below")
    if len(cell) > 1 and cell[-2].shape == shape:
        raise SameShapeAtAlternateLevelsError(f"({x}, {y}) has a {shape} two below")
    if not isinstance(shape, str) or shape not in SHAPES:
        raise KeyError(shape)
    cell.append(Part(shape, color))


def _second_cell(board: Board, x: int, y: int, step: tuple[int, int]) -> list[Part]:
    """Check the rules for a bridge at (x, y) and return the stack of its second cell."""
    height = board.height(x, y)
    row, column = x + step[0], y + step[1]
    if row >= board.rows or column >= board.columns:
        raise BridgeOffBoardError(f"the bridge at ({x}, {y}) would end at ({row}, {column})")
    if height >= 2:
        raise BridgePlacementError(f"a bridge at ({x}, {y}) would start at level {height + 1}")
    other = board.cells[row][column]
    if len(other) >= MAX_HEIGHT:
        raise StackFullError(f"({row}, {column}) already holds {MAX_HEIGHT} parts")
    if len(other) != height:
        raise DepthMismatchError(
            f"a bridge at ({x}, {y}) would lie on heights {height} and {len(other)}"
        )
    return other


def _whole(value: object, name: str) -> int:
    """Return a whole number as a plain int; NumPy's integers are taken, bools are not."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    # A subclass may override its comparisons; adding as int does not ask it.
    return int.__add__(operator.index(value), 0)
