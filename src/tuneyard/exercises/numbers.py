"""Exercises on two numbers: one of two expressions, by a condition."""

from __future__ import annotations

import random
from typing import Any, Final

from tuneyard.exercises.spec import NUMBERS, Maker, Spec, drawn, fixed

_INPUTS: Final = ((0, 0), (1, 2), (2, 1), (5, 5), (-4, 3), (9, -6), (7, 8), (12, 10))


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


_RESULTS: Final[tuple[Maker, ...]] = (
    fixed("x", "x", lambda x, y: x),
    fixed("y", "y", lambda x, y: y),
    fixed("the sum of x and y", "x + y", lambda x, y: x + y),
    fixed("the difference of x and y", "x - y", lambda x, y: x - y),
    fixed("the product of x and y", "x * y", lambda x, y: x * y),
    fixed("the square of x", "x * x", lambda x, y: x * x),
    fixed("the larger of x and y", "max(x, y)", max),
    fixed("the smaller of x and y", "min(x, y)", min),
    drawn(NUMBERS, "#", "#", lambda x, y, k: k),
    drawn(NUMBERS, "x plus #", "x + #", lambda x, y, k: x + k),
    drawn(NUMBERS, "y minus #", "y - #", lambda x, y, k: y - k),
    drawn(NUMBERS, "# times x", "# * x", lambda x, y, k: k * x),
    drawn(NUMBERS, "y divided by # rounded down", "y // #", lambda x, y, k: y // k),
    drawn(NUMBERS, "the remainder of x divided by #", "x % #", lambda x, y, k: x % k),
)

_CONDITIONS: Final[tuple[Maker, ...]] = (
    fixed("x is greater than y", "x > y", lambda x, y: x > y),
    fixed("x is less than y", "x < y", lambda x, y: x < y),
    fixed("x equals y", "x == y", lambda x, y: x == y),
    fixed("x is even", "x % 2 == 0", lambda x, y: x % 2 == 0),
    fixed("y is odd", "y % 2 == 1", lambda x, y: y % 2 == 1),
    fixed("y is negative", "y < 0", lambda x, y: y < 0),
    drawn(NUMBERS, "x is greater than #", "x > #", lambda x, y, k: x > k),
    drawn(NUMBERS, "y is less than #", "y < #", lambda x, y, k: y < k),
    drawn(NUMBERS, "x is divisible by #", "x % # == 0", lambda x, y, k: x % k == 0),
)
