"""Runs functions and classes as pytest would, without pytest: parametrized, with fixtures.

What tests of single functions use is here; anything else that they ask of pytest is an error, by
which their reference fails, so that the row is unjudged and says why. Verdicts then do not depend
on whether pytest happens to be installed.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from tuneyard.judging.pytest_fixtures import BUILT_IN, Fixture
from tuneyard.judging.pytest_names import NAMES, Param, Skipped, XFailed, marks_of

Call = Callable[..., Any]


def module(main: Callable[[], None]) -> ModuleType:
    """Return what stands in for pytest.

    Args:
        main: what ``pytest.main`` runs; it raises where a test fails.
    """
    found = ModuleType("pytest")
    found.__dict__.update(NAMES)

    def run_all(*_: Any, **__: Any) -> int:
        main()
        return 0

    found.main = run_all  # type: ignore[attr-defined]
    return found


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
    _hook(namespace, "setup_module", call)
    for function in found:
        _hook(namespace, "setup_function", call, function)
        _run_function(function, [namespace], call, [])
        _hook(namespace, "teardown_function", call, function)
    for own in classes:
        _run_class(own, namespace, call)
    _hook(namespace, "teardown_module", call)


def _run_class(own: type, namespace: Mapping[str, Any], call: Call) -> None:
    names = [
        name
        for base in reversed(own.__mro__)
        for name in vars(base)
        if name.startswith("test") and callable(getattr(own, name))
    ]
    _hook(_methods(own), "setup_class", call)
    for name in dict.fromkeys(names):
        one = own()
        methods = _methods(one)
        for hook in ("setup_method", "setup"):
            _hook(methods, hook, call, getattr(one, name))
        marks = marks_of(own)
        _run_function(getattr(one, name), [methods, namespace], call, marks)
        for hook in ("teardown_method", "teardown"):
            _hook(methods, hook, call, getattr(one, name))
    _hook(_methods(own), "teardown_class", call)


def _methods(one: Any) -> dict[str, Any]:
    """Return the methods and fixtures of an object or a class, bound to it."""
    kinds = (Fixture, staticmethod, classmethod, FunctionType)
    return {
        name: getattr(one, name)
        for name in dir(one)
        if isinstance(inspect.getattr_static(one, name), kinds)
    }


def _hook(names: Mapping[str, Any], name: str, call: Call, *arguments: Any) -> None:
    """Call a set-up or tear-down function where there is one, with the arguments it takes."""
    function = names.get(name)
    if inspect.isroutine(function):
        taken = len(inspect.signature(function).parameters)
        call(function, *arguments[:taken])


def _run_function(
    function: Any, scopes: Sequence[Mapping[str, Any]], call: Call, outer: Sequence[Any]
) -> None:
    marks = [*outer, *marks_of(function)]
    if any(mark.skips for mark in marks):
        return
    lenient = any(mark.name == "xfail" for mark in marks)
    sets = [_sets(mark) for mark in marks if mark.name == "parametrize"]
    own = {name for rows in sets for row in rows for name in row}
    asked = [name for name in _parameters(function) if name not in own]
    automatic = [
        name
        for scope in reversed(scopes)
        for name, value in scope.items()
        if isinstance(value, Fixture) and value.autouse
    ]
    wanted = dict.fromkeys([*automatic, *asked])
    several = [
        [{("fixture", name): value} for value in fixture.params]
        for name, fixture in _closure(list(wanted), scopes).items()
        if fixture.params is not None
    ]
    for chosen in itertools.product(*sets, *several):
        values: dict[Any, Any] = {name: value for row in chosen for name, value in row.items()}
        try:
            with _fixtures(list(wanted), scopes, values, call) as made:
                call(function, **{n: made.get(n, values.get(n)) for n in [*own, *asked]})
        except (Skipped, XFailed):  # that it was an answer's doing, the tests' marks tell
            pass
        except Exception:
            if not lenient:
                raise


def _sets(mark: Any) -> list[dict[Any, Any]]:
    """Return the arguments of each case of a ``parametrize`` mark."""
    names, rows = mark.arguments
    if mark.named.get("indirect"):
        raise NotImplementedError("parametrize with indirect needs pytest")
    keys = (
        [one.strip() for one in names.split(",") if one.strip()]
        if isinstance(names, str)
        else list(names)
    )
    found = []
    for row in rows:
        if isinstance(row, Param):
            if any(own.skips or own.name == "xfail" for own in row.marks):
                continue
            values = row.values
        else:
            values = (row,) if len(keys) == 1 else tuple(row)
        if len(values) != len(keys):
            raise ValueError(f"parametrize: {len(keys)} names and {len(values)} values")
        found.append(dict(zip(keys, values, strict=True)))
    return found


def _parameters(function: Any) -> list[str]:
    return [
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]


def _find(name: str, scopes: Sequence[Mapping[str, Any]]) -> Fixture | None:
    for scope in scopes:
        for key, value in scope.items():
            if isinstance(value, Fixture) and (value.name or key) == name:
                return value
    return BUILT_IN.get(name)


def _closure(names: list[str], scopes: Sequence[Mapping[str, Any]]) -> dict[str, Fixture]:
    """Return the fixtures of these names, and those that they ask for."""
    found: dict[str, Fixture] = {}
    while names:
        name = names.pop()
        fixture = _find(name, scopes)
        if fixture is not None and name not in found:
            found[name] = fixture
            names += _parameters(fixture.function)
    return found


@contextmanager
def _fixtures(
    names: Sequence[str], scopes: Sequence[Mapping[str, Any]], values: Mapping[Any, Any], call: Call
) -> Iterator[dict[str, Any]]:
    """Make fixtures and what they ask for; end them afterwards, the last one first."""
    made: dict[str, Any] = {}
    ends: list[Callable[[], object]] = []

    def make(name: str) -> Any:
        if name in made:
            return made[name]
        fixture = _find(name, scopes)
        if fixture is None:
            raise LookupError(f"a test takes {name!r}, which is no fixture")
        arguments = {
            other: _request(name, values, ends)
            if other == "request"
            else values[other]
            if other in values
            else make(other)
            for other in _parameters(fixture.function)
        }
        result = call(fixture.function, **arguments)
        if inspect.isasyncgen(result):
            raise NotImplementedError("an asynchronous fixture that yields needs pytest")
        if inspect.isgenerator(result):
            ends.append(partial(next, result, None))
            result = next(result)
        made[name] = result
        return result

    try:
        for name in names:
            if name == "request":
                made[name] = _request(name, values, ends)
            elif name not in values:
                make(name)
        yield made
    finally:
        for end in reversed(ends):
            end()


def _request(name: str, values: Mapping[Any, Any], ends: list[Callable[[], object]]) -> Any:
    return SimpleNamespace(param=values.get(("fixture", name)), addfinalizer=ends.append)
