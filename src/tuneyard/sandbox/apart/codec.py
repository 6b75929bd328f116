"""Plain data as bytes and back: the one thing that crosses between an answer and its tests.

A message is JSON: a head of numbers and texts, *nodes*, the values, changes of values that were
sent before, and the numbers of such as this side has no more. None, truth values, numbers and
texts stand as they are; whatever else is a node ``[code, part, …]`` and is named by its number,
``[3]``, so that what is one object stays one, and may hold itself. Nodes are numbered through all
messages of both sides (``shared``).

The other side is taken to be hostile. Nothing is read by means that could run a program, all that
is made is of the exact classes in ``kinds``, and what is malformed is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Node = list[Any]


class NotDataError(TypeError):
    """A value cannot cross: it is no plain data."""


class MalformedError(ValueError):
    """A message is none."""


class ReshapedError(MalformedError):
    """A value is changed as none can be that crosses; the message says what was done to it."""


class Special(NamedTuple):
    """What crosses besides plain data: a side's own things, which the other side only names.

    Attributes:
        node: returns the node of a value, None where it is none of its own.
        make: returns what the other side's node stands for.
        lenient: says of a value of a subclass, a numpy number and their like whether it goes as
            the plain one in it.
    """

    node: Callable[[Any], Node | None]
    make: dict[str, Callable[[list[Any]], Any]]
    lenient: Callable[[Any], bool]
