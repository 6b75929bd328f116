"""What an answer comes to through what its tests give it without being given it.

A function leads to what it has enclosed and to the globals that it names, a method to its object,
an iterator to what it goes through: ``total(lambda: prices)`` gives away the list.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType
from typing import Any

from tuneyard.sandbox.capability import walk
from tuneyard.sandbox.parts import mro_of
from tuneyard.sandbox.source import TESTS

_ITERATED: tuple[Any, ...] = ([], (), {}, {}.values(), {}.items(), set())
_ITERATORS = {map, filter, zip, enumerate, type(reversed([])), *(type(iter(x)) for x in _ITERATED)}
_PLAIN = frozenset((list, tuple, dict, set, frozenset))
_OF_MODULE = ("_parameters", "_buffers", "_modules")
"""Where torch's modules have what they are made of."""


def reached(value: Any) -> list[Any]:
    """Return what a value of the tests' leads to; no method of an answer's or theirs is called."""
    kind = type(value)
    if kind in _PLAIN:
        return []
    if kind is FunctionType:
        return _of_function(value) if value.__code__.co_filename == TESTS else []
    if kind is MethodType:
        return [value.__self__, value.__func__]
    if kind is BuiltinFunctionType:
        return [value.__self__]
    if kind is partial:
        return [value.func, value.args, value.keywords]
    if kind in _ITERATORS:
        return [*value.__reduce__()[1]]
    if kind is GeneratorType and value.gi_code.co_filename == TESTS and value.gi_frame is not None:
        return [*value.gi_frame.f_locals.values()]
    if any(one.__module__ == "torch.nn.modules.module" for one in mro_of(kind)):
        held = object.__getattribute__(value, "__dict__")
        return [held[name] for name in _OF_MODULE if name in held]
    return []


def _of_function(function: FunctionType) -> list[Any]:
    found: list[Any] = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # nothing is in it yet
            found.append(cell.cell_contents)
    names = {name for code in walk(function.__code__) for name in code.co_names}
    held = function.__globals__
    return found + [held[name] for name in names if name in held]
