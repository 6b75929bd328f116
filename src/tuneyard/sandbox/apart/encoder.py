"""From data to the bytes of a message."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any, NoReturn

from tuneyard.sandbox.apart.codec import Node, NotDataError, Special
from tuneyard.sandbox.apart.kinds import (
    KINDS,
    MAKERS,
    NAMED,
    SCALARS,
    TYPES,
    VIEW,
    changing,
    named_parts,
)
from tuneyard.sandbox.apart.plain import plain

_LARGE = 1 << 2000  # integers from here on are nodes: Python refuses to read long decimal ones
_ATOMS = SCALARS - {int}
_VIEWS = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}


def _refuse(value: object) -> NoReturn:
    raise NotDataError(f"{type(value).__name__} is no JSON")


# In C, and made early: an answer may change the module ``json`` for its own ends.
_WRITE = importlib.import_module("_json").make_encoder(
    None, _refuse, json.encoder.encode_basestring, None, ":", ",", False, False, True
)


def write(value: Any) -> str:
    """Return JSON."""
    return "".join(_WRITE(value, 0))


class Encoder:
    """Makes one message.

    Args:
        special: see ``Special``.
        old: the values that were nodes of the message that this one answers.
    """

    def __init__(self, special: Special, old: Sequence[Any] = ()) -> None:
        self._special = special
        self._numbers = {id(value): -1 - number for number, value in enumerate(old)}
        self._old = old
        self._nodes: list[Node] = []
        self._todo: list[int] = []
        self.objects: list[Any] = []

    def message(
        self, head: list[Any], values: Sequence[Any], changes: Sequence[tuple[int, Node]] = ()
    ) -> bytes:
        """Return the message's bytes.

        Raises:
            NotDataError: a value cannot cross.
        """
        try:
            items = self._items(values)
            self._fill()
            return write([head, self._nodes, items, changes]).encode("utf-8", "surrogatepass")
        except RecursionError:
            raise NotDataError("data that are nested too deeply") from None

    def states(self) -> dict[int, Node]:
        """Return the nodes of all old values that may change, as they are now."""
        found = {}
        try:
            for number, value in enumerate(self._old):
                kind = changing(value)
                if kind is not None:
                    found[number] = [kind.code, *self._items(kind.parts(value))]
            self._fill()
        except RecursionError:
            raise NotDataError("data that are nested too deeply") from None
        return found

    def _items(self, values: Sequence[Any]) -> list[Any]:
        kinds = set(map(type, values))
        if kinds <= SCALARS:
            whole = [value for value in values if type(value) is int] if int in kinds else (0,)
            if min(whole) > -_LARGE and max(whole) < _LARGE:
                return [*values]
        return [self._item(value) for value in values]

    def _item(self, value: Any) -> Any:
        exact = type(value)
        if exact in _ATOMS or (exact is int and -_LARGE < value < _LARGE):
            return value
        number = self._numbers.get(id(value))
        if number is not None:
            return [number]
        if changing(value) is not None:
            self._todo.append(len(self._nodes))
            return [self._add(value, [])]
        kind = KINDS.get(exact)
        if kind is not None and (exact is not type or TYPES.get(value.__name__) is value):
            return [self._add(value, [kind.code, *self._items(kind.parts(value))])]
        lenient = self._special.lenient(value)
        parts = named_parts(value) if lenient else None
        if parts is not None:
            return [self._add(value, [NAMED.code, *self._items(list(parts))])]
        item = self._plain(value) if lenient else None
        if item is not None:
            return item
        node = self._special.node(value)
        if node is None:
            raise NotDataError(f"an object of type {type(value).__name__} is no plain data")
        return [self._add(value, node)]

    def _plain(self, value: Any) -> Any:
        """Return what stands for the plain value in another, None where there is none."""
        if type(value) in _VIEWS:
            name = _VIEWS[type(value)]
            held = dict.fromkeys(value) if name == "keys" else value
            held = dict(enumerate(held) if name == "values" else held)
            return [self._add(value, [VIEW.code, name, self._item(held)])]
        found = plain(value)
        if found is value:
            return None
        item = self._item(found)
        if type(item) is list:  # it is one object still
            self._numbers[id(value)] = item[0]
            self.objects.append(value)  # kept, so that no other gets its id
            self._nodes.append([MAKERS["e"].code])
        return item

    def _add(self, value: Any, node: Node) -> int:
        number = len(self._nodes)
        self._numbers[id(value)] = number
        self._nodes.append(node)
        self.objects.append(value)
        return number

    def _fill(self) -> None:
        while self._todo:
            number = self._todo.pop()
            value = self.objects[number]
            kind = changing(value)
            assert kind is not None
            self._nodes[number] = [kind.code, *self._items(kind.parts(value))]
