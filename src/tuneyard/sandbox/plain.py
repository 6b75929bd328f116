"""Kinds of numbers, texts and containers as the plain ones that they are made of."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from operator import is_
from types import SimpleNamespace
from typing import Any

from tuneyard.sandbox.parts import mro_of

_DAY, _SPAN = ("year", "month", "day"), ("days", "seconds", "microseconds")
_TIME = ("hour", "minute", "second", "microsecond", "tzinfo")


def _made_of(base: Any, names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return what makes a plain one of its fields, read by the base class itself."""
    read = [getattr(base, name).__get__ for name in names]
    fold = base.fold.__get__ if base in (datetime, time) else None

    def made(value: Any) -> Any:
        given = [one(value) for one in read]
        return base(*given) if fold is None else base(*given, fold=fold(value))

    return made


_TYPECODE: Any = array.__dict__["typecode"]
_ATTRIBUTES: Any = SimpleNamespace.__dict__["__dict__"]


_BASES: dict[type, Callable[[Any], Any]] = {
    int: lambda value: int.__add__(value, 0),
    float: lambda value: float.__add__(value, 0.0),
    str: lambda value: str.__str__(value) + "",
    bytes: lambda value: bytes.__add__(value, b""),
    list: lambda value: [*list.__iter__(value)],
    tuple: lambda value: (*tuple.__iter__(value),),
    dict: lambda value: dict(dict.items(value)),
    set: lambda value: {*set.__iter__(value)},
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    datetime: _made_of(datetime, (*_DAY, *_TIME)),
    date: _made_of(date, _DAY),
    time: _made_of(time, _TIME),
    timedelta: _made_of(timedelta, _SPAN),
    array: lambda value: array(_TYPECODE.__get__(value), array.tobytes(value)),
    SimpleNamespace: lambda value: SimpleNamespace(**_ATTRIBUTES.__get__(value)),
}
_FLAT = (int, float, str, bytes, datetime, date, time, timedelta, array, SimpleNamespace)


def plain(value: Any, is_strange: Callable[[Any], bool], depth: int) -> Any:
    """Return a value without the methods that its class adds; others as they are.

    Args:
        is_strange: whether an object compares or reckons by methods of its own; only those change.
        depth: of containers in containers that are gone through.
    """
    kind = type(value)
    base = next((one for one in mro_of(kind) if one in _BASES), None)
    if base is None or not depth or kind in _FLAT:
        return value
    bare = _BASES[base](value) if is_strange(value) else value
    if base in _FLAT or (kind is not base and bare is value):
        return bare
    if base is dict:
        pairs = {key: plain(one, is_strange, depth - 1) for key, one in bare.items()}
        same = all(map(is_, pairs.values(), bare.values()))
        return bare if same else pairs
    parts = [*bare]
    changed = [plain(one, is_strange, depth - 1) for one in parts]
    return bare if all(map(is_, parts, changed)) else base(changed)
