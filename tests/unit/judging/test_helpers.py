"""The functions of a reference that HumanEval's ``check`` calls are not the answer's."""

from __future__ import annotations

import pytest

from tuneyard.judging.forms import program_of
from tuneyard.tasks import TASKS, Attempt, Running

POLY = """\
import math
ONE = 1
def power(x, n):
    return math.pow(x, n) * ONE
def poly(xs, x):
    return sum(one * power(x, n) for n, one in enumerate(xs))
"""
ZERO = POLY + "def find_zero(xs):\n    return -xs[0] / xs[1]\n"
CHECK = """\
def check(candidate):
    for xs in ([1, 2], [3, -1]):
        assert abs(poly(xs, candidate(xs))) < 1e-6
"""


def test_a_helper_comes_with_all_that_it_needs() -> None:
    program = program_of(CHECK, "find_zero", ZERO)
    assert program.startswith(CHECK)  # the lines of the tests stay
    assert [line for line in program.splitlines() if line[:3] in ("def", "imp", "ONE")] == [
        "def check(candidate):", "import math", "ONE = 1", "def power(x, n):", "def poly(xs, x):",
    ]  # fmt: skip
    assert "def find_zero" not in program


@pytest.mark.parametrize(
    ("tests", "reference"),
    [
        (CHECK, ZERO.replace("* ONE", "* ONE if x else find_zero([0, 1])")),
        ("def poly(xs, x):\n    return xs[0] + xs[1] * x\n" + CHECK, ZERO),
        (CHECK.replace("poly", "Poly"), ZERO.replace("def poly(xs, x)", "class Poly")),
        (CHECK, "no program ("),
        (CHECK, ""),
    ],
    ids=["it needs what is tested", "the tests have one", "a class", "no program", "none"],
)
def test_others_are_taken_from_the_answer_as_ever(tests: str, reference: str) -> None:
    assert program_of(tests, "find_zero", reference) == program_of(tests, "find_zero")


def test_an_answer_does_not_say_itself_what_is_right() -> None:
    answers = [ZERO, "def find_zero(xs):\n    return xs[0] / -xs[1]\n",
               "def poly(xs, x): return 0.0\ndef find_zero(xs): return 0.0\n"]  # fmt: skip
    attempts = [Attempt(answer, ZERO, CHECK, "find_zero") for answer in answers]
    found = TASKS["python"].judge(attempts, Running())
    assert [one.success for one in found] == [True, True, False]
