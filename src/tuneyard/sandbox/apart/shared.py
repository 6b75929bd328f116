"""What both processes have of the data that crossed, so that what is one object stays one.

Each value that is no number or text has a number, the same on both sides: both count what crosses,
in order, and one asks only when the other has answered. A side that holds a value no more says so;
what both hold is compared before each message with what the other side knows of it, and its
changes go along. So a list that an answer gives twice is one list for its tests, and what either
does to it the other sees. Data that only go in and out are let go with the next message.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from operator import is_
from typing import Any

from tuneyard.sandbox.apart.kinds import ARRAY, CHANGING, KINDS, SCALARS, Changing, Parts
from tuneyard.sandbox.apart.plain import plain
from tuneyard.sandbox.ways import mark

_EACH = 20  # parts that take as long to compare as what goes before comparing any
UNMADE = object()
"""Stands for a value that comes later in its message."""


class Shared:
    """One side's values, by number.

    Attributes:
        count: how many have crossed: the next one's number.
        weight: of how many parts those are made, roughly, that are compared.
    """

    def __init__(self) -> None:
        self.count = self.weight = 0
        self._values: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._kinds: dict[int, Changing] = {}
        self._known: dict[int, Parts] = {}
        self._weights: dict[int, int] = {}

    def number(self, value: Any) -> int | None:
        """Return a value's number; None: the other side does not have it."""
        return self._numbers.get(id(value))

    def value(self, number: int) -> Any:
        """Return a value.

        Raises:
            LookupError: there is none of this number.
        """
        return self._values[number]

    def kind(self, number: int) -> Changing | None:
        """Return of what kind a value is that changes, None where it does not."""
        return self._kinds.get(number)

    def add(self, value: Any, kind: Changing | None = None) -> int:
        """Give the next number to a value, and return it."""
        number = self.count
        self.count += 1
        self._values[number] = value
        self._numbers[id(value)] = number
        if kind is not None:
            self._kinds[number] = kind
        return number

    def know(self, number: int, parts: Parts) -> None:
        """Note what the other side knows a value to be made of."""
        self._known[number] = parts
        weight = _EACH + len(parts)
        if self._kinds[number].flat:
            weight += sum(map(_weight, parts))
        self.weight += weight - self._weights.get(number, 0)
        self._weights[number] = weight

    def known(self, number: int) -> Parts | None:
        """Return what was noted last, None where nothing was."""
        return self._known.get(number)

    def mark(self, value: Any) -> Any:
        """Return what is equal for the same values alone, as a message has them."""
        return mark(value) if type(value) in SCALARS else (self._numbers.get(id(value)),)

    def put(self, number: int, value: Any) -> None:
        """Let a number mean another value."""
        self._unname(number)
        self._values[number] = value
        self._numbers[id(value)] = number

    def forget(self, numbers: Iterable[int]) -> None:
        """Forget values that the other side has no more."""
        for number in numbers:
            if number in self._values:
                self._drop(number)

    def sweep(self) -> list[int]:
        """Forget the values that nobody else here has, and return their numbers."""
        values, count = self._values, sys.getrefcount
        found = []
        for number in [*values]:  # what holds others came before them
            if count(values[number]) <= _ALONE and not self._is_view(number):
                self._drop(number)
                found.append(number)
        return found

    def changed(self) -> Iterator[tuple[int, Changing, Parts]]:
        """Yield the values that are not made of what the other side knows, and of what they are."""
        for number, known in [*self._known.items()]:
            kind = self._kinds[number]
            parts = parts_of(self._values[number], kind)
            if not same(kind, parts, known):
                yield number, kind, parts

    def separate(self, numbers: Iterable[int]) -> None:
        """Let numbers mean copies from now on, and those of what holds such values, too.

        The values themselves are this side's alone.
        """
        values = self._values
        apart = {id(values[number]) for number in numbers}
        size = 0
        while len(apart) > size:
            size = len(apart)
            for value in values.values():
                if not apart.isdisjoint(map(id, held(value))):
                    apart.add(id(value))
        memo = {id(value): value for value in values.values() if id(value) not in apart}
        for number, value in [*values.items()]:
            if id(value) in apart:
                self.put(number, deepcopy(value, memo))
                kind = self._kinds.get(number)
                if kind is not None:
                    self.know(number, parts_of(values[number], kind))

    def _unname(self, number: int) -> None:
        name = id(self._values[number])
        if self._numbers.get(name) == number:  # some values are one for all: the empty tuple
            del self._numbers[name]

    def _is_view(self, number: int) -> bool:
        """Say whether a value is an array in the memory of another that somebody has."""
        if self._kinds.get(number) is not ARRAY:
            return False
        value = self._values[number]
        return value.base is not None and sys.getrefcount(value.base) > _SEEN

    def _drop(self, number: int) -> None:
        self._unname(number)
        self.weight -= self._weights.pop(number, 0)
        self._known.pop(number, None)
        self._kinds.pop(number, None)
        del self._values[number]


def held(value: Any) -> Parts:
    """Return what a value is made of, where others may be in it."""
    kind = CHANGING.get(type(value)) or KINDS.get(type(value))
    if kind is not None and not kind.flat:
        return kind.parts(value)
    return [*tuple.__iter__(value)] if isinstance(value, tuple) else []


def parts_of(value: Any, kind: Changing) -> Parts:
    """Return what a value is made of, or the plain one in it where it is of a subclass."""
    return kind.parts(value if kind.exact in (None, type(value)) else plain(value))


def same(kind: Changing, parts: Parts, known: Parts) -> bool:
    """Say whether these are the same objects in the same order: no method of theirs is called."""
    if len(parts) != len(known):
        return False
    return parts == known if kind.flat else all(map(is_, parts, known))


def _weight(part: Any) -> int:
    """Return of how many parts a text, bytes or a tuple takes the time; roughly."""
    if isinstance(part, str | bytes):
        return len(part) // 64
    return 4 * len(part) if isinstance(part, tuple) else 0


def _alone() -> int:
    held: dict[int, Any] = {0: []}
    values, count = held, sys.getrefcount
    return count(values[0])


_ALONE = _alone()
_SEEN = 2  # references to what only an array's attribute names: that, and the question
