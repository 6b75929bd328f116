"""Exceptions of an answer's own, by which tests tell what it refuses from what it gets wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tuneyard.sandbox.parts import mro_of

_BROAD = (
    *(BaseException, Exception, AttributeError, NameError, UnboundLocalError, NotImplementedError),
    AssertionError,
)
"""What a program raises that is not finished, or its tests where it is wrong."""
_MISHAPS = (
    AssertionError,
    AttributeError,
    NameError,
    TypeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
)
_takes = type.__dict__["__subclasscheck__"]

REASON = "an exception that stands for others"


def made(names: dict[str, Any], home: str) -> Iterator[str]:
    """Yield the names of a module's exceptions that it made itself."""
    for name, value in names.items():
        if isinstance(value, type) and BaseException in mro_of(value) and value.__module__ == home:
            yield name


def make_own(names: dict[str, Any], wanted: Collection[str], home: str) -> None:
    """Give a module exceptions of its own, where it has a broad one of Python's by their names.

    Such a one would be raised by any mishap. What the module raises by the name is the new one.

    Args:
        names: the module's.
        wanted: names of exceptions.
        home: the module's name.
    """
    for name in wanted:
        value = names.get(name)
        if type(value) is tuple or any(value is one for one in _BROAD):
            base = value if isinstance(value, type) else Exception
            names[name] = type(name, (base,), {"__module__": home})


def lies(value: Any) -> bool:
    """Say whether an exception says of others that they are of its kind, and they are not."""
    if not isinstance(value, type) or type(value) is type or BaseException not in mro_of(value):
        return False
    for one in _MISHAPS:
        try:
            if issubclass(one, value) is not _takes(value, one):
                return True
        except Exception:
            return True
    return False
