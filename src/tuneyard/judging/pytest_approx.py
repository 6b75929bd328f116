"""Numbers that are equal to what is near them, alone and in collections."""

from __future__ import annotations

import builtins
import math
from collections.abc import Mapping
from decimal import Decimal
from numbers import Complex
from typing import Any

_RELATIVE, _ABSOLUTE = 1e-6, 1e-12


class approx:  # noqa: N801 - pytest's name
    """A number, or a collection of them, that is equal to what is near it.

    Args:
        expected: a number, a sequence, a mapping or an array, which may hold others.
        rel: the tolerance as a share of what is expected; 1e-6 where nothing is said.
        abs: the tolerance itself; alone it is the only one.
        nan_ok: whether no number is equal to no number.
    """

    __array_ufunc__ = None
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False):
        for name, value in (("rel", rel), ("abs", abs)):
            if value is not None and value != value:
                raise ValueError(f"{name} is no number")
            if isinstance(value, int | float) and value < 0:
                raise ValueError(f"{name} is negative: {value}")
        if isinstance(expected, set | frozenset):
            raise TypeError("approx() of a set: its members have no order to compare them in")
        self._expected, self._rel, self._abs, self._nan_ok = expected, rel, abs, nan_ok

    def __eq__(self, actual: Any) -> bool:
        expected = _listed(self._expected)
        if _is_array(actual) and not _is_array(self._expected) and _is_number(expected):
            # Every number of an array, of any shape; one that has none is near nothing.
            return bool(actual.size) and all(self._near(expected, one) for one in actual.ravel())
        return self._equal(expected, _listed(actual))

    def __repr__(self) -> str:
        return f"approx({self._expected!r})"

    def _equal(self, expected: Any, actual: Any) -> bool:
        if isinstance(expected, Mapping):
            return (
                isinstance(actual, Mapping)
                and expected.keys() == actual.keys()
                and all(self._equal(_listed(expected[key]), _listed(actual[key])) for key in actual)
            )
        if _is_sequence(expected):
            return (
                _is_sequence(actual)
                and len(actual) == len(expected)
                and all(
                    self._equal(_listed(one), _listed(other))
                    for one, other in zip(expected, actual, strict=True)
                )
            )
        return self._near(expected, actual)

    def _near(self, expected: Any, actual: Any) -> bool:
        if _is_bool(expected) and not _is_bool(actual):
            return False
        if expected is actual or bool(expected == actual):
            return True
        if _is_number(expected) and _is_number(actual):
            if expected != expected:
                return bool(self._nan_ok) and actual != actual
            size = builtins.abs(expected)
            if math.isinf(size) or math.isinf(builtins.abs(actual)):
                return False
            limit = self._limit(size)
        elif self._abs is not None:  # dates, and whatever has a distance
            limit = self._abs
        else:
            return False
        try:
            return bool(builtins.abs(expected - actual) <= limit)
        except TypeError:
            return False

    def _limit(self, size: Any) -> Any:
        relative = self._rel
        if relative is None:
            if self._abs is not None:
                return _as(self._abs, size)
            relative = _RELATIVE
        absolute = _ABSOLUTE if self._abs is None else self._abs
        return max(_as(relative, size) * size, _as(absolute, size))


def _as(number: Any, other: Any) -> Any:
    """Return a tolerance as a number that can be multiplied with another."""
    return Decimal(str(number)) if isinstance(other, Decimal) else number


def _is_bool(value: Any) -> bool:
    return type(value).__name__ in ("bool", "bool_")  # numpy's, too


def _listed(value: Any) -> Any:
    """Return an array as lists; anything else as it is."""
    return value.tolist() if _is_array(value) else value


def _is_array(value: Any) -> bool:
    return all(hasattr(value, name) for name in ("tolist", "shape", "ravel"))


def _is_number(value: Any) -> bool:
    return isinstance(value, Complex | Decimal)


def _is_sequence(value: Any) -> bool:
    return (
        hasattr(value, "__getitem__")
        and hasattr(value, "__len__")
        and not isinstance(value, str | bytes | bytearray | Mapping)
    )
