"""Kinds of numbers, texts and containers as the plain ones that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any

from tuneyard.sandbox.parts import mro_of

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
}
_FLAT = (int, float, str, bytes)


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
