"""The kinds of plain data that cross between judge and answer, each with how it is taken apart.

A kind has a code, a function that gives a value's parts, and how it is made of them. What a part
may be in turn: anything, or (``flat``) only None, numbers and texts.
"""

from __future__ import annotations

import datetime
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from tuneyard.sandbox.apart.codec import ReshapedError

Parts = list[Any]
UNORDERED = -1
SCALARS = frozenset((type(None), bool, int, float, str))
TYPES = {
    kind.__name__: kind
    for kind in (
        *(int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset),
        *(type(None), range, slice, Decimal),
    )
}
"""Classes that are data themselves."""


class Kind(NamedTuple):
    """A kind of value that never changes: ``make`` gives it from its parts."""

    code: str
    parts: Callable[[Any], Parts]
    make: Callable[[Parts], Any]
    flat: bool = True


class Changing(NamedTuple):
    """A kind of value that changes: ``new`` gives an empty one, ``fill`` puts the parts in.

    ``exact`` is its class (None: numpy's, which may not be installed). ``flat``: its parts are
    made anew each time, of numbers and texts. ``pairs``: from this part on they are names with
    their values; None: they are a sequence; ``UNORDERED``: one in which places do not count.
    ``attributes``: the names are an object's.
    """

    code: str
    exact: Any
    parts: Callable[[Any], Parts]
    new: Callable[[Parts], Any]
    fill: Callable[[Any, Parts], None]
    flat: bool = False
    pairs: int | None = None
    attributes: bool = False


def _pairs(value: dict[Any, Any]) -> Parts:
    return [one for pair in dict.items(value) for one in pair]


def _ordered_pairs(value: OrderedDict[Any, Any]) -> Parts:
    return [one for pair in OrderedDict.items(value) for one in pair]


def _fill_dict(value: dict[Any, Any], parts: Parts) -> None:
    if len(parts) % 2:
        raise ValueError("a key without a value")
    dict.clear(value)
    dict.update(value, zip(islice(parts, 0, None, 2), islice(parts, 1, None, 2), strict=True))


def _fill_ordered(value: OrderedDict[Any, Any], parts: Parts) -> None:
    if len(parts) % 2:
        raise ValueError("a key without a value")
    OrderedDict.clear(value)
    for key, one in zip(islice(parts, 0, None, 2), islice(parts, 1, None, 2), strict=True):
        OrderedDict.__setitem__(value, key, one)


def _fill_default(value: defaultdict[Any, Any], parts: Parts) -> None:
    if parts[0] is not None and parts[0] not in TYPES.values():
        raise ValueError("a factory that is no class")
    value.default_factory = parts[0]
    _fill_dict(value, parts[1:])


def factory(value: defaultdict[Any, Any]) -> Any:
    """Return what makes the missing values, if it is a plain class; else None."""
    made = value.default_factory
    return made if isinstance(made, type) and TYPES.get(made.__name__) is made else None


def _fill_list(value: list[Any], parts: Parts) -> None:
    list.__setitem__(value, slice(None), parts)


def _fill_set(value: set[Any], parts: Parts) -> None:
    set.clear(value)
    set.update(value, parts)


def _fill_bytes(value: bytearray, parts: Parts) -> None:
    bytearray.__setitem__(value, slice(None), parts[0].encode("latin-1"))


def _fill_deque(value: deque[Any], parts: Parts) -> None:
    deque.clear(value)
    deque.extend(value, parts[1:])


def _array_parts(value: Any) -> Parts:
    return [value.dtype.str, value.tobytes().decode("latin-1"), *value.shape]


def _new_array(parts: Parts) -> Any:
    import numpy

    name = parts[0]
    if type(name) is not str or name[1:2] not in "biufcSU" or not name[2:].isdigit():
        raise ValueError("an array of no plain numbers or texts")
    flat = numpy.frombuffer(parts[1].encode("latin-1"), numpy.dtype(name))
    return flat.reshape(tuple(parts[2:])).copy()


def _fill_array(value: Any, parts: Parts) -> None:
    new = _new_array(parts)
    if new.shape != value.shape or new.dtype != value.dtype:
        raise ReshapedError("changes the shape or type of an array that its tests gave it")
    value[...] = new


def _no_more(parts: Parts, count: int) -> Parts:
    if len(parts) != count:
        raise ValueError("too many parts, or too few")
    return parts


@lru_cache(maxsize=256)
def _named(name: str, fields: tuple[str, ...]) -> Any:
    from collections import namedtuple

    return namedtuple(name, fields)


def _make_named(parts: Parts) -> Any:
    name, count = parts[0], parts[1]
    if type(name) is not str or type(count) is not int or not 0 <= count <= 255:
        raise ValueError("no named tuple")
    fields = tuple(_no_more(parts[2 : 2 + count], count))
    if any(type(field) is not str for field in fields):
        raise ValueError("no named tuple")
    return _named(name, fields)._make(parts[2 + count :])


def _make_view(parts: Parts) -> Any:
    which, held = _no_more(parts, 2)
    if type(held) is not dict:
        raise ValueError("a view of no dictionary")
    return {"keys": dict.keys, "values": dict.values, "items": dict.items}[which](held)


def _dated(kind: Any) -> Callable[[Parts], Any]:
    def make(parts: Parts) -> Any:
        *numbers, zone, fold = parts
        return kind(*numbers, tzinfo=_zone(zone), fold=fold)

    return make


def _zone(value: Any) -> datetime.timezone | None:
    if value is not None and type(value) is not datetime.timezone:
        raise ValueError("no time zone")
    return value


def _zone_parts(value: Any) -> Parts:
    return list(value.__getinitargs__())


KINDS: dict[type, Kind] = {
    tuple: Kind("t", list, tuple, flat=False),
    frozenset: Kind("f", list, frozenset, flat=False),
    slice: Kind("s", lambda v: [v.start, v.stop, v.step], lambda p: slice(*p), flat=False),
    int: Kind("i", lambda v: [hex(v)], lambda p: int(_no_more(p, 1)[0], 16)),
    complex: Kind("c", lambda v: [v.real, v.imag], lambda p: complex(*_no_more(p, 2))),
    bytes: Kind(
        "b", lambda v: [v.decode("latin-1")], lambda p: _no_more(p, 1)[0].encode("latin-1")
    ),
    type(...): Kind("e", lambda v: [], lambda p: ...),
    range: Kind("r", lambda v: [v.start, v.stop, v.step], lambda p: range(*p), flat=False),
    Decimal: Kind("D", lambda v: [str(v)], lambda p: Decimal(*_no_more(p, 1))),
    Fraction: Kind("F", lambda v: [v.numerator, v.denominator], lambda p: Fraction(*p), flat=False),
    datetime.date: Kind("x", lambda v: [v.year, v.month, v.day], lambda p: datetime.date(*p)),
    datetime.timedelta: Kind(
        "y", lambda v: [v.days, v.seconds, v.microseconds], lambda p: datetime.timedelta(*p)
    ),
    datetime.timezone: Kind("z", _zone_parts, lambda p: datetime.timezone(*p), flat=False),
    datetime.datetime: Kind(
        "m",
        lambda v: [
            *(v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond),
            *(v.tzinfo, v.fold),
        ],
        _dated(datetime.datetime),
        flat=False,
    ),
    datetime.time: Kind(
        "u",
        lambda v: [v.hour, v.minute, v.second, v.microsecond, v.tzinfo, v.fold],
        _dated(datetime.time),
        flat=False,
    ),
    type: Kind("k", lambda v: [v.__name__], lambda p: TYPES[_no_more(p, 1)[0]]),
}
NAMED = Kind("n", list, _make_named, flat=False)
VIEW = Kind("v", list, _make_view, flat=False)
MAKERS = {kind.code: kind for kind in (*KINDS.values(), NAMED, VIEW)}

CHANGING: dict[type, Changing] = {
    kind.exact: kind
    for kind in (
        Changing("l", list, list, lambda p: [], _fill_list),
        Changing("d", dict, _pairs, lambda p: {}, _fill_dict, pairs=0),
        Changing("S", set, list, lambda p: set(), _fill_set, pairs=UNORDERED),
        Changing(
            "B",
            bytearray,
            lambda v: [v.decode("latin-1")],
            lambda p: bytearray(),
            _fill_bytes,
            flat=True,
        ),
        Changing("q", deque, lambda v: [v.maxlen, *v], lambda p: deque(maxlen=p[0]), _fill_deque),
        Changing("O", OrderedDict, _ordered_pairs, lambda p: OrderedDict(), _fill_ordered, pairs=0),
        Changing("C", Counter, _pairs, lambda p: Counter(), _fill_dict, pairs=0),
        Changing(
            "V",
            defaultdict,
            lambda v: [factory(v), *_pairs(v)],
            lambda p: defaultdict(),
            _fill_default,
            pairs=1,
        ),
    )
}
ARRAY = Changing("A", None, _array_parts, _new_array, _fill_array, flat=True)
FILLERS = {kind.code: kind for kind in (*CHANGING.values(), ARRAY)}


def changing(value: Any) -> Changing | None:
    """Return the kind of a value that changes, None where it is none of them."""
    exact = type(value)
    found = CHANGING.get(exact)
    if found is None and exact.__name__ == "ndarray" and exact.__module__ == "numpy":
        return ARRAY if value.dtype.kind in "biufcSU" else None
    return found


def named_parts(value: Any) -> Iterator[Any] | None:
    """Yield the parts of a named tuple; None where it is none."""
    fields = getattr(type(value), "_fields", None)
    if not isinstance(value, tuple) or type(fields) is not tuple or len(fields) != len(value):
        return None
    if any(type(field) is not str for field in fields):
        return None
    return iter([type(value).__name__, len(fields), *fields, *tuple.__iter__(value)])
