"""What pytest does for the test cases of unittest: marks that skip, and fixtures around a test."""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import FunctionType
from typing import Any

from tuneyard.judging.pytest_builtin import BUILT_IN
from tuneyard.judging.pytest_fixtures import Fixture, Level, Maker, Node
from tuneyard.judging.pytest_marks import Mark, marks_of


def prepared(
    tests: Iterable[unittest.TestCase],
    namespace: Mapping[str, Any],
    call: Callable[..., Any],
) -> list[unittest.TestCase]:
    """Return the tests that are not skipped; each makes its fixtures before it is set up.

    Args:
        call: see ``pytest_forms.run``.
    """
    levels: dict[str, Level] = {"module": Level()}
    kept = []
    for test in tests:
        function = getattr(test, test._testMethodName)
        marks = [*marks_of(namespace), *marks_of(type(test)), *marks_of(function)]
        if any(skips(mark, namespace) for mark in marks):
            continue
        kept.append(test)
        scopes = [methods_of(test), namespace, BUILT_IN]
        automatic = [
            value.name or name
            for scope in reversed(scopes)
            for name, value in scope.items()
            if isinstance(value, Fixture) and value.autouse
        ]
        used = [name for mark in marks if mark.name == "usefixtures" for name in mark.args]
        if names := list(dict.fromkeys([*automatic, *used])):
            own = Level()
            kind = levels.setdefault(type(test).__qualname__, Level())
            around = {"module": levels["module"], "class": kind, "function": own}
            maker = Maker(function, scopes, around, {}, Node(test._testMethodName, marks), call)
            maker.names = names
            test.setUp = partial(_set_up, test.setUp, test, maker, own)  # type: ignore[method-assign]
    return kept


def _set_up(
    before: Callable[[], object], test: unittest.TestCase, maker: Maker, own: Level
) -> None:
    test.addCleanup(own.close)
    for name in maker.names:
        maker.make(name)
    before()


def methods_of(one: Any) -> dict[str, Any]:
    """Return the methods and fixtures of an object or a class, bound to it."""
    kinds = (Fixture, staticmethod, classmethod, FunctionType)
    return {
        name: getattr(one, name)
        for name in dir(one)
        if isinstance(inspect.getattr_static(one, name), kinds)
    }


def skips(mark: Mark, namespace: Mapping[str, Any]) -> bool:
    """Say whether a mark leaves its test out."""
    return mark.name == "skip" or (mark.name == "skipif" and mark.holds(namespace))
