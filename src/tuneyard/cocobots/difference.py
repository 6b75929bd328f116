"""How two boards differ: group E of the error taxonomy."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tuneyard.cocobots.board import BRIDGE_STEP, Board


class Difference(NamedTuple):
    """An error category of group E and what more can be said."""

    category: str
    detail: str


class _Entry(NamedTuple):
    shape: str
    color: str
    x: int
    y: int
    level: int


def compare_boards(expected: Board, built: Board) -> Difference | None:
    """Name the difference between two boards; ``None`` where they are equal.

    A part counts once, at its own cell (a bridge at its first). The first that applies:

    - ``wrong_location``: as many parts, but other cells (or a board of another size);
    - ``wrong_count``: more or fewer parts;
    - ``wrong_shape``: the same cells with other shapes in them;
    - ``wrong_order``: the same parts in the same cells, stacked in another order;
    - ``wrong_colour``: everything but the colours agrees.
    """
    if expected == built:
        return None
    if (expected.rows, expected.columns) != (built.rows, built.columns):
        return Difference("wrong_location", f"a board of {built.rows}×{built.columns} cells")
    want, have = _entries(expected), _entries(built)
    if len(want) != len(have):
        return Difference("wrong_count", _count_detail(len(have) - len(want)))
    if Counter((e.x, e.y) for e in want) != Counter((e.x, e.y) for e in have):
        return Difference("wrong_location", _location_detail(want, have))
    missing = Counter((e.x, e.y, e.shape) for e in want)
    surplus = Counter((e.x, e.y, e.shape) for e in have)
    if missing != surplus:
        return Difference("wrong_shape", _shape_detail(missing - surplus, surplus - missing))
    if _without_levels(want) == _without_levels(have):
        return Difference("wrong_order", "the same parts stacked in another order")
    if sorted((e.x, e.y, e.level, e.shape) for e in want) != sorted(
        (e.x, e.y, e.level, e.shape) for e in have
    ):
        return Difference("wrong_order", "the same shapes stacked in another order")
    return Difference("wrong_colour", _colour_detail(want, have))


def _entries(board: Board) -> list[_Entry]:
    """List the parts; the two cells of a bridge are one part."""
    found: list[_Entry] = []
    taken: set[tuple[int, int, int]] = set()
    for x, row in enumerate(board.cells):
        for y, cell in enumerate(row):
            for level, part in enumerate(cell):
                # Scanned from the top-left, an entry that is not yet taken begins its bridge.
                if (x, y, level) in taken:
                    continue
                if part.shape in BRIDGE_STEP:
                    step = BRIDGE_STEP[part.shape]
                    taken.add((x + step[0], y + step[1], level))
                found.append(_Entry(part.shape, part.color, x, y, level))
    return found


def _without_levels(entries: list[_Entry]) -> Counter[tuple[str, str, int, int]]:
    return Counter((e.shape, e.color, e.x, e.y) for e in entries)


def _count_detail(surplus: int) -> str:
    count = abs(surplus)
    parts = "1 part" if count == 1 else f"{count} parts"
    return f"{parts} too many" if surplus > 0 else f"{parts} missing"


def _location_detail(want: list[_Entry], have: list[_Entry]) -> str:
    placed = sorted((e.x, e.y, e.level, e.shape, e.color) for e in want)
    built = sorted((e.x, e.y, e.level, e.shape, e.color) for e in have)
    turned = {"bridge-h": "bridge-v", "bridge-v": "bridge-h"}
    if built in (
        sorted((y, x, level, shape, color) for x, y, level, shape, color in placed),
        sorted((y, x, lv, turned.get(shape, shape), color) for x, y, lv, shape, color in placed),
    ):
        return "transposed"
    corner, moved = _corner(want), _corner(have)
    dx, dy = moved[0] - corner[0], moved[1] - corner[1]
    if built == sorted((x + dx, y + dy, *rest) for x, y, *rest in placed):
        if moved == (corner[1], corner[0]):
            return "transposed"
        return _shift_detail(dx, dy)
    elsewhere = Counter((e.x, e.y) for e in want) - Counter((e.x, e.y) for e in have)
    count = elsewhere.total()
    detail = f"{count} of {len(want)} parts elsewhere"
    kinds = Counter((e.shape, e.color) for e in want) != Counter((e.shape, e.color) for e in have)
    return detail + ", and other parts" if kinds else detail


def _corner(entries: list[_Entry]) -> tuple[int, int]:
    return min(e.x for e in entries), min(e.y for e in entries)


def _shift_detail(dx: int, dy: int) -> str:
    steps = {(1, 0): "one row", (0, 1): "one column", (1, 1): "one row and one column"}
    near = steps.get((abs(dx), abs(dy)))
    return f"off by {near}" if near else f"moved by {dx} rows and {dy} columns"


def _shape_detail(
    missing: Counter[tuple[int, int, str]], surplus: Counter[tuple[int, int, str]]
) -> str:
    shapes = {shape for _, _, shape in [*missing, *surplus]}
    if shapes == set(BRIDGE_STEP):
        return "bridge orientation"
    # Only parts at the same cell can stand for one another.
    x, y, shape = min(missing)
    instead = min(other for ox, oy, other in surplus if (ox, oy) == (x, y))
    return f"{instead} instead of {shape}"


def _colour_detail(want: list[_Entry], have: list[_Entry]) -> str:
    by_place = {(e.x, e.y, e.level): e.color for e in have}
    wrong = [(e.color, by_place[e.x, e.y, e.level]) for e in want]
    wrong = [(color, other) for color, other in wrong if color != other]
    if Counter(color for color, _ in wrong) == Counter(other for _, other in wrong):
        return "colours in another order"
    if len(wrong) == 1:
        return f"{wrong[0][1]} instead of {wrong[0][0]}"
    return f"{len(wrong)} parts in other colours"
