"""The kinds of values that tests give an answer which runs beside them, and which it may change."""

from __future__ import annotations

import io
import sys
from collections import Counter, deque
from collections.abc import Callable, Collection
from copy import deepcopy
from enum import Enum
from types import CodeType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any

from tuneyard.sandbox.apart.kinds import ARRAY, CHANGING, KINDS, Changing, Parts, changing
from tuneyard.sandbox.capability import names_in, walk
from tuneyard.sandbox.parts import HOLDERS, attributes_by_name, dict_of, mro_of
from tuneyard.sandbox.source import words
from tuneyard.sandbox.strange_kinds import is_mock
from tuneyard.sandbox.ways import mark

_LARGE = 1_000_000  # elements of an array that is compared
_TABLES = ("DataFrame", "Series")
_SKIPPED = words(
    """solution builtins abc asyncio concurrent contextlib contextvars dataclasses datetime decimal
    enum fractions functools hypothesis importlib inspect io itertools logging multiprocessing
    numbers operator pathlib pytest random re select signal socket ssl string subprocess tempfile
    threading time tuneyard typing unittest uuid weakref zoneinfo
    _asyncio _ctypes _functools _io _pytest _random _thread _threading_local _weakref
    PIL jax matplotlib numpy pandas pyarrow sklearn sympy tensorflow torch"""
)
"""Packages whose objects never change, change when they are looked at, are the process's (locks,
loops, mocks, streams), or have no attributes to be looked up. Of numpy, pandas and torch see
``kind_of``, of mocks ``Kinds``; ``solution`` is the answer."""
_Make = Callable[[Any, Collection[str]], Changing]
_ORDER = words("__lt__ __le__ __gt__ __ge__")
_FIXED = {*KINDS, str, float, BaseException}
"""What never changes, but for attributes; of exceptions' see ``Kinds``."""


class Kinds:
    """Says of what kinds the values are that the tests of one answer give it.

    Args:
        program: the answer's code.
    """

    def __init__(self, program: CodeType) -> None:
        self._named = names_in(program) | {
            text for code in walk(program) for text in code.co_consts if type(text) is str
        }
        self._own: dict[int, tuple[Any, Changing]] = {}

    def __call__(self, value: Any) -> Changing | None:
        """Return of what kind a value of the tests' is that an answer may change, None: of none.

        Of classes, functions, mocks and exceptions what is there when they are first seen may not
        be changed. To put more there is what decorators do, but for methods of a class, by which
        it answers.
        """
        kind = type(value)
        if kind is FunctionType or issubclass(kind, type):
            if value.__module__ != "__main__":
                return None
            make: _Make = _of_function if kind is FunctionType else _of_own
        elif kind.__module__ == "unittest.mock" and is_mock(kind):
            make = _of_mock
        elif issubclass(kind, BaseException):
            make = _of_error
        else:
            return kind_of(value)
        found = self._own.get(id(value))
        if found is None:
            found = self._own[id(value)] = value, make(value, self._named)
        return found[1]


def kind_of(value: Any) -> Changing | None:
    """Return of what kind a value is that changes, None: of none; see ``Kinds`` for classes."""
    found = changing(value)
    if found is not None:
        return found if not found.flat or _size(value, found) < _LARGE else None
    kind = type(value)
    home = kind.__module__
    if type(home) is not str:
        return None
    package = home.partition(".")[0]
    if package not in _SKIPPED:
        if kind not in _OF_CLASS:
            _OF_CLASS[kind] = _OTHERS.get(f"{home}.{kind.__name__}") or _of_class(kind)
        return _OF_CLASS[kind]
    if kind in _FILES:
        return _FILE
    if package == "pandas" and kind.__name__ in _TABLES:
        return _TABLE if value.size < _LARGE else None
    if package == "torch" and kind.__name__ in ("Tensor", "Parameter"):
        plain = value.layout.__repr__() == "torch.strided" and not value.is_quantized
        return _TENSOR if plain and value.numel() < _LARGE else None
    if package == "numpy" and any(base.__name__ == "ndarray" for base in mro_of(kind)):
        return _ARRAY if value.size < _LARGE else None
    return None


def _size(value: Any, kind: Changing) -> int:
    return int(value.size) if kind is ARRAY else len(value)


def _of_class(kind: Any) -> Changing | None:
    """Return how objects of a class are compared, None where they have nothing to be changed.

    They are made of their attributes and, where they are a kind of list or the like, of what that
    is made of. That they become another class's is a change, too.
    """
    if issubclass(kind, type | ModuleType):
        return None
    line = mro_of(kind)
    if Enum in line:
        return _MEMBER
    if not _FIXED.isdisjoint(line):
        return None
    base = next((CHANGING[one] for one in line if one in CHANGING), None)
    members = [member for one in line for member in dict_of(one).items()]
    slots = [m for name, m in members if type(m) is MemberDescriptorType and name[:2] != "__"]
    if base is None and not (slots or any(name == "__dict__" for name, _ in members)):
        return None
    root = kind if base is None or kind.__module__ in HOLDERS else base.exact

    def parts(value: Any) -> Parts:
        held = [one for pair in attributes_by_name(value).items() for one in pair]
        return [type(value), len(held), *held, *(() if base is None else _within(value, base))]

    def new(parts: Parts) -> Any:
        if base is None and kind.__module__ == "__main__":
            return object.__new__(kind)
        return root.__new__(kind)

    def fill(value: Any, parts: Parts) -> None:
        getattr(value, "__dict__", {}).clear()
        end = 2 + parts[1]
        for name, one in zip(parts[2:end:2], parts[3:end:2], strict=True):
            object.__setattr__(value, name, one)
        if base is not None:
            base.fill(value, parts[end:])

    pairs = 2 if base is None else base.pairs
    return Changing("", kind, parts, new, fill, pairs=pairs, attributes=base is None)


def _within(value: Any, base: Changing) -> Parts:
    """Return what a kind of list or the like holds, whatever methods its class has."""
    if base.exact in (list, set):
        return [*base.exact.__iter__(value)]
    return [value.maxlen, *deque.__iter__(value)] if base.exact is deque else base.parts(value)


def _in_element(value: Any) -> Parts:
    return [value.tag, value.text, value.tail, value.attrib, *value]


def _new_element(parts: Parts) -> Any:
    from xml.etree.ElementTree import Element

    return Element("")


def _fill_element(value: Any, parts: Parts) -> None:
    value.tag, value.text, value.tail, value.attrib, *value[:] = parts


def _in_connection(value: Any) -> Parts:
    """Return what is in a database, and how it gives its rows; nothing once it is closed."""
    try:
        settings = value.row_factory, value.text_factory, value.isolation_level
        return [(*map(mark, settings),), value.serialize()]
    except Exception:
        return []


def _no_other(parts: Parts) -> Any:
    raise TypeError("there is but one")


def _of_own(owner: Any, named: Collection[str]) -> Changing:
    """Return how a class of the tests' is compared: what it answers by, and what is named.

    What it counts by itself is its own affair; and where it has no order, answers may give it one.
    """
    free = _ORDER - dict_of(owner).keys()
    held = [
        name
        for name, one in dict_of(owner).items()
        if (name in named or name == "_member_map_") and not hasattr(type(one), "__get__")
    ]

    def parts(value: Any) -> Parts:
        members = dict_of(value)
        methods = [
            pair
            for pair in members.items()
            if pair[0] not in free and hasattr(type(pair[1]), "__get__")
        ]
        pairs = methods + [(name, members.get(name, _GONE)) for name in held]
        return [value, *(one for pair in pairs for one in pair)]

    return Changing("", None, parts, _no_other, list.extend, pairs=1)


def _of_mock(mock: Any, named: Collection[str]) -> Changing:
    """Return how a mock of the tests' is compared: what they told it to give, and to have.

    What it records, and what it makes when it is asked, is its own affair.
    """
    return _of_what_it_has(mock, _told)


def _of_error(error: Any, named: Collection[str]) -> Changing:
    """Return how an exception of the tests' is compared: its arguments and attributes."""
    return _of_what_it_has(
        error, lambda one: {"args": _ARGUMENTS(one)} | object.__getattribute__(one, "__dict__")
    )


def _of_what_it_has(value: Any, read: Callable[[Any], dict[str, Any]]) -> Changing:
    """Return how one object is compared by what it has now, whatever is added to it."""
    own = [*read(value)]

    def parts(value: Any) -> Parts:
        now = read(value)
        return [value, *(one for name in own for one in (name, now.get(name, _GONE)))]

    return Changing("", None, parts, _no_other, list.extend, pairs=1)


def _told(mock: Any) -> dict[str, Any]:
    """Return what a mock has that is neither a record nor made when it was asked for."""
    held = object.__getattribute__(mock, "__dict__")
    found = {name: one for name, one in held.items() if name[:1] != "_" and name != "method_calls"}
    found |= {name: held[name] for name in _TOLD if not _is_usual(held.get(name))}
    return found | {f"{name}()": one for name, one in held.get("_mock_children", {}).items()}


def _is_usual(value: Any) -> bool:
    """Say whether this is what a mock gives that was told nothing."""
    return value is None or type(value).__name__ == "_SentinelObject" or is_mock(type(value))


def _of_function(function: Any, named: Collection[str]) -> Changing:
    """Return how a function of the tests' is compared: its code, and the attributes it has."""
    held = [*function.__dict__]

    def parts(value: Any) -> Parts:
        pairs = [(name, getattr(value, name)) for name in _IN_FUNCTION]
        pairs += [(name, value.__dict__.get(name, _GONE)) for name in held]
        return [value, *(one for pair in pairs for one in pair)]

    return Changing("", None, parts, _no_other, list.extend, pairs=1)


def clone(value: Any) -> Any:
    """Return a copy of a value whose parts are made anew each time.

    Raises:
        TypeError, ValueError: there is no copy of it.
    """
    if kind_of(value) is not _CONNECTION:
        return deepcopy(value)
    made = type(value)(":memory:", check_same_thread=False)
    made.deserialize(value.serialize())
    made.row_factory, made.text_factory = value.row_factory, value.text_factory
    made.isolation_level = value.isolation_level
    return made


def _in_table(value: Any) -> Parts:
    """Return the columns by their names and places, the index as the first of them."""
    columns = (
        [value]
        if value.ndim == 1
        else [value.iloc[:, place] for place in range(len(value.columns))]
    )
    found: Parts = ["index", _in_column(value.index.to_numpy())]
    seen: Counter[Any] = Counter()
    for name, column in zip(
        value.columns if value.ndim > 1 else [value.name], columns, strict=True
    ):
        key = mark(name)
        seen[key] += 1
        found += [(key, seen[key]), _in_column(column.to_numpy())]
    return found


def _in_array(value: Any) -> Parts:
    """Return what an array of any kind is made of, a mask among it."""
    bare = value.view(sys.modules["numpy"].ndarray)
    numbers = (*map(mark, bare.ravel()),) if value.dtype.hasobject else bare.tobytes()
    mask = getattr(value, "mask", None)
    return [str(value.dtype), value.shape, numbers, None if mask is None else mask.tobytes()]


def _in_tensor(value: Any) -> Parts:
    """Return a tensor's bytes, whatever kind of numbers they are."""
    numbers = value.detach().cpu().contiguous().reshape(-1)
    return [numbers.view(sys.modules["torch"].uint8).numpy().tobytes(), *value.shape]


def _in_column(numbers: Any) -> Any:
    if numbers.dtype.kind in "biuf":
        return numbers.astype("float64").tobytes()  # numbers of another kind are no change
    return (*map(mark, numbers),) if numbers.dtype.hasobject else numbers.tobytes()


_OF_CLASS: dict[type, Changing | None] = {}
_FILES = (io.StringIO, io.BytesIO)
_FILE = Changing(
    "", None, lambda v: [None if v.closed else v.getvalue()], list, list.extend, flat=True
)
_TABLE = Changing("", None, _in_table, list, list.extend, flat=True, pairs=0)
_CONNECTION = Changing("", None, _in_connection, list, list.extend, flat=True)
_GONE = object()
_ARGUMENTS: Any = BaseException.__dict__["args"].__get__
_TOLD = ("_mock_return_value", "_mock_side_effect")
_IN_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__", "__name__", "__doc__",
                "__annotations__")  # fmt: skip
_MEMBER = Changing("", None, lambda v: [type(v), v._name_, v._value_], _no_other, list.extend)
"""A member of an enumeration."""
_NUMBERS = Changing("", None, lambda v: [v.tobytes()], list, list.extend, flat=True)
_QUEUE = Changing("", None, lambda v: [v.qsize()], list, list.extend, flat=True)
_OTHERS = {
    "sqlite3.Connection": _CONNECTION,
    "array.array": _NUMBERS,
    "_queue.SimpleQueue": _QUEUE,
    "sqlite3.Cursor": Changing("", None, lambda v: [v.connection], _no_other, list.extend),
    "xml.etree.ElementTree.Element": Changing("", None, _in_element, _new_element, _fill_element),
}
"""Classes of libraries written in C, by name: their objects have no attributes to be looked up."""
_TENSOR = Changing("", None, _in_tensor, list, list.extend, flat=True)
_ARRAY = Changing("", None, _in_array, list, list.extend, flat=True)
