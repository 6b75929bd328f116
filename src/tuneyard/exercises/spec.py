"""What an exercise is: a composition of steps, in words, as code and as a function."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

NUMBERS: Final = range(3, 10)
"""What numbers are drawn from: divisible by 2 would be even, in other words."""


class Step(NamedTuple):
    """One step of an answer.

    Attributes:
        words: English with ``{}`` where the words of the step's input go.
        code: Python with ``{}`` where the input's expression goes.
        call: what it does to the input. Expected results come from here, never from ``code``.
    """

    words: str
    code: str
    call: Callable[..., Any]


Maker = Callable[[random.Random], Step]


def fixed(words: str, code: str, call: Callable[..., Any]) -> Maker:
    """Return what always makes the same step."""
    step = Step(words, code, call)
    return lambda rng: step


def drawn(choices: Sequence[Any], words: str, code: str, call: Callable[..., Any]) -> Maker:
    """Return what makes a step with one of the choices.

    It stands for ``#`` in words and code, and is the last argument of ``call``.
    """

    def make(rng: random.Random) -> Step:
        choice = rng.choice(choices)
        shown = str(choice)
        return Step(
            words.replace("#", shown),
            code.replace("#", shown),
            lambda *values: call(*values, choice),
        )

    return make


@dataclass(frozen=True, slots=True)
class Spec:
    """An exercise without its function's name.

    Attributes:
        family: ``lists``, ``texts`` or ``numbers``.
        parameters: the function's parameters, e.g. ``("numbers",)``.
        takes: the parameters in words, e.g. ``a list of numbers``.
        returns: what it returns, in words.
        expression: the same in Python; identifies the composition.
        solve: the same as a function of the parameters.
        inputs: the argument lists that its tests use.
    """

    family: str
    parameters: tuple[str, ...]
    takes: str
    returns: str
    expression: str
    solve: Callable[..., Any]
    inputs: Sequence[tuple[Any, ...]]

    def program(self, name: str) -> str:
        """Return the reference solution."""
        return f"def {name}({', '.join(self.parameters)}):\n    return {self.expression}"

    def tests(self, name: str) -> str:
        """Return the test program: one assertion an input."""
        lines = []
        for values in self.inputs:
            call = f"{name}({', '.join(map(repr, values))})"
            lines.append(f"assert {call} == {self.solve(*values)!r}")
        return "\n".join(lines)


def apply(steps: Sequence[Step], value: Any) -> Any:
    """Return the value after all steps."""
    for step in steps:
        value = step.call(value)
    return value
