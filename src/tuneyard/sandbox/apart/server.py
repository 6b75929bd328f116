"""The answer's side: runs the answer's module, and does with it what the judge asks.

All here is within the answer's reach, and none of it is trusted by the judge.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import io
import linecache
import operator
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from types import BuiltinFunctionType, CodeType, CoroutineType, FunctionType, MethodType, ModuleType
from typing import Any

from tuneyard.sandbox.apart import wire
from tuneyard.sandbox.apart.codec import Node, Special
from tuneyard.sandbox.apart.crossing import EXCEPTIONS
from tuneyard.sandbox.apart.decoder import decode
from tuneyard.sandbox.apart.encoder import Encoder
from tuneyard.sandbox.apart.kinds import SCALARS
from tuneyard.sandbox.apart.shared import Shared
from tuneyard.sandbox.audit import Notes
from tuneyard.sandbox.capability import names_in
from tuneyard.sandbox.source import PROGRAM, compile_program, new_module
from tuneyard.sandbox.verdict import verdict

ANSWER = "solution"
"""The module name of the answer; many test programs import it by this one."""
_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)
_ARGUMENTS = SCALARS | {bytes, tuple}

OPERATIONS: dict[str, Callable[..., Any]] = {
    "get": getattr,
    "set": setattr,
    "del": delattr,
    "isinstance": lambda value, kind: isinstance(value, kind),
    **{name: getattr(builtins, name) for name in ("len", "bool", "str", "repr", "format", "iter")},
    **{name: getattr(builtins, name) for name in ("abs", "reversed", "round", "int", "float")},
    **{name: getattr(operator, name) for name in ("getitem", "setitem", "delitem", "contains")},
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "floordiv")},
    **{name: getattr(operator, name) for name in ("mod", "pow", "matmul", "and_", "or_", "xor")},
    **{name: getattr(operator, name) for name in ("neg", "pos", "invert")},
}
"""What the judge may ask for, of a thing that is no data."""

_ASYNCIO = ("_asyncio", "asyncio.futures", "asyncio.tasks")


class Server:
    """Serves one judge.

    Args:
        notes: what the sandbox refused last.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._whole = False
        self._shared = Shared()
        self._things: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._asked_for: dict[str, Any] = {}
        self._special = Special(self._node, {"H": self._thing, "L": _library}, self._goes_as_data)
        self._module = ModuleType(ANSWER)
        self._loop: Any = None
        # Python's own was made for another file, in which one could seek.
        file = io.BufferedWriter(io.FileIO(1, "wb", closefd=False))
        self._output = io.TextIOWrapper(file, "utf-8", "backslashreplace")
        sys.stdout = sys.__stdout__ = self._output  # type: ignore[misc]

    def run(self) -> None:
        """Serve until the judge has done, or is gone."""
        sys.argv = ["program.py"]
        gc.enable()
        while (data := wire.receive()) is not None:
            wire.send(self._reply(data))

    def _reply(self, data: bytes) -> bytes:
        message = decode(data, self._special, self._shared)
        gone = self._shared.sweep()
        verb = message.head[0]
        told: list[Any]
        values: list[Any] = []
        try:
            told, values = ["ok"], [self._do(verb, message.head[1:], message.values)]
        except BaseException as error:
            told, values = self._raised(error, verb)
        try:
            return Encoder(self._special, self._shared, gone).message(told, values)
        except BaseException as error:
            told = ["out", verdict(error, self._notes)]
            return Encoder(self._special, Shared()).message(told, [])

    def _do(self, verb: str, head: list[Any], values: list[Any]) -> Any:
        if verb == "next":
            return next(values[0])
        if verb == "await":
            return self._own_loop().run_until_complete(values[0])
        if verb == "load":
            source, self._whole, *names = head
            return self._load(source, names)
        if verb == "give":
            name, module = head
            value = values[0] if module is None else importlib.import_module(module)
            self._module.__dict__[name] = value
            return None
        if verb == "end":
            for stream in (self._output, sys.stdout):
                with suppress(ValueError, OSError):  # a program may close its own output
                    stream.flush()
            return None
        if verb != "call":
            return OPERATIONS[verb](*values)
        target, *given = values
        positional = given[: len(given) - len(head)]
        if "asyncio" in sys.modules:
            self._own_loop()  # for ``asyncio.gather`` and the like
        result = target(*positional, **dict(zip(head, given[len(positional) :], strict=True)))
        if type(result) is target and target.__module__ == ANSWER:
            self._node(result)  # an object that the tests made themselves
        return result

    def _own_loop(self) -> Any:
        """Return the event loop of this process, in which everything is awaited."""
        import asyncio  # slow to import, and seldom wanted

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop

    def _load(self, source: str, names: list[str]) -> tuple[Any, Any, Any]:
        """Run an answer; return names that are asked for, their values, and what it lacks."""
        self._shared = Shared()
        program = compile_program(source)
        random.seed(0)
        self._things.clear()
        self._numbers.clear()
        new_module("__main__")
        self._module = new_module(ANSWER)
        lines = source.splitlines(keepends=True)
        for name in (PROGRAM, str(self._module.__file__)):
            linecache.cache[name] = (len(source), None, lines, name)
        with suppress(SystemExit):  # a script may end so; the tests say whether it is right
            exec(program, self._module.__dict__)
        found = self._module.__dict__
        self._asked_for = {name: found[name] for name in names if name in found}
        return (*self._asked_for,), (*self._asked_for.values(),), (*lacking(program, found),)

    def _raised(self, error: BaseException, verb: str) -> tuple[list[Any], list[Any]]:
        """Return what is told of an exception, and its arguments, if it can cross."""
        if isinstance(error, StopIteration) and verb == "next":
            return ["stop"], [error.value]
        row = verdict(error, self._notes)
        lineage = type(error).__mro__
        kind = next(one for one in lineage if getattr(builtins, one.__name__, None) is one)
        given = _arguments(error, kind)
        if kind.__name__ in EXCEPTIONS:
            with suppress(Exception):
                kind(*given)
                return ["raise", kind.__name__, row], [given]
        return ["out", row], []

    def _goes_as_data(self, value: Any) -> bool:
        """Say whether an object may cross as the data in it, without its methods."""
        own = type(value).__module__ == ANSWER and type(value).__bases__ != (tuple,)
        return id(value) not in self._numbers and not (own and self._whole)

    def _node(self, value: Any) -> Node:
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self._things)
            self._things.append(value)
        exact = type(value)
        kind = "object"
        if isinstance(value, type):
            kind = "class"
        elif exact is CoroutineType or (
            exact.__module__ in _ASYNCIO and hasattr(exact, "__await__")
        ):
            kind = "awaitable"
        elif hasattr(exact, "__next__"):
            kind = "iterator"
        elif exact in _FUNCTIONS or (
            callable(value)
            and (
                exact.__module__ in ("functools", "operator")
                # An object may be called in the place of a function that is asked for.
                or any(value is one for one in self._asked_for.values())
            )
        ):
            kind = "function"
        name = getattr(value if kind in ("class", "function") else exact, "__name__", "")
        return ["h", kind, number, name if type(name) is str else ""]

    def _thing(self, parts: list[Any]) -> Any:
        return self._things[parts[0]]


def lacking(program: CodeType, found: dict[str, Any]) -> list[str]:
    """Return the names that an answer mentions, and neither has nor Python has."""
    read = names_in(program)
    return [name for name in read if name not in found and not hasattr(builtins, name)]


def _arguments(error: BaseException, kind: type) -> tuple[Any, ...]:
    """Return what the built-in exception is made of that stands for this one."""
    given = error.args
    if isinstance(error, OSError) and error.filename is not None and len(given) == 2:
        given = (*given, str(error.filename))
    speak: list[Any] = [one.__str__ for one in (type(error), kind)]
    own = speak[0] is not speak[1]
    if not own and _ARGUMENTS.issuperset(map(type, given)):
        return given
    try:
        return (str(error),)
    except Exception:
        return ()


def _library(parts: list[Any]) -> Any:
    module, name = parts
    return operator.attrgetter(name)(importlib.import_module(module))


def serve(notes: Notes) -> None:
    """Serve the judge at the other end of the link until it has done."""
    Server(notes).run()
    os._exit(0)
