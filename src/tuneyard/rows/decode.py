"""JSON text to values: Python's own reader, but strict where it guesses and total where it breaks.

A key that stands twice in an object is refused, for one of the two values would be lost. ``NaN``,
``Infinity`` and numbers beyond a float are no JSON; they become None, a missing value, which is
what the tools that write them mean. What would break elsewhere, for it cannot be copied, shown or
written again, is refused here: deep nesting and whole numbers of thousands of digits.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

DEEPEST = 100
"""Levels of lists and objects within one another. Copying and writing take Python's own stack."""

LONGEST = 5_000_000
"""Characters of a row. No model takes as much, and what looks at texts would take minutes."""


class NotTakenError(ValueError):
    """A text is not taken.

    Attributes:
        what: the rest of a sentence that begins with what the text is: "is nested too deeply".
        remedy: what mends it; None: to write JSON.
        value: the part at fault; None: all of it.
        line: where in the text, from 1, as far as it is known.
        column: where in that line, from 1, as far as it is known.
    """

    def __init__(
        self,
        what: str,
        value: str | None = None,
        line: int | None = None,
        column: int | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what, self.value, self.line, self.column = what, value, line, column
        self.remedy = remedy


def decode(text: str) -> Any:
    """Return the one value that a text holds.

    Raises:
        NotTakenError: it is malformed, or holds what is not taken.
    """
    return _taken(text, lambda: _STRICT.decode(text))


def decode_at(text: str, start: int) -> tuple[Any, int]:
    """Return the value that begins at a place of a text, and the place behind it.

    Raises:
        NotTakenError: it is malformed, or holds what is not taken.
    """
    end = start

    def read() -> Any:
        nonlocal end
        value, end = _STRICT.raw_decode(text, start)
        return value

    return _taken(text, read), end


def check_form(text: str) -> Any:
    """Return the value with nothing but its syntax checked; numbers come as their lengths.

    Raises:
        NotTakenError: the text is malformed.
    """
    return _taken(text, lambda: _FORM.decode(text), whole=False)


def finite(number: float) -> float | None:
    """Return a number, or None for what JSON has no word for."""
    return number if math.isfinite(number) else None


def _taken(text: str, read: Callable[[], Any], whole: bool = True) -> Any:
    try:
        value = read()
    except NotTakenError:
        raise
    except json.JSONDecodeError as error:
        # The part of the line around the fault: a file may be one line of megabytes.
        line = text.rfind("\n", 0, error.pos) + 1
        end = text.find("\n", error.pos)
        raise NotTakenError(
            f"is not valid JSON ({error.msg})",
            text[max(line, error.pos - 100) : end if end >= 0 else len(text)],
            error.lineno,
            error.colno,
        ) from None
    except RecursionError:
        raise NotTakenError(_DEEP, remedy=_FLATTEN) from None
    except ValueError:
        limit = sys.get_int_max_str_digits()
        digits = re.search(rf"\d{{{limit + 1}}}", text)
        raise NotTakenError(
            f"holds a whole number of more than {limit:,} digits",
            digits[0] if digits else None,
            text.count("\n", 0, digits.start()) + 1 if digits else None,
            remedy="write it as a text, in quotes, or drop it",
        ) from None
    if whole and _deep(value):
        raise NotTakenError(_DEEP, remedy=_FLATTEN)
    return value


_DEEP = f"is nested too deeply (more than {DEEPEST} levels)"
_FLATTEN = "write what is so deep as a text, or drop it"


def _deep(value: Any) -> bool:
    """Tell whether a value is nested too deeply, level by level: a recursion would be too."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (key, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise NotTakenError("has a key twice in one object", key, remedy="keep one of the two")
    return found


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=lambda text: finite(float(text)),
    parse_constant=lambda text: None,
)
# Numbers are passed over: only the form is asked for.
_FORM = json.JSONDecoder(parse_int=len, parse_float=len)
