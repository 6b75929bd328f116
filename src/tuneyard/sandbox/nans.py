"""Answers that give NaN, which no comparison holds against them: ``abs(f(x) - y) > eps`` is false.

Where a reference never gives one, an answer that does has no result.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from math import isinf
from types import CodeType
from typing import Any

from tuneyard.sandbox.apart.kinds import ARRAY, SCALARS, changing
from tuneyard.sandbox.apart.shared import held
from tuneyard.sandbox.capability import walk
from tuneyard.sandbox.source import words

REASON = "gives NaN, and the reference does not"
_DEPTH, _MANY = 3, 1000
_NAMES = words("nan nanj inf infj infty NaN NAN Inf Infinity")
_TEXT = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\s*", re.IGNORECASE)
_MENTIONS = re.compile(r"\b(?:nanj?|inf|infinity)\b|\de\d{3}", re.IGNORECASE)


def may_make(program: CodeType) -> bool:
    """Say whether a program that imports no numbers of others may make NaN: it names what does."""
    for code in walk(program):
        if not _NAMES.isdisjoint(code.co_names):
            return True
        for one in code.co_consts:
            if (type(one) is float and (isinf(one) or one != one)) or (
                type(one) is str and _TEXT.fullmatch(one)
            ):
                return True
    return False


def mentions(tests: str) -> bool:
    """Say whether tests may give NaN to what they test."""
    return _MENTIONS.search(tests) is not None


def is_nan(value: Any, depth: int = _DEPTH) -> bool:
    """Say whether data are NaN, or a list, a mapping or an array that holds it."""
    kind = type(value)
    if kind is float or kind is complex:
        return bool(value != value)
    if kind in SCALARS:
        return False
    if changing(value) is ARRAY:
        return value.dtype.kind in "fc" and bool((value != value).any())
    if kind.__module__ == "numpy" and isinstance(value, float | complex):
        return bool(value != value)
    if kind.__name__ == "Tensor" and kind.__module__ == "torch" and "torch" in sys.modules:
        return bool((value != value).any())
    return depth > 0 and any(is_nan(one, depth - 1) for one in held(value)[:_MANY])


class Nans:
    """Looks at what the functions of one answer give.

    Args:
        allowed: names of those that give NaN, or nothing, with the reference; None: this is it.

    Attributes:
        found: the names of the others that did.
    """

    def __init__(self, allowed: Collection[str] | None) -> None:
        self.found: set[str] = set()
        self._allowed = frozenset(allowed or ())
        self._trying = allowed is None

    def see(self, name: str, value: Any) -> None:
        """Look at what a function gives."""
        if name in self._allowed:
            return
        if is_nan(value) or (self._trying and value is None):
            self.found.add(name)

    def calls(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls a function by a name, and looks at what it gives."""

        def call(*positional: Any, **named: Any) -> Any:
            result = function(*positional, **named)
            self.see(name, result)
            return result

        return call

    def judge(self) -> None:
        """Refuse an answer that gave NaN; once, after its tests.

        Raises:
            AssertionError: it did.
        """
        if self.found and not self._trying:
            raise AssertionError(REASON)
