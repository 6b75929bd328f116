"""Fixtures: how a test says what it takes, and how that is made and ended."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn

from tuneyard.judging.pytest_marks import Mark

Call = Callable[..., Any]
_SCOPES = ("session", "package", "module", "class", "function")  # the wider ones are made first


@dataclass(frozen=True, eq=False)
class Fixture:
    """A function that makes a test's argument; ``params`` are the values it is made with."""

    function: Callable[..., Any]
    params: Sequence[Any] | None = None
    autouse: bool = False
    name: str | None = None
    scope: Any = "function"

    def __get__(self, instance: Any, owner: type | None = None) -> Fixture:
        if instance is None:
            return self
        return replace(self, function=self.function.__get__(instance, owner))

    @property
    def rank(self) -> int:
        """How wide its scope is, 0 being the widest; one that is worked out counts as a test's."""
        return _SCOPES.index(self.scope) if self.scope in _SCOPES else len(_SCOPES) - 1

    def is_like(self, other: Fixture | None) -> bool:
        """Say whether both come of the same function."""
        return other is not None and _plain(self.function) is _plain(other.function)


def fixture(function: Any = None, **options: Any) -> Any:
    """Make a fixture of a function."""
    if isinstance(function, str):  # a scope, as older programs write it
        function, options = None, {"scope": function, **options}
    known = ("params", "autouse", "name", "scope")
    kept = {key: options[key] for key in known if options.get(key) is not None}
    if "params" in kept:
        kept["params"] = list(kept["params"])
    return (lambda own: Fixture(own, **kept)) if function is None else Fixture(function, **kept)


def parameters(function: Any) -> list[str]:
    """Return the arguments that a test or a fixture has to be given; ``patch`` gives its own."""
    names = [
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    default = getattr(sys.modules.get("unittest.mock"), "DEFAULT", None)
    patches = getattr(function, "patchings", ())
    return names[sum(not one.attribute_name and one.new is default for one in patches) :]


class Level:
    """What was made for a test, a class or a module, and how it is ended."""

    def __init__(self) -> None:
        self.made: dict[Any, Any] = {}
        self.ends: list[Callable[[], object]] = []

    def close(self) -> None:
        """End everything, the last one first.

        Raises:
            BaseException: the first that an end raised, after all others were tried.
        """
        failure: BaseException | None = None
        while self.ends:
            try:
                self.ends.pop()()
            except BaseException as error:
                failure = failure or error
        self.made.clear()
        if failure is not None:
            raise failure


@dataclass
class Node:
    """What ``request.node`` says of a test."""

    name: str
    marks: Sequence[Mark]

    @property
    def nodeid(self) -> str:
        return f"tests.py::{self.name}"

    def iter_markers(self, name: str | None = None) -> Iterator[Mark]:
        """Yield the test's marks, its own first."""
        return (mark for mark in reversed(self.marks) if name in (None, mark.name))

    def get_closest_marker(self, name: str, default: Any = None) -> Any:
        """Return the test's mark of a name; its own before its class's."""
        return next(self.iter_markers(name), default)


class Request:
    """What ``request`` gives a test or a fixture."""

    def __init__(self, maker: Maker, name: str | None, level: Level) -> None:
        self._maker, self._level = maker, level
        self.fixturename = name
        self.node, self.function = maker.node, maker.function
        self.instance = getattr(maker.function, "__self__", None)
        self.cls = None if self.instance is None else type(self.instance)
        self.fixturenames = list(maker.names)
        key = ("fixture", name)
        if key in maker.values:
            self.param = maker.values[key]
        self.addfinalizer = level.ends.append

    def getfixturevalue(self, name: str) -> Any:
        """Return a fixture by its name."""
        return self._maker.make(name)

    def __getattr__(self, name: str) -> NoReturn:
        if name == "param":
            raise AttributeError("the fixture is made without a parameter")
        raise NotImplementedError(f"request.{name} is not supported here")


class Maker:
    """Makes what one test asks for.

    Args:
        function: the test.
        scopes: where fixtures are looked for, the nearest first.
        levels: where what is made is kept, by scope.
        values: the arguments that are known; see ``pytest_marks.Case``.
        call: calls a fixture (and runs coroutines).
    """

    def __init__(
        self,
        function: Any,
        scopes: Sequence[Mapping[str, Any]],
        levels: Mapping[str, Level],
        values: Mapping[Any, Any],
        node: Node,
        call: Call,
    ) -> None:
        self.function, self.values, self.node = function, values, node
        self.names: Sequence[str] = ()
        self._scopes, self._levels, self._call = scopes, levels, call

    def make(self, name: str, asking: Fixture | None = None) -> Any:
        """Return what goes by a name.

        Args:
            asking: the fixture that asks; for its own name it gets the one that it replaces.
        """
        if name == "request":
            return Request(self, None, self._levels["function"])
        if name in self.values:
            return self.values[name]
        found = find(name, self._scopes, asking)
        if found is None:
            raise LookupError(f"a test takes {name!r}, which is no fixture here")
        level = self._level(found)
        key = self._key(name, found)
        if key not in level.made:
            level.made[key] = self._made(name, found, level)
        return level.made[key]

    def _level(self, found: Fixture) -> Level:
        scope = _SCOPES[found.rank]
        return self._levels[scope if scope in ("function", "class") else "module"]

    def _key(self, name: str, found: Fixture) -> Any:
        parts = closure([name], self._scopes)
        made_with = [
            (part, id(self.values[("fixture", part)]))
            for part in sorted(parts)
            if ("fixture", part) in self.values
        ]
        return (id(_plain(found.function)), *made_with)

    def _made(self, name: str, found: Fixture, level: Level) -> Any:
        arguments = {
            other: Request(self, name, level) if other == "request" else self.make(other, found)
            for other in parameters(found.function)
        }
        result = self._call(found.function, **arguments)
        if inspect.isgenerator(result):
            level.ends.append(partial(next, result, None))
            return next(result)
        if inspect.isasyncgen(result):
            return _first_of(result, level)
        return result


def find(
    name: str, scopes: Sequence[Mapping[str, Any]], asking: Fixture | None = None
) -> Fixture | None:
    """Return the nearest fixture of a name; for one that asks for its own name, the next one."""
    own = False
    for scope in scopes:
        for key, value in scope.items():
            if isinstance(value, Fixture) and (value.name or key) == name:
                if asking is not None and value.is_like(asking):
                    own = True
                elif asking is None or own or not _is_named(asking, name, scopes):
                    return value
    return None


def closure(names: Sequence[str], scopes: Sequence[Mapping[str, Any]]) -> dict[str, Fixture]:
    """Return the fixtures of these names, and those that they ask for."""
    found: dict[str, Fixture] = {}
    todo: list[tuple[str, Fixture | None]] = [(name, None) for name in names]
    while todo:
        name, asking = todo.pop()
        fixture = find(name, scopes, asking)
        if fixture is not None and (name not in found or asking is not None):
            if any(fixture is known for known in found.values()):
                continue
            found.setdefault(name, fixture)
            todo += [(other, fixture) for other in parameters(fixture.function)]
    return found


def _is_named(asking: Fixture, name: str, scopes: Sequence[Mapping[str, Any]]) -> bool:
    return any(
        isinstance(value, Fixture) and value.is_like(asking) and (value.name or key) == name
        for scope in scopes
        for key, value in scope.items()
    )


def _first_of(result: Any, level: Level) -> Any:
    """Return what an asynchronous fixture yields; its loop goes on until its end."""
    import asyncio  # slow to import, and seldom wanted

    loop = asyncio.new_event_loop()

    def end() -> None:
        with suppress(StopAsyncIteration):
            loop.run_until_complete(anext(result))
        loop.close()

    level.ends.append(end)
    return loop.run_until_complete(anext(result))


def _plain(function: Any) -> Any:
    return getattr(function, "__func__", function)
