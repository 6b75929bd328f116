"""Exercises on a list of numbers: keep some, change each, bring together."""

from __future__ import annotations

import random
from typing import Any, Final

from tuneyard.exercises.spec import NUMBERS, Maker, Spec, Step, drawn, fixed

_INPUTS: Final[tuple[tuple[list[int]], ...]] = (
    ([],),
    ([4],),
    ([1, 2, 3, 4, 5, 6],),
    ([-3, 8, 0, 8, -2, 7],),
    ([10, 9, 12, 6, 3],),
    ([-5, -4, -9],),
    ([15, 2, 20, -1, 7, 11, 2],),
)


def draw(rng: random.Random) -> Spec:
    """Return one exercise, each step drawn evenly by kind and then by number."""
    keep, change = rng.choice(_KEEP)(rng), rng.choice(_CHANGE)(rng)
    gather = rng.choice(_GATHER)
    condition = f" if {keep.code}" if keep.code else ""
    # ``numbers`` itself where nothing is kept or changed: nobody writes [n for n in numbers].
    plain = not condition and change.code == "n"
    items = "numbers" if plain else f"[{change.code} for n in numbers{condition}]"

    def solve(numbers: list[int]) -> Any:
        return gather.call([change.call(n) for n in numbers if keep.call(n)])

    return Spec(
        family="lists",
        parameters=("numbers",),
        takes="a list of numbers",
        returns=gather.words.format(change.words.format(keep.words)),
        expression=gather.code.format(items),
        solve=solve,
        inputs=_INPUTS,
    )


# Which numbers count. The words stand for themselves; the code is a condition on ``n``.
_KEEP: Final[tuple[Maker, ...]] = (
    fixed("the numbers", "", lambda n: True),
    fixed("the even numbers", "n % 2 == 0", lambda n: n % 2 == 0),
    fixed("the odd numbers", "n % 2 == 1", lambda n: n % 2 == 1),
    fixed("the positive numbers", "n > 0", lambda n: n > 0),
    fixed("the negative numbers", "n < 0", lambda n: n < 0),
    drawn(NUMBERS, "the numbers greater than #", "n > #", lambda n, k: n > k),
    drawn(NUMBERS, "the numbers less than #", "n < #", lambda n, k: n < k),
    drawn(NUMBERS, "the numbers divisible by #", "n % # == 0", lambda n, k: n % k == 0),
    drawn(NUMBERS, "the numbers other than #", "n != #", lambda n, k: n != k),
)

# What becomes of each of them.
_CHANGE: Final[tuple[Maker, ...]] = (
    fixed("{}", "n", lambda n: n),
    fixed("the squares of {}", "n * n", lambda n: n * n),
    fixed("the absolute values of {}", "abs(n)", abs),
    fixed("the negatives of {}", "-n", lambda n: -n),
    drawn(NUMBERS, "{}, each plus #", "n + #", lambda n, k: n + k),
    drawn(NUMBERS, "{}, each minus #", "n - #", lambda n, k: n - k),
    drawn(NUMBERS, "{}, each times #", "n * #", lambda n, k: n * k),
)

# What is made of all of them.
_GATHER: Final[tuple[Step, ...]] = (
    Step("the sum of {}", "sum({})", sum),
    Step("the largest, or 0, of {}", "max({}, default=0)", lambda v: max(v, default=0)),
    Step("the smallest, or 0, of {}", "min({}, default=0)", lambda v: min(v, default=0)),
    Step("the count of {}", "len({})", len),
    Step("the list of {}", "{}", list),
    Step("the ascending list of {}", "sorted({})", sorted),
    Step("the backward list of {}", "{}[::-1]", lambda v: v[::-1]),
    Step("the set of {}", "set({})", set),
)
