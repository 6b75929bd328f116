"""From the bytes of a message to data, and to nothing else."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tuneyard.sandbox.apart.codec import MalformedError, Node, Special
from tuneyard.sandbox.apart.kinds import FILLERS, MAKERS, SCALARS
from tuneyard.sandbox.apart.shared import UNMADE, Shared
from tuneyard.sandbox.ways import mark, ways

_READ: Any = importlib.import_module("_json").make_scanner(json.JSONDecoder())


class Message(NamedTuple):
    """A message that came.

    Attributes:
        head: numbers and texts.
        values: what was sent.
    """

    head: list[Any]
    values: list[Any]


def decode(
    data: bytes,
    special: Special,
    shared: Shared,
    changes_come: Callable[[dict[int, set[str]]], None] | None = None,
) -> Message:
    """Read a message; the values that it says have changed are changed.

    Args:
        data: the message.
        special: see ``Special``.
        shared: what both sides have, which grows by what is read.
        changes_come: takes the numbers of what is another now, and in which ways, before it is
            changed.

    Raises:
        MalformedError: it is none.
    """
    try:
        text = data.decode("utf-8", "surrogatepass")
        (head, nodes, items, changes, gone), end = _READ(text, 0)
        if end != len(text) or type(head) is not list or type(items) is not list:
            raise MalformedError("more than a message, or less")
        shared.forget(gone)
        for number, (code, *_) in changes:
            if shared.kind(number) is not FILLERS[code]:
                raise MalformedError("a change of what does not change")
        if changes and changes_come is not None:
            compare = _Changes(shared, nodes)
            others = {n: compare.ways(n, parts) for n, (_, *parts) in changes}
            changes_come({n: found for n, found in others.items() if found})
        _make(nodes, special, shared)
        read = _Reader(shared)
        for number, (code, *parts) in changes:
            made = read.all(parts)
            FILLERS[code].fill(shared.value(number), made)
            shared.know(number, made)
        values = read.all(items)
    except MalformedError:
        raise
    except StopIteration:  # which is how Python's reader ends
        raise MalformedError("it is no JSON") from None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from None
    except (ArithmeticError, RecursionError) as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from None
    return Message(head, values)


class _Changes:
    """In which ways values change that a message makes others of.

    Args:
        shared: what both sides have before it.
        nodes: what it adds to that.
    """

    def __init__(self, shared: Shared, nodes: list[Node]) -> None:
        self._shared, self._nodes, self._first = shared, nodes, shared.count
        self._marks = shared.mark, _mark
        self._seen: set[tuple[int, int]] = set()

    def ways(self, number: int, parts: list[Any]) -> set[str]:
        """Return in which ways a value changes that will be made of such parts."""
        kind = self._shared.kind(number)
        assert kind is not None
        known: list[Any] = self._shared.known(number) or []
        return {*ways(kind, known, parts, within=self._within, marks=self._marks)}

    def _within(self, old: Any, new: Any) -> set[str] | None:
        """Compare a value with a new one in its place."""
        number = self._shared.number(old)
        if number is None or type(new) in SCALARS or not self._first <= new[0]:
            return None
        code, *parts = self._nodes[new[0] - self._first]
        if FILLERS.get(code) is not self._shared.kind(number) or code not in FILLERS:
            return None
        if (number, new[0]) in self._seen:  # what holds itself
            return set()
        self._seen.add((number, new[0]))
        return self.ways(number, parts)


def _mark(item: Any) -> Any:
    return mark(item) if type(item) in SCALARS else (*item,)


def _make(nodes: list[Node], special: Special, shared: Shared) -> None:
    """Make the nodes' values: first those that change, empty; then the others; then fill."""
    first = shared.count
    read = _Reader(shared)
    fixed, filled = [], []
    for number, node in enumerate(nodes, first):
        kind = FILLERS.get(node[0])
        if kind is not None:
            shared.add(kind.new(node[1:]), kind)
            filled.append(number)
        else:
            shared.add(UNMADE)
            fixed.append(number)
    for number in fixed:
        code, *parts = nodes[number - first]
        if code not in MAKERS:
            value = special.make[code](parts)
        elif MAKERS[code].flat and not SCALARS.issuperset(map(type, parts)):
            raise MalformedError("a part that is no number or text")
        else:
            value = MAKERS[code].make(read.all(parts))
        shared.put(number, value)
    for number in filled:
        code, *parts = nodes[number - first]
        made = read.all(parts)
        FILLERS[code].fill(shared.value(number), made)
        shared.know(number, made)


class _Reader:
    """Reads what stands for values."""

    def __init__(self, shared: Shared) -> None:
        self._value = shared.value

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
        value = self._value(number)
        if value is UNMADE:
            raise MalformedError("a value that holds itself and cannot")
        return value
