"""Draws boards of one object, evenly over arrangements, places and colours, none twice."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Generic, TypeVar

from tuneyard.cocobots.board import COLORS, COLUMNS, ROWS
from tuneyard.cocobots.objects import Arrangement, PlacedObject, arrangements, fits, supports

Cell = tuple[int, int]

_Card = TypeVar("_Card")

_HALF: Final = ROWS // 2
_QUADRANTS: Final[dict[str, frozenset[tuple[int, int]]]] = {
    "train": frozenset({(0, 0), (1, 1)}),
    "validation": frozenset({(0, 1)}),
    "test": frozenset({(1, 0)}),
}
SPLITS: Final = tuple(_QUADRANTS)


class Stock:
    """The boards of one object that were not drawn yet."""

    _PATIENCE = 50

    def __init__(self, name: str, split: str, taboo: set[tuple[object, ...]]) -> None:
        self._name = name
        self._taboo = taboo
        self._choices = [
            (arrangement, cells)
            for arrangement in arrangements(name)
            if (cells := _anchors(arrangement, split))
        ]
        # Dealt, not diced: 16 boards of an object are to show all of its arrangements.
        self._deck = _Deck([(arrangement, _Deck(cells)) for arrangement, cells in self._choices])
        self._drawn: set[PlacedObject] = set()
        self._rest: list[PlacedObject] | None = None if self._choices else []

    def draw(self, rng: random.Random) -> PlacedObject | None:
        """Return another board, its arrangement, place and colours drawn evenly, or ``None``."""
        if self._rest is None:
            for _ in range(self._PATIENCE):
                arrangement, cells = self._deck.deal(rng)
                x, y = cells.deal(rng)
                board = PlacedObject(self._name, arrangement, _colors(arrangement, rng), x, y)
                if board not in self._drawn and self._allowed(board):
                    self._drawn.add(board)
                    return board
            # So few are left that luck no longer finds them.
            self._rest = [board for board in self._all() if board not in self._drawn]
            rng.shuffle(self._rest)
        return self._rest.pop() if self._rest else None

    def _allowed(self, board: PlacedObject) -> bool:
        return not self._taboo or self._taboo.isdisjoint(board.placements())

    def _all(self) -> Iterator[PlacedObject]:
        for arrangement, cells in self._choices:
            for colors in _colorings(arrangement):
                for x, y in cells:
                    board = PlacedObject(self._name, arrangement, colors, x, y)
                    if self._allowed(board):
                        yield board


class _Deck(Generic[_Card]):
    """Cards in random order, shuffled anew when all were dealt."""

    def __init__(self, cards: Sequence[_Card]) -> None:
        self._cards = cards
        self._left: list[_Card] = []

    def deal(self, rng: random.Random) -> _Card:
        if not self._left:
            self._left = rng.sample(self._cards, len(self._cards))
        return self._left.pop()


@cache
def _anchors(arrangement: Arrangement, split: str) -> tuple[Cell, ...]:
    """Return the anchors at which it fits the board and every named cell is the split's."""
    return tuple(
        (x, y)
        for x in range(ROWS)
        for y in range(COLUMNS)
        if fits(arrangement, x, y)
        and all(
            ((x + part.dx) // _HALF, (y + part.dy) // _HALF) in _QUADRANTS[split]
            for part in arrangement
        )
    )


def capacity(name: str, split: str) -> int:
    """Return how many distinct boards of an object a split has."""
    return sum(
        len(_anchors(arrangement, split)) * len(_colorings(arrangement))
        for arrangement in arrangements(name)
    )


def _colors(arrangement: Arrangement, rng: random.Random) -> tuple[str, ...]:
    """Colour the parts; none repeats a colour directly below it."""
    colors: list[str] = []
    for below in _supports(arrangement):
        used = {colors[index] for index in below}
        colors.append(rng.choice([color for color in COLORS if color not in used]))
    return tuple(colors)


@cache
def _colorings(arrangement: Arrangement) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for below in _supports(arrangement):
        found = [
            (*colors, color)
            for colors in found
            for color in COLORS
            if color not in {colors[index] for index in below}
        ]
    return found


_supports = cache(supports)
