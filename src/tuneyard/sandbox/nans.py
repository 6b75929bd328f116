"""Answers that give NaN, which no comparison holds against them: ``abs(f(x) - y) > eps`` is false.
Places of an array that are masked, and missing values of a table, are of the kind.

Where a reference never gives one, an answer that does has no result.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
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
_LIBRARIES = re.compile(r"\b(?:numpy|pandas|torch)\b")
_MENTIONS = re.compile(r"\b(?:nanj?|inf|infinity)\b|\de\d{3}", re.IGNORECASE)


def may_make(program: CodeType) -> bool:
    """Say whether a program that imports no numbers of others may make NaN, by what it names."""
    for code in walk(program):
        if not _NAMES.isdisjoint(code.co_names):
            return True
        for one in code.co_consts:
            if (type(one) is float and (isinf(one) or one != one)) or (
                type(one) is str and _TEXT.fullmatch(one)
            ):
                return True
    return False


def may_hold(tests: str) -> bool:
    """Say whether tests have arrays or tables, in whose methods a place may be left without one."""
    return _LIBRARIES.search(tests) is not None


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
    package = kind.__module__.partition(".")[0] if type(kind.__module__) is str else ""
    if changing(value) is ARRAY or (package == "numpy" and isinstance(value, _numpy().generic)):
        return value.dtype.kind in "fc" and bool((value != value).any())
    if package == "numpy" and kind.__name__ in ("MaskedArray", "MaskedConstant"):
        return bool(_numpy().ma.getmaskarray(value).any()) or is_nan(value.data)
    if package == "pandas" and hasattr(kind, "isna"):  # a table, a column, an array, an index
        return bool(_numpy().asarray(value.isna()).any())
    if package == "pandas" and kind.__name__ in ("NAType", "NaTType"):
        return True
    if package == "torch" and kind.__name__ == "Tensor":
        return bool((value != value).any())
    return depth > 0 and any(is_nan(one, depth - 1) for one in held(value)[:_MANY])


def _numpy() -> Any:
    return sys.modules["numpy"]


class Nans:
    """Looks at what the functions of one answer give.

    Args:
        trying: this is the reference, and that it gives nothing counts, too.

    Attributes:
        found: whether one gave NaN.
    """

    def __init__(self, *, trying: bool) -> None:
        self.found = False
        self._trying = trying

    def see(self, value: Any) -> None:
        """Look at what a function gives."""
        self.found = self.found or is_nan(value) or (self._trying and value is None)

    def calls(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls a function, and looks at what it gives."""

        def call(*positional: Any, **named: Any) -> Any:
            result = function(*positional, **named)
            self.see(result)
            return result

        return call

    def judge(self) -> None:
        """Refuse an answer that gave NaN; once, after its tests.

        Raises:
            AssertionError: it did.
        """
        if self.found and not self._trying:
            raise AssertionError(REASON)
