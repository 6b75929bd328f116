"""Runs functions and classes as pytest would, without pytest: parametrized, with fixtures.

What tests of single functions use is here; anything else that they ask of pytest is an error, by
which their reference fails, so that the row is unjudged and says why. Verdicts then do not depend
on whether pytest happens to be installed.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tuneyard.judging.pytest_builtin import BUILT_IN
from tuneyard.judging.pytest_cases import methods_of, prepared, skips
from tuneyard.judging.pytest_fixtures import Fixture, Level, Maker, Node, closure, find, parameters
from tuneyard.judging.pytest_marks import Case, Mark, cases_of, cases_of_fixture, marks_of
from tuneyard.judging.pytest_names import Skipped, XFailed, module, refuse_unknown
from tuneyard.judging.pytest_raises import FailedError, kept_back

__all__ = ["module", "prepared", "run"]

Call = Callable[..., Any]


def run(
    namespace: Mapping[str, Any], functions: Sequence[Any], classes: Sequence[type], call: Call
) -> None:
    """Run test functions, then test classes.

    Args:
        namespace: the program's globals, where fixtures are looked for.
        call: calls a test or fixture (and runs coroutines).

    Raises:
        Exception: what the first failing test raised.
    """
    found = [one for one in functions if inspect.isroutine(one)]
    if not found and not classes:
        return
    refuse_unknown(namespace)
    _Session(namespace, call).run(found, classes)


class _Session:
    """One run of a program's tests."""

    def __init__(self, namespace: Mapping[str, Any], call: Call) -> None:
        self._names, self._call = namespace, call
        self._marks = marks_of(namespace)
        self._module = Level()

    def run(self, functions: Sequence[Any], classes: Sequence[type]) -> None:
        own = sys.modules.get("__main__")
        self._hook(self._names, "setup_module", own)
        try:
            for function in functions:
                levels = {"module": self._module, "class": Level()}
                marks = [*self._marks, *marks_of(function)]
                for case, asked in self._cases(function, marks, [self._names]):
                    self._run_case(function, [self._names], marks, case, asked, levels, "function")
                levels["class"].close()
            for kind in classes:
                self._run_class(kind, self._marks)
        finally:
            self._module.close()
            self._hook(self._names, "teardown_module", own)

    def _run_class(self, kind: type, outer: Sequence[Mark]) -> None:
        members = {
            name: getattr(kind, name)
            for base in reversed(kind.__mro__)
            for name in vars(base)
            if base is not object and callable(getattr(kind, name, None))
        }
        class_marks = [*outer, *marks_of(kind)]
        levels = {"module": self._module, "class": Level()}
        self._hook(methods_of(kind), "setup_class", kind)
        try:
            for name, member in members.items():
                if isinstance(member, type) and name.startswith("Test"):
                    self._run_class(member, class_marks)
                elif name.startswith("test"):
                    self._run_method(kind, name, class_marks, levels)
        finally:
            levels["class"].close()
            self._hook(methods_of(kind), "teardown_class", kind)

    def _run_method(
        self, kind: type, name: str, outer: Sequence[Mark], levels: Mapping[str, Level]
    ) -> None:
        marks = [*outer, *marks_of(getattr(kind, name))]
        first = kind()
        scopes = [methods_of(first), self._names]
        for case, asked in self._cases(getattr(first, name), marks, scopes):
            one = kind()  # each case has an object of its own
            own = [methods_of(one), self._names]
            self._run_case(getattr(one, name), own, marks, case, asked, levels, "method")

    def _cases(
        self, function: Any, marks: Sequence[Mark], scopes: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[Case, list[str]]]:
        """Yield the cases of a test, each with the names of the fixtures that it wants."""
        scopes = [*scopes, BUILT_IN]
        sets = [cases_of(mark) for mark in marks if mark.name == "parametrize"]
        given = {name for cases in sets for case in cases for name in case.values}
        automatic = [
            value.name or name
            for scope in reversed(scopes)
            for name, value in scope.items()
            if isinstance(value, Fixture) and value.autouse
        ]
        used = [name for mark in marks if mark.name == "usefixtures" for name in mark.args]
        asked = [name for name in parameters(function) if name not in given]
        names = list(dict.fromkeys([*automatic, *used, *asked]))
        sets += [
            cases_of_fixture(name, fixture.params)
            for name, fixture in closure(names, scopes).items()
            if fixture.params is not None and ("fixture", name) not in given and name not in given
        ]
        ranks = {name: found.rank for name in names if (found := find(name, scopes))}
        names.sort(key=lambda name: ranks.get(name, 9))
        for chosen in itertools.product(*sets):
            values = {name: value for case in chosen for name, value in case.values.items()}
            yield Case(values, [mark for case in chosen for mark in case.marks]), names

    def _run_case(
        self,
        function: Any,
        scopes: Sequence[Mapping[str, Any]],
        marks: Sequence[Mark],
        case: Case,
        names: Sequence[str],
        levels: Mapping[str, Level],
        hooks: str,
    ) -> None:
        """Run a test with some arguments.

        Args:
            hooks: ``function`` or ``method``: what its set-up and tear-down are called by.
        """
        marks = [*marks, *case.marks]
        expected = [mark for mark in marks if mark.name == "xfail" and mark.holds(self._names)]
        unrun = any(mark.kwargs.get("run") is False for mark in expected)
        if unrun or any(skips(mark, self._names) for mark in marks):
            return
        filters = [one for mark in marks if mark.name == "filterwarnings" for one in mark.args]
        try:
            with kept_back(filters):
                self._call_case(function, scopes, marks, case, names, levels, hooks)
        except (Skipped, XFailed):  # that it was an answer's doing, the tests' marks tell
            pass
        except Exception as error:
            if not any(isinstance(error, _raised(mark)) for mark in expected):
                raise
        else:
            if any(mark.kwargs.get("strict") for mark in expected):
                raise FailedError("a test that was expected to fail did not")

    def _call_case(
        self,
        function: Any,
        scopes: Sequence[Mapping[str, Any]],
        marks: Sequence[Mark],
        case: Case,
        names: Sequence[str],
        levels: Mapping[str, Level],
        hooks: str,
    ) -> None:
        own = Level()
        node = Node(function.__name__, marks)
        where = [*scopes, BUILT_IN]
        maker = Maker(function, where, {**levels, "function": own}, case.values, node, self._call)
        maker.names = names
        before, behind = (
            (("setup_method", "setup"), ("teardown_method", "teardown"))
            if hooks == "method"
            else (("setup_function",), ("teardown_function",))
        )
        try:
            # What every test of a class or module gets is there when its set-up is called.
            for name in names:
                if (found := find(name, where)) is not None and found.autouse:
                    maker.make(name)
            for name in before:
                self._hook(scopes[0], name, function)
            try:
                for name in names:
                    maker.make(name)
                asked = parameters(function)
                arguments = {
                    name: value for name, value in case.values.items() if type(name) is str
                }
                self._call(
                    function,
                    **arguments,
                    **{name: maker.make(name) for name in asked if name not in arguments},
                )
            finally:
                for name in behind:
                    self._hook(scopes[0], name, function)
        finally:
            own.close()

    def _hook(self, names: Mapping[str, Any], name: str, argument: Any) -> None:
        """Call a set-up or tear-down function where there is one, with the argument it may take."""
        function = names.get(name)
        if inspect.isroutine(function):
            takes = bool(inspect.signature(function).parameters)
            self._call(function, *([argument] if takes else []))


def _raised(mark: Mark) -> Any:
    """Return what an expected failure raises."""
    return mark.kwargs.get("raises") or Exception
