"""Plain data as bytes and back: the one thing that crosses between an answer and its tests.

A message is JSON: a head of numbers and texts, *nodes*, the values, and changes of values that
were sent before. None, truth values, numbers and texts stand as they are; whatever else is a node
``[code, part, …]`` and is named by its number, ``[3]``, so that what is one object stays one, and
may hold itself. A negative number names a node of the message that is answered: ``[-1]`` its first.

The other side is taken to be hostile. Nothing is read by means that could run a program, all that
is made is of the exact classes in ``kinds``, and what is malformed is refused.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

from tuneyard.sandbox.apart.kinds import (
    FILLERS,
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
_UNMADE = object()

Node = list[Any]


class NotDataError(TypeError):
    """A value cannot cross: it is no plain data."""


class MalformedError(ValueError):
    """A message is none."""


def _refuse(value: object) -> NoReturn:
    raise NotDataError(f"{type(value).__name__} is no JSON")


# In C, and made early: an answer may change the module ``json`` for its own ends.
_WRITE = importlib.import_module("_json").make_encoder(
    None, _refuse, json.encoder.encode_basestring, None, ":", ",", False, False, True
)
_READ: Any = importlib.import_module("_json").make_scanner(json.JSONDecoder())


def write(value: Any) -> str:
    """Return JSON."""
    return "".join(_WRITE(value, 0))


class Special(NamedTuple):
    """What crosses besides plain data: a side's own things, which the other side only names.

    Attributes:
        node: returns the node of a value, None where it is none of its own.
        make: returns what the other side's node stands for.
        lenient: whether a value of a subclass, or a numpy number, goes as the plain one in it.
    """

    node: Callable[[Any], Node | None]
    make: dict[str, Callable[[list[Any]], Any]]
    lenient: bool


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
        parts = named_parts(value)
        if parts is not None:
            return [self._add(value, [NAMED.code, *self._items(list(parts))])]
        item = self._plain(value) if self._special.lenient else None
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
