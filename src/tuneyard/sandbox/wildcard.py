"""Finds objects that are equal, or close, to whatever they are compared with.

What a test sees of an answer passes through ``Inspector.look`` (see `tuneyard.sandbox.rewrite`). An
object of a class that compares in Python is held against values that nobody can foresee: of a type
it does not know, and random numbers, texts and lists. No honest object is equal to all of a kind.
Objects of built-in classes, and containers of them, pass by a look at their types.
"""

from __future__ import annotations

import math
import os
import random
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from operator import contains, eq, ge, le, ne
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from tuneyard.sandbox.guard import ForgedError
from tuneyard.sandbox.source import words

_PLAIN = frozenset(
    map(
        id,
        (
            *(int, float, complex, bool, str, bytes, bytearray, range, slice, type(None), type),
            *(FunctionType, BuiltinFunctionType, MethodType, ModuleType, type(...)),
        ),
    )
)
_COMPARES = words("__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__")
_RECKONS = words(
    """__sub__ __rsub__ __abs__ __round__ __float__ __array__ __array_ufunc__ __array_function__
    __array_wrap__ __array_finalize__ __getattribute__ __getattr__ __class__"""
)
_ELEMENTS: dict[int, Callable[[Any], Iterable[Any]]] = {
    **{id(kind): kind.__iter__ for kind in (list, tuple, set, frozenset, deque)},
    id(dict): lambda value: [*dict.keys(value), *dict.values(value)],
}
_VALUES = (int, float, complex, str, bytes)
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_BUDGET = 100_000  # elements looked at in one value
_DEPTH = 12
_OFTEN = 30  # objects of one class that are all held against strangers; of more, a random part
_TRUSTED, _STRANGE = 0, 1
_kind_of_dict = type.__dict__["__dict__"].__get__
_mro_of = type.__dict__["__mro__"].__get__
_flags_of = type.__dict__["__flags__"].__get__

REASON = "an object that is equal to everything"


class _Nothing:
    """Equal to itself only, of a type that no answer knows."""

    __slots__ = ()


class Inspector:
    """Looks at values on their way from an answer to its tests.

    Args:
        trusted: whether the class of an ``id`` was loaded before the answer.
        forged: receives ``REASON``.
        asked: the names that the tests use.
        looks: whether to look at values at all.

    Attributes:
        also: what else to look at, whenever a value comes by.
    """

    def __init__(
        self,
        trusted: Callable[[int], bool],
        forged: list[str],
        asked: Collection[str],
        *,
        looks: bool = True,
    ) -> None:
        self._asked = frozenset(asked)
        self._trusted = trusted
        self._forged = forged
        self.also: Callable[[], None] | None = None
        self._kinds: dict[int, tuple[type, int]] = {}
        self._probed: dict[int, int] = {}
        self._busy = not looks
        self._random = random.Random(os.urandom(16))

    def look(self, value: Any) -> Any:
        """Return the value; a wildcard is noted and refused.

        Raises:
            ForgedError: it is, or holds, a wildcard.
        """
        if self.also is not None:
            self.also()
        if id(type(value)) not in _PLAIN and not self._busy:
            self._busy = True
            try:
                self._examine([value])
            finally:
                self._busy = False
        return value

    def equal(self, left: Any, right: Any) -> Any:
        """Return ``left == right``; where that holds by a method of an answer's, ask again."""
        result = left == right
        if result is True and not self._busy and self._is_strange(left) | self._is_strange(right):
            self._ask_again(left, right)
        return result

    def _ask_again(self, left: Any, right: Any) -> None:
        """Compare with the other value and with unlike ones, in an order that none can foresee."""
        if self._is_strange(right):
            left, right = right, left
        trials = [(right, True)] * 2 + [(other, False) for other in _unlike(right, self._random)]
        self._random.shuffle(trials)
        answers = [(_holds(eq, left, other), wanted) for other, wanted in trials]
        if any(not got for got, wanted in answers if wanted) or (
            any(not wanted for _, wanted in answers)
            and all(got for got, wanted in answers if not wanted)
        ):
            self._found()

    def _examine(self, values: list[Any]) -> None:
        budget, depth, seen = _BUDGET, 0, set[int]()
        while values and depth < _DEPTH:
            inner: list[Any] = []
            for value in values:
                kind = type(value)
                if id(kind) in _PLAIN or id(value) in seen:
                    continue
                seen.add(id(value))
                if self._is_strange(value):
                    self._probe(value)
                    inner.extend(_attributes(value))
                parts = [*_parts(value, kind)]
                budget -= len(parts)
                if budget < 0:
                    return
                if not _PLAIN.issuperset(map(id, map(type, parts))):
                    inner.extend(parts)
            values, depth = inner, depth + 1

    def _is_strange(self, value: Any) -> bool:
        kind = type(value)
        known = self._kinds.get(id(kind))
        if known is None:
            known = self._kinds[id(kind)] = kind, self._judge(kind)
        return known[1] == _STRANGE

    def _judge(self, kind: type) -> int:
        """Say whether a class compares or reckons by methods that came after the snapshot.

        Raises:
            ForgedError: it is a kind of text or number whose methods, which tests call, are others.
        """
        value_type = next((base for base in _mro_of(kind) if base in _VALUES), None)
        if value_type is not None:
            for base in _mro_of(kind)[: _mro_of(kind).index(value_type)]:
                own = _kind_of_dict(base).keys() & _kind_of_dict(value_type).keys() & self._asked
                if any(name[:1] != "_" for name in own) and not self._trusted(id(base)):
                    self._found()
        for name in _COMPARES | _RECKONS:
            for base in _mro_of(kind):
                if name in _kind_of_dict(base):
                    before = not _flags_of(base) & _HEAP or self._trusted(id(base))
                    if not before or base.__module__ == "unittest.mock":
                        return _STRANGE
                    break
        return _TRUSTED

    def _probe(self, value: Any) -> None:
        nothing, draw = _Nothing(), self._random
        count = self._probed[id(type(value))] = self._probed.get(id(type(value)), 0) + 1
        if count > _OFTEN and draw.random() > _OFTEN / count:
            return
        if _holds(eq, value, nothing) or _fails(ne, value, nothing):
            self._found()
        blank = _blank(value)
        if blank is not None and _holds(eq, value, blank):
            self._found()
        holds = any("__contains__" in _kind_of_dict(base) for base in _mro_of(type(value)))
        for group in _groups(draw):
            if (
                all(_holds(eq, value, other) for other in group)
                or all(_fails(ne, value, other) for other in group)
                or (holds and all(_holds(contains, value, other) for other in (nothing, *group)))
            ):
                self._found()
        low, high = -(10 ** draw.randint(20, 30)), 10 ** draw.randint(20, 30)
        if _holds(le, value, low) and _holds(ge, value, high):
            self._found()
        numbers = [draw.uniform(-1e6, 1e6) for _ in range(3)]
        for close in (_is_near, _is_near_reversed, _rounds_to_nought, math.isclose):
            if all(_holds(close, value, other) for other in numbers):
                self._found()

    def _found(self) -> None:
        self._forged.append(REASON)
        raise ForgedError(REASON)


def _holds(question: Callable[..., Any], value: Any, other: Any) -> bool:
    """Say whether an answer's method says yes; it may raise, or give an array of yeses."""
    try:
        said = question(value, other)
        if said is True or said is False:
            return bool(said)
        if callable(getattr(said, "all", None)):
            return _length(said) > 0 and bool(said.all())
        return bool(said)
    except Exception:
        return False


def _fails(question: Callable[..., Any], value: Any, other: Any) -> bool:
    """Say whether an answer's method says no, in so many words."""
    try:
        return question(value, other) is False
    except Exception:
        return False


def _is_near(value: Any, other: Any) -> Any:
    return abs(value - other) < 1e-6


def _is_near_reversed(value: Any, other: Any) -> Any:
    return abs(other - value) < 1e-6


def _rounds_to_nought(value: Any, other: Any) -> Any:
    return round(value - other, 7) == 0


def _length(array: Any) -> int:
    try:
        return len(array)
    except TypeError:  # an array of no dimension
        return 1


def _groups(draw: random.Random) -> Iterator[list[Any]]:
    """Yield values of one kind each that nothing honest is equal to all of."""
    start = draw.randint(-20, 20)
    yield [start + step for step in draw.sample(range(12), 6)]
    yield [draw.randint(-1000, 1000) for _ in range(6)]
    yield [draw.uniform(-100, 100) for _ in range(5)]
    yield [_text(draw, size) for size in (0, 1, 3, 8)]
    yield [[], [draw.randint(0, 9)], [_text(draw, 3)], [start, draw.randint(0, 99)]]
    yield [(), (draw.randint(0, 9),), (_text(draw, 3), start)]
    yield [{}, {_text(draw, 4): start}, {start: [start]}]
    yield [set(), {start}, {_text(draw, 4), start}]
    yield [True, False]


def _unlike(value: Any, draw: random.Random) -> Iterable[Any]:
    """Return values like a built-in one, of its type and length, but others; else none."""
    number = draw.randint(2, 10**6)
    kind = type(value)
    if kind is bool:
        return [not value, number]
    if kind is int:
        return [value + 1, value - 1, value + number, value * 3 + number, -value - number]
    if kind is float:
        return [value + 1.5, value * 2 + 3.25, value - number, value + number]
    if kind is str:
        return [_text(draw, len(value) or 1) for _ in range(3)]
    if kind in (list, tuple):
        return [
            kind([start + place for place in range(len(value) or 1)])
            for start in (number, -2 * number)
        ]
    if kind is dict:
        return [dict.fromkeys(value, number) or {number: number}]
    if kind in (set, frozenset):
        return [kind(number + place for place in range(len(value) or 1))]
    return []


def _blank(value: Any) -> Any:
    """Return an object of the same class whose attributes equal nothing; None where it has none."""
    try:
        held = object.__getattribute__(value, "__dict__")
        blank = object.__new__(type(value))
        object.__getattribute__(blank, "__dict__").update((name, _Nothing()) for name in held)
    except Exception:
        return None
    return blank if held else None


def _text(draw: random.Random, size: int) -> str:
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz0123456789 ") for _ in range(size))


def _parts(value: Any, kind: type) -> Iterable[Any]:
    """Return the elements of a built-in container, by the base class's own methods."""
    for base in _mro_of(kind):
        elements = _ELEMENTS.get(id(base))
        if elements is not None:
            return elements(value)
    return ()


def _attributes(value: Any) -> list[Any]:
    found: list[Any] = []
    for base in _mro_of(type(value)):
        for name, member in _kind_of_dict(base).items():
            try:
                if type(member) is MemberDescriptorType:
                    found.append(member.__get__(value))
                elif name == "__dict__" and type(member) is GetSetDescriptorType:
                    found.extend(member.__get__(value).values())
            except AttributeError:
                continue  # a slot that is not filled
    return found
