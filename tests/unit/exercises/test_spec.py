from __future__ import annotations

from tuneyard.exercises.spec import Spec, Step, apply


def test_program_and_tests_are_written_for_a_name():
    spec = Spec("numbers", ("x", "y"), "two numbers", "x plus y", "x + y", int.__add__, [(1, 2)])
    assert spec.program("f") == "def f(x, y):\n    return x + y"
    assert spec.tests("f") == "assert f(1, 2) == 3"


def test_steps_apply_in_order():
    steps = [Step("", "", lambda n: n + 1), Step("", "", lambda n: n * 2)]
    assert apply(steps, 3) == 8
