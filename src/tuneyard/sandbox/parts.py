"""What is within a value: elements and attributes, read without a method of the answer's."""

from __future__ import annotations

import sys
from collections import abc, deque
from collections.abc import Callable, Iterable
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

PLAIN = frozenset(
    map(
        id,
        (
            *(int, float, complex, bool, str, bytes, bytearray, range, slice, type(None), type),
            *(FunctionType, BuiltinFunctionType, MethodType, ModuleType, type(...)),
        ),
    )
)
"""The ``id`` of classes that hold nothing, or nothing of interest."""
_ELEMENTS: dict[int, Callable[[Any], Iterable[Any]]] = {
    **{id(kind): kind.__iter__ for kind in (list, tuple, set, frozenset, deque)},
    id(dict): lambda value: [*dict.keys(value), *dict.values(value)],
    id(MappingProxyType): lambda value: [*dict(value).values()],
}
HOLDERS = ("collections", "types", "argparse")
"""Modules whose objects hold those of others in their attributes."""
_TABLES = ("numpy", "pandas", "torch", "scipy")
_LARGE = 10_000  # elements of a table that is not gone through
dict_of = type.__dict__["__dict__"].__get__
mro_of = type.__dict__["__mro__"].__get__


def elements(value: Any) -> Iterable[Any]:
    """Return the elements of a container of a known kind, by the base class's own methods."""
    for base in mro_of(type(value)):
        found = _ELEMENTS.get(id(base))
        if found is not None:
            return found(value)
        home = base.__module__ if isinstance(base.__module__, str) else ""
        if home.startswith(("numpy", "pandas")) and sys.modules.get(home) is not None:
            return _of_table(value, base)
    return ()


def by_iterating(*values: Any) -> list[Any] | None:
    """Return values with sets and mappings of ``collections.abc`` as the built-in ones.

    They are made by the methods of their classes. None: there are none.
    """
    made = [_iterated(value) for value in values]
    if all(one is None for one in made):
        return None
    return [own if one is None else one for own, one in zip(values, made, strict=True)]


def _iterated(value: Any) -> Any:
    line = mro_of(type(value))
    try:
        if abc.Set in line:
            return {*value}
    except TypeError:  # of what has no hash
        return None
    return dict(value.items()) if abc.Mapping in line else None


def given_to(value: Any) -> list[Any]:
    """Return what others gave to a container, or called a mock with."""
    mock: Any = getattr(sys.modules.get("unittest.mock"), "NonCallableMock", None)
    if mock is not None and mock in mro_of(type(value)):
        calls = value.mock_calls
        return [part for call in calls for part in (*call[1], *call[2].values())]
    return [*elements(value)]


def _of_table(value: Any, base: type) -> Iterable[Any]:
    """Return the objects in an array, a series or a data frame; numbers and texts are none."""
    try:
        if base.__name__ == "ndarray":
            held = value.dtype.hasobject and value.size < _LARGE
            return list(base.__dict__["flatten"](value)) if held else ()
        read = next(vars(kind)["to_numpy"] for kind in mro_of(base) if "to_numpy" in vars(kind))
        return [read(value)] if value.size < _LARGE else ()
    except Exception:  # no table, or of another version
        return ()


def is_empty_table(value: Any) -> bool:
    """Say whether a value is an array, a series or the like that has no elements."""
    for base in mro_of(type(value)):
        home = base.__module__ if isinstance(base.__module__, str) else ""
        if home.partition(".")[0] in _TABLES and home in sys.modules:
            shape = getattr(base, "shape", None)
            try:
                return 0 in shape.__get__(value)  # type: ignore[union-attr]
            except Exception:  # a class of theirs that is no table
                return False
    return False


def holds_others(kind: type) -> bool:
    """Say whether a known class is one whose attributes hold other people's objects."""
    return any(base.__module__ in HOLDERS for base in mro_of(kind)[:-1])


def attributes(value: Any) -> list[Any]:
    """Return the values of an object's attributes, those in slots, too."""
    return [*attributes_by_name(value).values()]


def attributes_by_name(value: Any) -> dict[str, Any]:
    """Return an object's attributes."""
    found: dict[str, Any] = {}
    for base in mro_of(type(value)):
        for name, member in dict_of(base).items():
            try:
                if type(member) is MemberDescriptorType and name[:2] != "__":
                    found[name] = member.__get__(value)
                elif name == "__dict__" and type(member) in (
                    GetSetDescriptorType,
                    MemberDescriptorType,
                ):
                    found.update(member.__get__(value))
            except (AttributeError, TypeError):
                continue  # a slot that is not filled
    return found
