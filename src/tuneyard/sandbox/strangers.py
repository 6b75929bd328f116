"""Values that an object is held against, to see whether it is equal to what it cannot know."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tuneyard.sandbox.parts import attributes_by_name, dict_of, mro_of

_PLACES = 8  # of a container that are held against others


class Nothing:
    """Equal to itself only, of a type that no answer knows."""

    __slots__ = ()


def holds(question: Callable[..., Any], value: Any, other: Any) -> bool:
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


def fails(question: Callable[..., Any], value: Any, other: Any) -> bool:
    """Say whether an answer's method says no, in so many words."""
    try:
        return question(value, other) is False
    except Exception:
        return False


def is_near(value: Any, other: Any) -> Any:
    """Ask as tests do that compare floats by their distance."""
    return abs(value - other) < 1e-6


def is_near_reversed(value: Any, other: Any) -> Any:
    """Ask as ``is_near``, with the answer's value behind the minus."""
    return abs(other - value) < 1e-6


def rounds_to_nought(value: Any, other: Any) -> Any:
    """Ask as ``assertAlmostEqual`` does."""
    return round(value - other, 7) == 0


def _length(array: Any) -> int:
    try:
        return len(array)
    except TypeError:  # an array of no dimension
        return 1


def groups(draw: random.Random) -> Iterator[list[Any]]:
    """Yield values of one kind each that nothing honest is equal to all of."""
    start = draw.randint(-20, 20)
    yield [start + step for step in draw.sample(range(12), 6)]
    yield [draw.randint(-1000, 1000) for _ in range(6)]
    yield [draw.uniform(-100, 100) for _ in range(5)]
    yield [text(draw, size) for size in (0, 1, 3, 8)]
    yield [[], [draw.randint(0, 9)], [text(draw, 3)], [start, draw.randint(0, 99)]]
    yield [(), (draw.randint(0, 9),), (text(draw, 3), start)]
    yield [{}, {text(draw, 4): start}, {start: [start]}]
    yield [set(), {start}, {text(draw, 4), start}]
    yield [True, False]


def unlike(value: Any, draw: random.Random) -> list[Any]:
    """Return values like a built-in one, of its type and length, but others; else none."""
    number = draw.randint(2, 10**6)
    kind = type(value)
    if kind is bool:
        return [not value, number]
    if kind in (bytes, bytearray):
        return [kind(draw.randbytes(len(value) or 1 + step)) for step in range(3)]
    if kind in (complex, Fraction, Decimal):
        return [value + 1, value - number, value + number]
    if kind is int:
        return [value + 1, value - 1, value + number, value * 3 + number, -value - number]
    if kind is float:
        return [value + 1.5, value * 2 + 3.25, value - number, value + number]
    if kind is str:
        return [text(draw, len(value) or 1) for _ in range(3)]
    if kind in (list, tuple):
        size = len(value) or 1
        return [kind([start + place for place in range(size)]) for start in (number, -2 * number)]
    if kind is dict:
        return [dict.fromkeys(value, number) or {number: number}]
    if kind in (set, frozenset):
        return [kind(number + place for place in range(len(value) or 1))]
    return []


def others_of(value: Any, draw: random.Random) -> list[Any]:
    """Return objects like one, each of whose numbers and texts is another; none without those."""
    held = attributes_by_name(value)
    found = {name: new for name, one in held.items() if (new := unlike(one, draw))}
    if not found:
        return []
    nothing = dict.fromkeys(held, Nothing())
    made = [remade(value, nothing | {n: draw.choice(new) for n, new in found.items()})
            for _ in range(8)]  # fmt: skip
    return [one for one in made if one is not None]


def akin(value: Any, draw: random.Random) -> list[Any]:
    """Return values that have more in common with a built-in one, and are others all the same."""
    kind = type(value)
    found: list[Any] = []
    if kind is int:
        steps = (2, -2, 4, -4, 6, 10, 12, 100)
        found = [*(value + step for step in steps), 2 * value, 3 * value, -value]
    elif kind is float:
        found = [value + 1, value - 1, 2 * value, -value]
    elif kind is str:
        same = text(draw, len(value) or 1).replace(" ", "x")
        found = [same, same.upper(), value[::-1], value + value[-1:], value[1:]]
        found += [value.swapcase(), f" {value}"]
    elif kind in (list, tuple):
        found = [value[::-1], value[1:], value + value[-1:]]
        found += [kind((*value[:n], Nothing(), *value[n + 1 :])) for n in _some(value, draw)]
    elif kind is dict:
        keys = [*value]
        found = [{**value, keys[n]: Nothing()} for n in _some(keys, draw)]
        found += [{key: value[key] for key in keys[1:]}, {**value, text(draw, 9): Nothing()}]
    elif kind in (set, frozenset):
        found = [kind([*value][1:]), value | {text(draw, 9)}]
    return [other for other in found if other != value]


def _some(value: Sequence[Any], draw: random.Random) -> list[int]:
    """Return some places in a sequence; all of a short one."""
    return draw.sample(range(len(value)), min(len(value), _PLACES))


def blank(value: Any) -> Any:
    """Return an object of the same class whose attributes equal nothing; None where it has none.

    One without attributes, whose class takes arguments all the same, forgets what it is made of:
    of those, another one.
    """
    held = attributes_by_name(value)
    if not held and not _takes_arguments(type(value)):
        return None
    return remade(value, {name: Nothing() for name in held})


def remade(value: Any, held: dict[str, Any]) -> Any:
    """Return an object of the same class with other attributes; None where none can be made."""
    try:
        other = object.__new__(type(value))
        for name, one in held.items():
            object.__setattr__(other, name, one)
    except Exception:
        return None
    return other


def _takes_arguments(kind: type) -> bool:
    for base in mro_of(kind):
        made = dict_of(base).get("__init__")
        if made is not None:
            code = getattr(made, "__code__", None)
            return code is not None and (code.co_argcount > 1 or bool(code.co_flags & 4))
    return False


def text(draw: random.Random, size: int) -> str:
    """Return a text of so many small letters, digits and blanks."""
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz0123456789 ") for _ in range(size))
