"""The kinds of values that tests give an answer which runs beside them, and which it may change."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any

from tuneyard.sandbox.apart.kinds import ARRAY, Changing, Parts, changing
from tuneyard.sandbox.parts import HOLDERS, attributes_by_name, dict_of, mro_of

_LARGE = 1_000_000  # elements of an array that is compared
_TABLES = ("DataFrame", "Series")


def kind_of(value: Any) -> Changing | None:
    """Return of what kind a value of the tests' is that an answer may change, None: of none."""
    found = changing(value)
    if found is not None:
        return found if not found.flat or _size(value, found) < _LARGE else None
    kind = type(value)
    if kind.__module__ in ("__main__", *HOLDERS):
        if kind not in _OF_CLASS:
            _OF_CLASS[kind] = _of_class(kind)
        return _OF_CLASS[kind]
    if kind in _FILES:
        return _FILE
    package = kind.__module__.partition(".")[0]
    if package == "pandas" and kind.__name__ in _TABLES:
        return _TABLE if value.size < _LARGE else None
    if package == "torch" and kind.__name__ == "Tensor":
        plain = value.layout.__repr__() == "torch.strided" and value.numel() < _LARGE
        return _TENSOR if plain and value.dtype.is_floating_point else None
    return None


def _size(value: Any, kind: Changing) -> int:
    return int(value.size) if kind is ARRAY else len(value)


def _of_class(kind: type) -> Changing | None:
    """Return how objects of a class are compared that have attributes, None where they have none.

    That they become another class's is a change, too.
    """
    members = [member for base in mro_of(kind) for member in dict_of(base).items()]
    slots = [m for name, m in members if type(m) is MemberDescriptorType and name[:2] != "__"]
    if issubclass(kind, type) or not (slots or any(name == "__dict__" for name, _ in members)):
        return None

    def parts(value: Any) -> Parts:
        held = attributes_by_name(value)
        return [type(value), *(one for pair in held.items() for one in pair)]

    return Changing("", kind, parts, _blank(kind), _fill)


def _blank(kind: Any) -> Callable[[Parts], Any]:
    return lambda _: (kind if kind.__module__ in HOLDERS else object).__new__(kind)


def _fill(value: Any, parts: Parts) -> None:
    getattr(value, "__dict__", {}).clear()
    for name, one in zip(parts[1::2], parts[2::2], strict=True):
        object.__setattr__(value, name, one)


def _in_table(value: Any) -> Parts:
    columns = (
        [value]
        if value.ndim == 1
        else [value.iloc[:, place] for place in range(len(value.columns))]
    )
    found: Parts = [*value.index, *(value.columns if value.ndim > 1 else [value.name])]
    for column in columns:
        numbers = column.to_numpy()
        found += [*numbers] if numbers.dtype.hasobject else [numbers.tobytes(), str(numbers.dtype)]
    return found


_OF_CLASS: dict[type, Changing | None] = {}
_FILES = (io.StringIO, io.BytesIO)
_FILE = Changing(
    "", None, lambda v: [None if v.closed else v.getvalue()], list, list.extend, flat=True
)
_TABLE = Changing("", None, _in_table, list, list.extend, flat=True)
_TENSOR = Changing(
    "", None, lambda v: [v.detach().cpu().numpy().tobytes(), *v.shape], list, list.extend, flat=True
)
