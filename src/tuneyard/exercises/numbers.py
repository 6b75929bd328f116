"""Exercises on two numbers: one of two expressions, by a condition."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tuneyard.exercises.spec import Spec

_INPUTS: Final = ((0, 0), (1, 2), (2, 1), (5, 5), (-4, 3), (9, -6), (7, 8), (12, 10))


class _Part(NamedTuple):
    """Words, code and function of ``x`` and ``y``."""

    words: str
    code: str
    call: Callable[[int, int], Any]


def draw(rng: random.Random) -> Spec:
    """Return one exercise; a quarter of them have no condition."""
    result = rng.choice(_RESULTS)(rng)
    if rng.random() < 0.25:
        words, code, solve = result
    else:
        condition, other = rng.choice(_CONDITIONS)(rng), rng.choice(_RESULTS)(rng)
        words = f"{result.words} if {condition.words}, else {other.words}"
        code = f"{result.code} if {condition.code} else {other.code}"

        def solve(x: int, y: int) -> Any:
            return result.call(x, y) if condition.call(x, y) else other.call(x, y)

    return Spec("numbers", ("x", "y"), "two numbers x and y", words, code, solve, _INPUTS)


Maker = Callable[[random.Random], _Part]


def _fixed(words: str, code: str, call: Callable[[int, int], Any]) -> Maker:
    part = _Part(words, code, call)
    return lambda rng: part


def _with_number(words: str, code: str, call: Callable[[int, int, int], Any]) -> Maker:
    def make(rng: random.Random) -> _Part:
        k = rng.randint(3, 9)
        return _Part(
            words.replace("#", str(k)), code.replace("#", str(k)), lambda x, y: call(x, y, k)
        )

    return make


_RESULTS: Final[tuple[Maker, ...]] = (
    _fixed("x", "x", lambda x, y: x),
    _fixed("y", "y", lambda x, y: y),
    _fixed("the sum of x and y", "x + y", lambda x, y: x + y),
    _fixed("the difference of x and y", "x - y", lambda x, y: x - y),
    _fixed("the product of x and y", "x * y", lambda x, y: x * y),
    _fixed("the square of x", "x * x", lambda x, y: x * x),
    _fixed("the larger of x and y", "max(x, y)", max),
    _fixed("the smaller of x and y", "min(x, y)", min),
    _with_number("#", "#", lambda x, y, k: k),
    _with_number("x plus #", "x + #", lambda x, y, k: x + k),
    _with_number("y minus #", "y - #", lambda x, y, k: y - k),
    _with_number("# times x", "# * x", lambda x, y, k: k * x),
    _with_number("y divided by # rounded down", "y // #", lambda x, y, k: y // k),
    _with_number("the remainder of x divided by #", "x % #", lambda x, y, k: x % k),
)

_CONDITIONS: Final[tuple[Maker, ...]] = (
    _fixed("x is greater than y", "x > y", lambda x, y: x > y),
    _fixed("x is less than y", "x < y", lambda x, y: x < y),
    _fixed("x equals y", "x == y", lambda x, y: x == y),
    _fixed("x is even", "x % 2 == 0", lambda x, y: x % 2 == 0),
    _fixed("y is odd", "y % 2 == 1", lambda x, y: y % 2 == 1),
    _fixed("y is negative", "y < 0", lambda x, y: y < 0),
    _with_number("x is greater than #", "x > #", lambda x, y, k: x > k),
    _with_number("y is less than #", "y < #", lambda x, y, k: y < k),
    _with_number("x is divisible by #", "x % # == 0", lambda x, y, k: x % k == 0),
)
