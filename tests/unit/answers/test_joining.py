"""Answers in several blocks: the parts of a program are put together, and nothing else is."""

from __future__ import annotations

import ast
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.answers import extract_code
from tuneyard.answers.program import CODE_BLOCKS

RECT = "def rect(w, h):\n    return w * h\n"
AREA = "def area(w, h):\n    return w * h"
MEMO = """\
def memo(f):
    seen = {}
    def inner(n):
        if n not in seen:
            seen[n] = f(n)
        return seen[n]
    return inner
"""
FIB = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
# Right programs, and what is true of them.
PROGRAMS = {
    "alias": (f"{RECT}area = rect", "area(2, 3) == 6"),
    "tuple": (f"{RECT}area, other = rect, rect", "area(2, 3) == 6"),
    "walrus": (f"{RECT}(area := rect)", "area(2, 3) == 6"),
    "in a list": (f"{RECT}ALL = [rect]\narea = ALL[0]", "area(2, 3) == 6"),
    "typed": (
        f"from typing import Callable\n{RECT}area: Callable = rect",
        "area(2, 3) == 6",
    ),
    "method": (
        "class Solution:\n    def area(self, w, h):\n        return w * h\narea = Solution().area",
        "area(2, 3) == 6",
    ),
    "partial": ("from functools import partial\n" + RECT + "double = partial(rect, 2)",
                "double(3) == 6"),
    "cached": ("import functools\n" + RECT + "area = functools.lru_cache(rect)",
               "area(2, 3) == 6"),
    "cached to a size": ("import functools\n" + RECT + "area = functools.lru_cache(8)(rect)",
                         "area(2, 3) == 6"),
    "made": ("def make(k):\n    return lambda n: k * n\ndouble = make(2)", "double(3) == 6"),
    "composed": (
        "def both(f, g):\n    out = []\n    out.append(lambda n: g(f(n)))\n    return out[0]\n"
        "def inc(n):\n    return n + 1\ndef dbl(n):\n    return 2 * n\nlast = both(inc, dbl)",
        "last(3) == 8",
    ),
    "called": ("class Area:\n    def __call__(self, w, h):\n        return w * h\narea = Area()",
               "area(2, 3) == 6"),
    "decorated": (f"{MEMO}@memo\n{FIB}", "fib(30) == 832040"),
    "bound anew": (f"{MEMO}{FIB}fib = memo(fib)", "fib(80) == 23416728348467685"),
    "constant": ("SCALE = 2\ndef area(w, h):\n    return w * h * SCALE", "area(2, 3) == 12"),
    "a constant behind": ("def area(w, h):\n    return w * h * SCALE\nSCALE = 2",
                          "area(2, 3) == 12"),
    "a call's result": (
        "def odds(n):\n    return [*range(1, n, 2)]\n"
        "ODDS = odds(9)\ndef f(n):\n    return n in ODDS",
        "f(7) and not f(9)",
    ),
    "filled by a loop": (
        "FACT = [1]\nfor i in range(1, 9):\n    FACT.append(FACT[-1] * i)\n"
        "def fact(n):\n    return FACT[n]",
        "fact(5) == 120",
    ),
    "filled by items": ("T = {}\nT['a'] = 1\nT['b'] = 2\ndef f(c):\n    return T[c]",
                        "f('b') == 2"),
    "added to": ("ABC = 'ab'\nABC += 'c'\ndef f(c):\n    return ABC.index(c)", "f('c') == 2"),
    "beside": (f"{AREA}\ndef around(w, h):\n    return 2 * (w + h)",
               "area(2, 3) == 6 and around(2, 3) == 10"),
    "one another": (
        "def even(n):\n    return n == 0 or odd(n - 1)\n"
        "def odd(n):\n    return n != 0 and even(n - 1)",
        "even(4) and odd(3)",
    ),
    "set": ("import sys\nsys.setrecursionlimit(5000)\ndef down(n):\n    return n and down(n - 1)",
            "down(2000) == 0"),
    "an attribute": ("class Box:\n    pass\ndef area(self):\n    return 4\nBox.area = area",
                     "Box().area() == 4"),
    "a base": ("class Base:\n    side = 2\n"
               "class Box(Base):\n    def area(self):\n        return self.side",
               "Box().area() == 2"),
    "records": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\n"
        "def dist(a, b):\n    return abs(a.x - b.x) + abs(a.y - b.y)",
        "dist(P(0, 0), P(1, 2)) == 3",
    ),
    "set by name": (f"class Box:\n    pass\n{AREA}\nsetattr(Box, 'area', area)",
                    "Box.area(2, 3) == 6"),
    "one of two": (
        "import sys\nif sys.version_info > (3,):\n    text = str\nelse:\n    text = bytes\n"
        "def f(n):\n    return text(n)",
        "f(3) == '3'",
    ),
    "future": ("from __future__ import annotations\ndef f(n: Any) -> Any:\n    return n\ng = f",
               "g(3) == 3"),
    "main": (f"{RECT}area = rect\nif __name__ == '__main__':\n    print(area(1, 2))",
             "area(2, 3) == 6"),
}  # fmt: skip


def fenced(code: str) -> str:
    return f"And\n```python\n{code}\n```\n"


def cuts(program: str) -> list[list[str]]:
    """Return all ways of cutting a program between top-level statements into two or three."""
    lines = program.split("\n")
    starts = [
        min(node.lineno for node in (each, *getattr(each, "decorator_list", []))) - 1
        for each in ast.parse(program).body
    ]
    places = [places for count in (1, 2) for places in combinations(starts[1:], count)]
    return [
        ["\n".join(lines[a:b]) for a, b in zip((0, *one), (*one, len(lines)), strict=True)]
        for one in places
    ]


def holds(code: str, claim: str) -> bool:
    names: dict[str, object] = {"__name__": "solution"}
    exec(compile(code, "answer", "exec", dont_inherit=True), names)
    return bool(eval(claim, names))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_is_right_however_it_is_cut(name: str) -> None:
    program, claim = PROGRAMS[name]
    for parts in cuts(program):
        for block in CODE_BLOCKS:
            assert holds(extract_code("".join(map(fenced, parts)), block), claim), (block, parts)


WAYS = [
    "def {new}(n):\n    return {old}(n) + 1",
    "{new} = {old}",
    "{new} = lambda n: 2 * {old}(n)",
    "{new} = functools.partial({old})",
    "{new} = functools.lru_cache(maxsize=None)({old})",
    "{new}, other_{new} = {old}, {old}",
    "{new}: Callable = {old}",
    "class C{new}:\n    def call(self, n):\n        return {old}(n)\n{new} = C{new}().call",
    "K{new} = {old}(3)\ndef {new}(n):\n    return K{new} + {old}(n)",
    "@memo\ndef {new}(n):\n    return 3 + {old}(n)",
    "{old} = memo({old})\n{new} = {old}",
    "T{new} = {{}}\nT{new}['f'] = {old}\ndef {new}(n):\n    return T{new}['f'](n)",
]
HEAD = f"import functools\nfrom typing import Callable\n{MEMO}def f0(n):\n    return n"


@given(st.lists(st.sampled_from(WAYS), min_size=1, max_size=5), st.data())
@settings(max_examples=60)
def test_however_names_are_bound_in_the_parts(ways: list[str], data: st.DataObject) -> None:
    steps = [way.format(new=f"f{n + 1}", old=f"f{n}") for n, way in enumerate(ways)]
    program = "\n".join([HEAD, *steps])
    names: dict[str, object] = {}
    exec(program, names)
    last = f"f{len(ways)}"
    claim = f"{last}(5) == {names[last](5)}"  # type: ignore[operator]
    parts = data.draw(st.sampled_from(cuts(program)))
    block = data.draw(st.sampled_from(CODE_BLOCKS))
    assert holds(extract_code("".join(map(fenced, parts)), block), claim)


@pytest.mark.parametrize(
    "other",
    [
        "print(area(2, 3))",
        "assert area(2, 3) == 7",
        "area('a')",
        "result = area('a')",
        "found = list(map(area, [1], [None]))",
        "for w in range(3):\n    area(w, None)",
        "w = int(input())\nprint(area(w, w))",
        "with open('sides.txt') as file:\n    text = file.read()",
        "import sys\nsys.exit(area(1, 2))",
        "try:\n    area('x')\nfinally:\n    w = 1",
        "def main():\n    print(area(1, 2))\nmain()",
        "def test_area():\n    assert area(2, 3) == 6",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        area(2, 3)",
        "area = lambda w, h: w + h",
        "from operator import add as area",
        "def area(w, h):\n    return w + h\ndef more(n):\n    return area(n, n)",
        "import torch\nclass Area(torch.nn.Module):\n    pass",
        "class Shape(Missing):\n    def twice(self):\n        return 2 * area(1, 2)",
        "max = 6",
        "from flask import Flask\napp = Flask('x')\ndef page():\n    return area(1, 2)",
        "import pytest\n@pytest.fixture\ndef sides():\n    return 1, 2\n"
        "def test(sides):\n    area(*sides)",
        "import threading\nt = threading.Thread(target=area)\nt.start()",
        "n = 0\nwhile n < 9:\n    n += 1",
        "import argparse\nargs = argparse.ArgumentParser().parse_args()",
    ],
)
def test_uses_versions_and_output_stay_apart(other: str) -> None:
    code = f"{AREA[:-5]}max(w, 0) * h"
    assert extract_code(fenced(code) + fenced(other)) == code
    uses = "area" in other and "def " not in other and "area =" not in other
    if uses and not other.startswith(("def main", "class Shape")):
        assert extract_code(fenced(code) + fenced(other), "last") == other


def test_a_program_that_is_shown_step_by_step() -> None:
    helper, solve = "def twice(n):\n    return 2 * n", "def four(n):\n    return twice(twice(n))"
    text = fenced(helper) + fenced(f"{helper}\n\n\n{solve}")
    for block in CODE_BLOCKS:
        assert holds(extract_code(text, block), "four(2) == 8")


def test_another_version_of_what_is_needed_does_not_count() -> None:
    first = "def area(w, h):\n    return w * h * SCALE"
    other = "SCALE = 1\ndef area(w, h):\n    return 0"
    for text in (fenced(first) + fenced(other), fenced(other) + fenced(first)):
        counts = "first" if text.startswith(fenced(first)) else "last"
        assert holds(extract_code(text, counts), "area(2, 3) == 6")
