"""From data to the bytes of a message."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any, NoReturn

from tuneyard.sandbox.apart.codec import Node, NotDataError, Special
from tuneyard.sandbox.apart.kinds import (
    KINDS,
    NAMED,
    SCALARS,
    TYPES,
    VIEW,
    Changing,
    changing,
    named_parts,
)
from tuneyard.sandbox.apart.plain import plain
from tuneyard.sandbox.apart.shared import Shared, parts_of

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
        shared: what both sides have, which grows by what is sent.
        gone: numbers of what this side has no more.
    """

    def __init__(self, special: Special, shared: Shared, gone: Sequence[int] = ()) -> None:
        self._special = special
        self._shared = shared
        self._gone = gone
        self._first = shared.count
        self._nodes: list[Node] = []
        self._todo: list[tuple[int, Any, Changing]] = []
        self._plains: dict[int, tuple[Any, Any]] = {}

    def message(self, head: list[Any], values: Sequence[Any]) -> bytes:
        """Return the message's bytes.

        Raises:
            NotDataError: a value cannot cross.
        """
        try:
            changed = [*self._shared.changed()]
            items = self._items(values)
            changes: list[Any] = []
            for number, kind, parts in changed:
                changes.append([number, [kind.code, *self._items(parts)]])
                self._shared.know(number, parts)
            self._fill()
            text = write([head, self._nodes, items, changes, self._gone])
            return text.encode("utf-8", "surrogatepass")
        except RecursionError:
            raise NotDataError("data that are nested too deeply") from None

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
        number = self._shared.number(value)
        if number is not None:
            return [number]
        change = changing(value)
        if change is not None:
            return self._add_changing(value, change)
        kind = KINDS.get(exact)
        if kind is not None and (exact is not type or TYPES.get(value.__name__) is value):
            return self._add(value, [kind.code, *self._items(kind.parts(value))])
        lenient = self._special.lenient(value)
        parts = named_parts(value) if lenient else None
        if parts is not None:
            return self._add(value, [NAMED.code, *self._items(list(parts))])
        if id(value) in self._plains:
            return self._plains[id(value)][0]
        item = self._plain(value) if lenient else None
        if item is not None:
            return item
        node = self._special.node(value)
        if node is None:
            raise NotDataError(f"an object of type {type(value).__name__} is no plain data")
        return self._add(value, node)

    def _plain(self, value: Any) -> Any:
        """Return what stands for the plain value in another, None where there is none."""
        if type(value) in _VIEWS:
            name = _VIEWS[type(value)]
            held = dict.fromkeys(value) if name == "keys" else value
            held = dict(enumerate(held) if name == "values" else held)
            return self._add(value, [VIEW.code, name, self._item(held)])
        found = plain(value)
        if found is value:
            return None
        change = changing(found)
        if change is not None and isinstance(value, type(found)):
            return self._add_changing(value, change)
        item = self._item(found)
        self._plains[id(value)] = item, value  # kept, so that no other gets its id
        return item

    def _add(self, value: Any, node: Node) -> list[int]:
        self._nodes.append(node)
        return [self._shared.add(value)]

    def _add_changing(self, value: Any, kind: Changing) -> list[int]:
        self._nodes.append([])
        number = self._shared.add(value, kind)
        self._todo.append((number, value, kind))
        return [number]

    def _fill(self) -> None:
        while self._todo:
            number, value, kind = self._todo.pop()
            parts = parts_of(value, kind)
            self._nodes[number - self._first] = [kind.code, *self._items(parts)]
            self._shared.know(number, parts)
