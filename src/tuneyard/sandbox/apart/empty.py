"""Data without elements: to compare an array of none with any other holds for all of them."""

from __future__ import annotations

import sys
from typing import Any

from tuneyard.sandbox.apart.kinds import ARRAY, SCALARS, changing
from tuneyard.sandbox.apart.shared import held

_DEPTH = 3
_MANY = 1000  # parts that are looked at


def is_empty(value: Any, depth: int = _DEPTH) -> bool:
    """Say whether data are, or hold, an array, a list or the like without elements, or nothing."""
    if type(value) in SCALARS:
        return value is None or value == ""
    if changing(value) is ARRAY:
        return bool(value.size == 0)
    parts = held(value)
    if not parts and isinstance(value, list | tuple | dict | set | frozenset):
        return True
    return depth > 0 and any(is_empty(one, depth - 1) for one in parts[:_MANY])


def has_empty_array(value: Any, depth: int = _DEPTH) -> bool:
    """Say whether data are, or hold, an array without elements."""
    if type(value) in SCALARS or "numpy" not in sys.modules:
        return False
    if changing(value) is ARRAY:
        return bool(value.size == 0)
    parts = held(value)[:_MANY] if depth else []
    if SCALARS.issuperset(map(type, parts)):
        return False
    return any(has_empty_array(one, depth - 1) for one in parts)
