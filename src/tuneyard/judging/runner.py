"""Runs the tests that a program holds and does not run, or whose failures it would not notice.

Imported by test programs, inside the sandbox's child. The standard library only.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import unittest
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tuneyard.judging import pytest_forms


@dataclass
class _Run:
    """One test program's run.

    Attributes:
        namespace: its globals.
        functions: names of the test functions to call.
        classes: names of the classes that may hold tests.
        pytest: whether it imports pytest.
        made: TestCase classes of which it has made instances, and no suite has them.
        ran: TestCase classes of which tests were started.
        finished: whether its tests were run.
    """

    namespace: dict[str, Any] = field(default_factory=dict)
    functions: Sequence[str] = ()
    classes: Sequence[str] = ()
    pytest: bool = False
    made: set[type] = field(default_factory=set)
    ran: set[type] = field(default_factory=set)
    finished: bool = False


_run = _Run()


def prepare(
    namespace: dict[str, Any], functions: Sequence[str], classes: Sequence[str], pytest: bool
) -> None:
    """Begin a test program: let failures in ``unittest`` raise, and stand in for pytest."""
    global _run
    _run = _Run(namespace, functions, classes, pytest)
    unittest.TestResult.addFailure = _fail  # type: ignore[assignment]
    unittest.TestResult.addError = _fail  # type: ignore[assignment]
    unittest.TestResult.addSubTest = _sub_test  # type: ignore[assignment]
    unittest.TestResult.addUnexpectedSuccess = _unexpected  # type: ignore[assignment]
    unittest.TestResult.startTest = _started  # type: ignore[method-assign]
    unittest.TestCase.debug = _debugged  # type: ignore[method-assign]
    unittest.TestCase.__init__ = _made  # type: ignore[method-assign]
    unittest.BaseTestSuite.addTest = _added  # type: ignore[method-assign]
    if pytest:
        sys.modules["pytest"] = pytest_forms.module(finish)


def finish() -> None:
    """End a test program: run what it has not run itself.

    Raises:
        Exception: what the first failing test raised.
    """
    run = _run
    if run.finished:
        return
    run.finished = True
    suite = unittest.TestSuite()
    plain: list[type] = []
    for name in run.classes:
        found = run.namespace.get(name)
        if not isinstance(found, type):
            continue
        if not issubclass(found, unittest.TestCase):
            plain += [found] if name.startswith("Test") else []
        elif found not in run.ran and found not in run.made:
            suite.addTest(unittest.defaultTestLoader.loadTestsFromTestCase(found))
    suite.run(unittest.TestResult())
    functions = [run.namespace.get(name) for name in run.functions]
    try:
        pytest_forms.run(run.namespace, functions, plain, call)
    except SystemExit as error:
        raise AssertionError(f"sys.exit({error.code})") from None


def call(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call a test; one that is a coroutine is run to its end."""
    result = function(*arguments, **named)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _fail(self: object, test: object, error: Any) -> NoReturn:
    failure = error[1]
    if isinstance(failure, Exception):
        raise failure
    # What ends a program would end the tests well.
    raise AssertionError(f"{type(failure).__name__}: {failure}")


def _sub_test(self: object, test: object, part: object, error: Any) -> None:
    if error is not None:
        _fail(self, test, error)


def _unexpected(self: object, test: object) -> NoReturn:
    raise AssertionError("a test that was expected to fail did not")


_start, _init, _add = (
    unittest.TestResult.startTest,
    unittest.TestCase.__init__,
    unittest.BaseTestSuite.addTest,
)
_debug = unittest.TestCase.debug


def _started(self: unittest.TestResult, test: unittest.TestCase) -> None:
    _run.ran.add(type(test))
    _start(self, test)


def _debugged(self: unittest.TestCase) -> None:
    _run.ran.add(type(self))
    _debug(self)


def _made(self: unittest.TestCase, methodName: str = "runTest") -> None:  # noqa: N803
    _run.made.add(type(self))
    _init(self, methodName)


def _added(self: unittest.BaseTestSuite, test: Any) -> None:
    _run.made.discard(type(test))
    _add(self, test)
