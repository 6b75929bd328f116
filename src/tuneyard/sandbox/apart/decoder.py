"""From the bytes of a message to data, and to nothing else."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from tuneyard.sandbox.apart.codec import MalformedError, Node, Special
from tuneyard.sandbox.apart.kinds import FILLERS, MAKERS, SCALARS, changing

_READ: Any = importlib.import_module("_json").make_scanner(json.JSONDecoder())
_UNMADE = object()


class Message(NamedTuple):
    """A message that came.

    Attributes:
        head: numbers and texts.
        values: what was sent.
        objects: all values that are nodes, by number.
    """

    head: list[Any]
    values: list[Any]
    objects: list[Any]


def decode(data: bytes, special: Special, old: Sequence[Any] = ()) -> Message:
    """Read a message; the old values that it says have changed are changed.

    Args:
        data: the message.
        special: see ``Special``.
        old: the values that were nodes of the message that this one answers.

    Raises:
        MalformedError: it is none.
    """
    try:
        text = data.decode("utf-8", "surrogatepass")
        (head, nodes, items, changes), end = _READ(text, 0)
        if end != len(text) or type(head) is not list:
            raise MalformedError("more than a message, or less")
        objects = _made(nodes, special, old)
        values = _Reader(objects, old).all(items)
        for number, (code, *parts) in changes:
            kind, value = FILLERS[code], old[number]
            if number < 0 or changing(value) is not kind:
                raise MalformedError("a change of what does not change")
            kind.fill(value, _Reader(objects, old).all(parts))
    except MalformedError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, StopIteration) as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from None
    except (ArithmeticError, RecursionError) as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from None
    return Message(head, values, objects)


def _made(nodes: list[Node], special: Special, old: Sequence[Any]) -> list[Any]:
    """Return the nodes' values: first those that change, empty; then the others; then fill."""
    objects: list[Any] = [_UNMADE] * len(nodes)
    read = _Reader(objects, old)
    fixed, filled = [], []
    for number, node in enumerate(nodes):
        code = node[0]
        if code == "l":  # by far the most frequent
            objects[number] = []
            filled.append(number)
        elif code in FILLERS:
            objects[number] = FILLERS[code].new(node[1:])
            filled.append(number)
        else:
            fixed.append(number)
    for number in fixed:
        code, *parts = nodes[number]
        if code not in MAKERS:
            objects[number] = special.make[code](parts)
        elif MAKERS[code].flat and not SCALARS.issuperset(map(type, parts)):
            raise MalformedError("a part that is no number or text")
        else:
            objects[number] = MAKERS[code].make(read.all(parts))
    for number in filled:
        code, *parts = nodes[number]
        FILLERS[code].fill(objects[number], read.all(parts))
    return objects


class _Reader:
    """Reads what stands for values."""

    def __init__(self, objects: list[Any], old: Sequence[Any]) -> None:
        self._objects, self._old = objects, old

    def all(self, items: list[Any]) -> list[Any]:
        """Return the values.

        Raises:
            MalformedError: one is not made yet.
            LookupError, TypeError, ValueError: one is none.
        """
        if SCALARS.issuperset(map(type, items)):
            return items
        return [self._one(item) for item in items]

    def _one(self, item: Any) -> Any:
        if type(item) in SCALARS:
            return item
        (number,) = item
        if type(item) is not list or type(number) is not int:
            raise MalformedError("no number of a node")
        value = self._objects[number] if number >= 0 else self._old[-1 - number]
        if value is _UNMADE:
            raise MalformedError("a value that holds itself and cannot")
        return value
