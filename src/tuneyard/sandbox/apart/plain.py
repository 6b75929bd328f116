"""The plain value in one of a subclass, or in another form of it."""

from __future__ import annotations

from collections import (
    ChainMap,
    Counter,
    OrderedDict,
    UserDict,
    UserList,
    UserString,
    defaultdict,
    deque,
)
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from tuneyard.sandbox.apart.kinds import factory


def plain(value: Any) -> Any:
    """Return the plain value in one of a subclass, or another form: what it holds, no more.

    For the answer's side: it says what its data are, and cannot say how they compare.

    Returns:
        Itself where it holds no plain value.
    """
    lineage = type(value).__mro__
    if lineage[0].__module__ == "numpy" and "generic" in {kind.__name__ for kind in lineage}:
        return value.item()
    for base in lineage:
        if base in _BASES:
            return _BASES[base](value)
    return value


def _made_default(value: defaultdict[Any, Any]) -> defaultdict[Any, Any]:
    return defaultdict(factory(value), dict.items(value))


_BASES: dict[type, Callable[[Any], Any]] = {
    int: int.__index__,
    float: float.__float__,
    complex: complex.__complex__ if hasattr(complex, "__complex__") else complex,
    str: str.__str__,
    bytes: lambda v: bytes(memoryview(v)),
    bytearray: lambda v: bytearray(memoryview(v)),
    list: lambda v: [*list.__iter__(v)],
    tuple: lambda v: (*tuple.__iter__(v),),
    set: lambda v: {*set.__iter__(v)},
    frozenset: lambda v: frozenset(frozenset.__iter__(v)),
    deque: lambda v: deque(deque.__iter__(v), v.maxlen),
    OrderedDict: lambda v: OrderedDict(OrderedDict.items(v)),
    Counter: lambda v: _counter(v),
    defaultdict: _made_default,
    dict: lambda v: dict(dict.items(v)),
    Fraction: lambda v: Fraction(v.numerator, v.denominator),
    Decimal: lambda v: Decimal(str(v)),
    UserList: lambda v: [*v.data],
    UserDict: lambda v: {**v.data},
    UserString: lambda v: str(v.data),
    ChainMap: dict,
    MappingProxyType: dict,
    memoryview: bytes,
}


def _counter(value: Counter[Any]) -> Counter[Any]:
    made: Counter[Any] = Counter()
    dict.update(made, dict.items(value))
    return made
