"""Whether objects that are made of different arguments are told apart, as the reference's are.

Tests that only ever say ``Vector(1, 2) + Vector(3, 4) == Vector(4, 6)`` are passed by a class whose
objects are all equal. So when tests have run, objects are made anew of what the tests made theirs
of, and others of arguments that differ in whatever can differ; where the reference's are never
equal, an answer's are not always.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from operator import eq
from typing import Any

from tuneyard.sandbox.strangers import holds, text

REASON = "objects that are equal whatever they are made of"
_MOST = 6  # calls of one name that are looked at
_ENOUGH = 2


class Made:
    """What the tests make of an answer's classes.

    Args:
        names: of those that are looked at; None: of all classes.
    """

    def __init__(self, names: Collection[str] | None) -> None:
        self._names = None if names is None else frozenset(names)
        self._calls: dict[str, list[tuple[Any, Any]]] = {}

    def calls(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls a class, and notes with what."""
        wanted = isinstance(function, type) if self._names is None else name in self._names
        noted = self._calls.setdefault(name, []) if wanted else []
        if not wanted or len(noted) >= _MOST:
            return function

        def make(*given: Any, **named: Any) -> Any:
            if (given or named) and len(noted) < _MOST:
                noted.append((given, named))
            return function(*given, **named)

        return make

    def told_apart(self, names: dict[str, Any]) -> list[str]:
        """Return which classes' objects are never equal if they are made of other arguments."""
        return [name for name in self._calls if self._answers(name, names) == {False}]

    def alike(self, names: dict[str, Any]) -> bool:
        """Say whether there is one whose objects always are."""
        return any(self._answers(name, names) == {True} for name in self._calls)

    def _answers(self, name: str, names: dict[str, Any]) -> set[bool]:
        """Return what objects of a class say of others; nothing where they are too few."""
        draw, found = random.Random(), list[bool]()
        for given, named in self._calls[name] * 2:
            other = [_other(one, draw) for one in given]
            more = {key: _other(one, draw) for key, one in named.items()}
            if all(map(_same, (*other, *more.values()), (*given, *named.values()))):
                continue
            try:
                one, another = names[name](*given, **named), names[name](*other, **more)
            except BaseException:  # it does not take these, or not when its tests are over
                continue
            found.append(holds(eq, one, another))
        return set(found) if len(found) >= _ENOUGH else set()


def _same(one: Any, other: Any) -> bool:
    return one is other


def _other(value: Any, draw: random.Random, depth: int = 4) -> Any:
    """Return a value that is like a plain one, and another in all its parts; others as they are."""
    kind = type(value)
    if kind is bool:
        return not value
    if kind is int:
        return value + draw.randint(1, 9)
    if kind is float:
        return value + draw.uniform(1, 9)
    if kind is str:
        return next(one for one in _texts(value, draw) if one != value)
    if kind in (list, tuple, set, frozenset) and depth:
        parts = [_other(one, draw, depth - 1) for one in value]
        return value if all(map(_same, parts, value)) else kind(parts)
    if kind is dict and depth:
        found = {key: _other(one, draw, depth - 1) for key, one in value.items()}
        return value if all(map(_same, found.values(), value.values())) else found
    return value


def _texts(value: str, draw: random.Random) -> Iterator[str]:
    while True:
        yield text(draw, len(value) or 1)
