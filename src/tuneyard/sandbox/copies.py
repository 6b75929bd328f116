"""Calls an answer's functions with copies of what their tests have, so that these keep theirs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from types import CodeType
from typing import Any
from weakref import getweakrefcount

from tuneyard.sandbox.apart.kinds import Changing, Parts
from tuneyard.sandbox.apart.shared import held, parts_of, same
from tuneyard.sandbox.arguments import Arguments
from tuneyard.sandbox.changeable import Kinds, clone
from tuneyard.sandbox.extras import Extras, only
from tuneyard.sandbox.licences import LATER, Licence
from tuneyard.sandbox.reached import reached

_MOST = 100_000  # values that are copied for one call
_HOLD = (list, tuple, dict, set, frozenset, deque)

Copied = tuple[Any, Changing | None, Parts]
"""What an answer has of a value: a copy, or the value; of what kind it is, and was made."""


class Copies:
    """The copies of one run.

    What an answer gives back and has not changed is what its tests have, not the copy.

    Args:
        program: the answer's code.
        allowed: what the reference changes (see ``Arguments``): such functions get what the tests
            have, and what else they change of it is put back.
        extras: attributes that the tests cannot see: they have them all the same, for the
            answer to find again.
        originals: what it has changed is not the copy either.

    Attributes:
        changed: names of functions that changed what cannot be copied.
    """

    def __init__(
        self,
        program: CodeType,
        allowed: Collection[str],
        extras: Extras,
        *,
        originals: bool,
    ) -> None:
        self.changed: set[str] = set()
        self._allowed = Licence(allowed).names
        self._given = Arguments(program, allowed, put_back=True, extras=extras)
        self._extras = extras
        self._no_copies = originals
        self._kinds = Kinds(program)
        self._originals: dict[int, Any] = {}
        self._copies: list[Any] = []  # kept, so that no other gets its id

    def begin(self, names: dict[str, Any]) -> None:
        """See ``Arguments``."""
        self._given.begin(names)

    def calls(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls a function by a name, with copies."""
        if name in self._allowed or LATER in self._allowed:
            return self._given.calls(name, function)
        return lambda *given, **named: self._call(name, function, given, named)

    @property
    def spoilt(self) -> bool:
        """Whether something was changed that could not be kept from the tests."""
        return bool(self.changed or self._given.spoilt)

    def _call(
        self, name: str, function: Callable[..., Any], given: tuple[Any, ...], named: Any
    ) -> Any:
        copied: dict[int, Copied] = {}
        try:
            arguments = [self._copy(one, copied) for one in given]
            more = {name: self._copy(one, copied) for name, one in named.items()}
        except RecursionError:  # long chains of objects
            copied.clear()
            arguments, more = [*given], named
            self._keep([*given, *named.values()], copied)
        try:
            result = function(*arguments, **more)
            self._give_extras(copied)
            changed = set() if self._no_copies else self._changed(copied)
            return self._back(result, changed, set())
        finally:
            self._copies.append(copied)
            if any(key == id(one[0]) and _differs(one) for key, one in copied.items()):
                self.changed.add(name)

    def _copy(self, value: Any, copied: dict[int, Copied]) -> Any:
        """Return the copy of a value of the tests', the value where there is none."""
        if id(value) in copied:
            return copied[id(value)][0]
        kind = self._kinds(value)
        if leads := reached(value):
            self._keep(leads, copied)
        if (kind is None and type(value) is not tuple) or len(copied) > _MOST:
            return value
        if kind is None:
            parts = [self._copy(one, copied) for one in value]
            made: Any = (*parts,)
        else:
            parts = parts_of(value, kind)
            if not kind.flat and getweakrefcount(value):  # who has one would not find the copy
                self._keep([value], copied)
                return value
            try:
                made = clone(value) if kind.flat else kind.new(parts)
            except Exception:  # handles, and what else there can be but one of
                self._keep([value], copied)
                return value
            if not kind.flat:
                copied[id(value)] = made, kind, []
                parts = [self._copy(one, copied) for one in parts]
                kind.fill(made, parts)
        copied[id(value)] = made, kind, parts
        self._originals[id(made)] = value
        self._copies.append((made, value))
        return made

    def _give_extras(self, copied: dict[int, Copied]) -> None:
        """Give what the tests have the attributes that only the answer knows of."""
        for key, (made, kind, parts) in [*copied.items()]:
            if kind is None or not kind.attributes:
                continue
            now = parts_of(made, kind)
            value = self._originals.get(id(made), made)
            extra = self._extras.find(value, parts, now)
            if not extra:
                continue
            own = only(now, extra)
            copied[key] = made, kind, _merged(now, parts, extra)
            if made is value:
                continue
            for name in {*parts[2::2]} & extra - {*own[::2]}:
                object.__delattr__(value, name)
            for name, one in zip(own[::2], own[1::2], strict=True):
                self._make_own(one, copied, set())
                object.__setattr__(value, name, self._back(one, set(), set()))

    def _make_own(self, value: Any, copied: dict[int, Copied], seen: set[int]) -> None:
        """Let lists and the like be the answer's own, whatever they are copies of."""
        if type(value) not in _HOLD or id(value) in seen:
            return
        seen.add(id(value))
        if id(value) in self._originals:
            copied.pop(id(self._originals.pop(id(value))), None)
        for one in held(value):
            self._make_own(one, copied, seen)

    def _changed(self, copied: dict[int, Copied]) -> set[int]:
        """Return the ``id`` of all copies that were changed, or hold such."""
        found = {id(one[0]) for one in copied.values() if _differs(one)}
        size = 0
        while found and size < len(found):
            size = len(found)
            for made, kind, _ in copied.values():
                parts = held(made) if kind is None else parts_of(made, kind)
                if not found.isdisjoint(map(id, parts)):
                    found.add(id(made))
        return found

    def _back(self, value: Any, changed: set[int], seen: set[int]) -> Any:
        """Return a value with what the tests have in the place of copies of it."""
        if id(value) not in changed and id(value) in self._originals:
            return self._originals[id(value)]
        kind = type(value)
        if kind not in _HOLD or id(value) in seen:
            return value
        seen.add(id(value))
        if kind is dict:
            pairs = [*value.items()]
            others = [tuple(self._back(one, changed, seen) for one in pair) for pair in pairs]
            if any(one is not old for p, q in zip(others, pairs, strict=True)
                   for one, old in zip(p, q, strict=True)):  # fmt: skip
                value.clear()
                value.update(others)
            return value
        parts = [self._back(one, changed, seen) for one in value]
        if all(one is other for one, other in zip(parts, value, strict=True)):
            return value
        if kind in (tuple, frozenset):
            return kind(parts)
        value.clear()
        value.update(parts) if kind is set else value.extend(parts)
        return value

    def _keep(self, todo: list[Any], copied: dict[int, Copied]) -> None:
        """Note values that cannot be copied, and all within them, as what an answer has."""
        seen = set[int]()
        while todo and len(copied) < _MOST:
            one = todo.pop()
            kind = self._kinds(one)
            if kind is not None and id(one) not in copied:
                parts = parts_of(one, kind)
                copied[id(one)] = one, kind, parts
                todo += parts
            elif type(one) is tuple:
                todo += one
            elif id(one) not in seen and (leads := reached(one)):
                seen.add(id(one))
                todo += leads


def _merged(now: Parts, before: Parts, extra: set[str]) -> Parts:
    """Return an object's parts as they were, but for some attributes, in the order they are in."""
    old = dict(zip(before[2::2], before[3::2], strict=True))
    new = dict(zip(now[2::2], now[3::2], strict=True))
    names = [name for name in new if name in extra or name in old]
    names += [name for name in old if name not in new and name not in extra]
    pairs = [one for name in names for one in (name, new[name] if name in extra else old[name])]
    return [before[0], len(pairs), *pairs]


def _differs(copied: Copied) -> bool:
    made, kind, parts = copied
    return kind is not None and not same(kind, parts_of(made, kind), parts)
