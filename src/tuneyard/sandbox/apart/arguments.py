"""Finds out whether an answer that runs beside its tests changes what they give it."""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Collection
from types import CodeType
from typing import Any

from tuneyard.sandbox.apart.kinds import KINDS, SCALARS, changing
from tuneyard.sandbox.apart.shared import Shared
from tuneyard.sandbox.capability import walk
from tuneyard.sandbox.source import words

_CHANGES = words(
    """append appendleft extend extendleft insert remove pop popleft popitem clear sort reverse rotate
    update add discard setdefault subtract move_to_end intersection_update difference_update
    symmetric_difference_update heapify heappush heappop heappushpop heapreplace insort insort_left
    insort_right shuffle setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior
    ipow irshift isub itruediv ixor default_factory"""
)
_STORES = {dis.opmap.get(name, -1) for name in ("STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE")}
_REST = words("__name__ __main__ __init__ __doc__")
_RECKONS = dis.opmap.get("BINARY_OP", -1)
_IN_PLACE = 13  # the first of its arguments that means an assignment such as +=
_LATER = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_LAZY = words("map filter starmap takewhile dropwhile filterfalse accumulate groupby zip_longest")


def may_change(program: CodeType) -> bool:
    """Say whether an answer's code could change a list or the like that it is given."""
    for code in walk(program):
        names = code.co_names
        if not _CHANGES.isdisjoint(names) or any(n[:2] == "__" and n not in _REST for n in names):
            return True
        raw = code.co_code
        if not _STORES.isdisjoint(raw[::2]):
            return True
        place = raw.find(_RECKONS)
        while place >= 0:
            if place % 2 == 0 and raw[place + 1] >= _IN_PLACE:
                return True
            place = raw.find(_RECKONS, place + 1)
    return False


class Arguments:
    """What the functions of one answer are given.

    Args:
        program: the answer's code.
        allowed: names of functions that may change it.

    Attributes:
        changed: whether another has.
    """

    def __init__(self, program: CodeType, allowed: Collection[str]) -> None:
        self.changed = False
        self._allowed = frozenset(allowed)
        self._held = Shared()
        self._later = any(
            code.co_flags & _LATER or not _LAZY.isdisjoint(code.co_names) for code in walk(program)
        )

    def watched(self, name: str, value: Any) -> Any:
        """Return what calls a function and looks at what it was given; others as they are."""
        if not callable(value) or isinstance(value, type):
            return value
        return self._watched(name, value)

    def end(self) -> None:
        """Look once more at what may have been changed since."""
        self._look(blamed=self._later)

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        free = name in self._allowed

        @functools.wraps(function, updated=())
        def call(*positional: Any, **named: Any) -> Any:
            if SCALARS.issuperset(map(type, positional)) and not named:
                return function(*positional)
            self._look(blamed=self._later)
            self._held.sweep()
            self._hold([*positional, *named.values()])
            try:
                return function(*positional, **named)
            finally:
                self._look(blamed=not free)

        return call

    def _look(self, *, blamed: bool) -> None:
        for number, _, parts in self._held.changed():
            self.changed = self.changed or blamed
            self._held.know(number, parts)
            self._hold(parts)

    def _hold(self, values: list[Any]) -> None:
        todo = [values]
        while todo:
            for value in todo.pop():
                if type(value) in SCALARS or self._held.number(value) is not None:
                    continue
                change = changing(value)
                kind = KINDS.get(type(value)) if change is None else None
                if change is not None:
                    parts = change.parts(value)
                    self._held.know(self._held.add(value, change), parts)
                elif kind is not None and not kind.flat:
                    parts = kind.parts(value)
                else:
                    continue
                if not SCALARS.issuperset(map(type, parts)):
                    todo.append(parts)
