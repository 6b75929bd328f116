"""Runs the tests that a program holds and does not run, or whose failures it would not notice.

Runs within a test program (see ``packed``). The standard library only.
"""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn


class Runner:
    """What runs one test program's tests.

    Args:
        namespace: the program's globals.
        functions: names of the test functions to call.
        classes: names of the classes that may hold tests.
        forms: the module ``pytest_forms``; None where all tests are of unittest.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        functions: Sequence[str],
        classes: Sequence[str],
        forms: Any = None,
    ) -> None:
        self._forms = forms
        self._namespace = namespace
        self._functions = functions
        self._classes = classes
        self._ran = self._finished = False

    def pytest(self) -> Any:
        """Return what stands in for the module pytest."""
        return self._forms.module(self.finish)

    def checked(self, result: Any) -> Any:
        """Return what a call of ``run`` or ``main`` returned.

        Raises:
            AssertionError: it was of ``unittest`` or ``doctest``, and a test failed.
        """
        found = (
            getattr(result, "result", None) if isinstance(result, unittest.TestProgram) else result
        )
        if isinstance(found, unittest.TestResult):
            self._ran = self._ran or found.testsRun > 0
            if not found.wasSuccessful():
                told = [text for _, text in [*found.errors, *found.failures]]
                last = told[0].strip().splitlines()[-1] if told else "an unexpected success"
                raise AssertionError(last)
        failed = getattr(found, "failed", 0)
        if failed and type(found).__name__ == "TestResults":  # of doctest
            raise AssertionError(f"{failed} examples failed")
        return result

    def finish(self) -> None:
        """Run what the program has not run itself; once.

        Raises:
            Exception: what the first failing test raised.
        """
        if self._finished:
            return
        self._finished = True
        suite, plain = unittest.TestSuite(), []
        for name in self._classes:
            found = self._namespace.get(name)
            if isinstance(found, type) and issubclass(found, unittest.TestCase):
                tests = unittest.defaultTestLoader.loadTestsFromTestCase(found)
                if self._forms is not None:
                    tests = self._forms.prepared(tests, self._namespace, call)
                suite.addTests(tests)
            elif isinstance(found, type) and name.startswith("Test"):
                plain.append(found)
        if not self._ran:
            chosen = self._namespace.get("load_tests")
            if inspect.isfunction(chosen):
                suite = chosen(unittest.defaultTestLoader, suite, None)
            suite.run(_Result())
        if self._forms is None:
            return
        functions = [self._namespace.get(name) for name in self._functions]
        try:
            self._forms.run(self._namespace, functions, plain, call)
        except SystemExit as error:  # which would end the tests well
            raise AssertionError(f"SystemExit: {error}") from None


def call(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call a test; one that is a coroutine is run to its end."""
    result = function(*arguments, **named)
    if not inspect.iscoroutine(result):
        return result
    import asyncio  # slow to import, and seldom wanted

    return asyncio.run(result)


class _Result(unittest.TestResult):
    """Raises what a test raised."""

    def addFailure(self, test: object, err: Any) -> NoReturn:  # noqa: N802 - unittest's names
        if isinstance(err[1], Exception):
            raise err[1]
        raise AssertionError(f"{type(err[1]).__name__}: {err[1]}")

    addError = addFailure  # noqa: N815

    def addSubTest(self, test: object, subtest: object, err: Any) -> None:  # noqa: N802
        if err is not None:
            self.addFailure(test, err)

    def addUnexpectedSuccess(self, test: object) -> NoReturn:  # noqa: N802
        raise AssertionError("a test that was expected to fail did not")
