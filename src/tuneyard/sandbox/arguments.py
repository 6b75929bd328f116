"""Finds out whether an answer that runs beside its tests changes what they give it.

Nothing is compared by methods of an answer's, or of its tests': lists and the like by what objects
they hold, objects of the tests' classes by their attributes, arrays by their bytes.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Collection, Iterable
from types import CodeType
from typing import Any

from tuneyard.sandbox.apart.kinds import CHANGING, KINDS, SCALARS, Changing, Parts
from tuneyard.sandbox.apart.shared import Shared, parts_of
from tuneyard.sandbox.capability import imported, names_in, walk
from tuneyard.sandbox.changeable import Kinds
from tuneyard.sandbox.extras import Extras, only, without
from tuneyard.sandbox.imports import Import
from tuneyard.sandbox.licences import LATER, Licence, places
from tuneyard.sandbox.pending import Pending
from tuneyard.sandbox.reached import reached
from tuneyard.sandbox.source import words
from tuneyard.sandbox.ways import ADDS, BECOMES, REMOVES, SETS, ways

_CHANGES = words(
    """append appendleft extend extendleft insert remove pop popleft popitem clear sort reverse
    rotate update add discard setdefault subtract move_to_end intersection_update difference_update
    symmetric_difference_update heapify heappush heappop heappushpop heapreplace insort insort_left
    insort_right shuffle setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior
    ipow irshift isub itruediv ixor default_factory
    fill resize put partition byteswap setfield setflags itemset copyto place putmask fill_diagonal
    put_along_axis at write writelines truncate"""
)
_SETTINGS = words("out inplace")
"""Named arguments that say where numpy's, torch's and pandas's functions put what they find."""
_STORES = {dis.opmap.get(name, -1) for name in ("STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE")}
_FRAMES = words(
    """_getframe _getframemodulename currentframe stack trace getouterframes extract_stack
    format_stack walk_stack f_back findCaller stacklevel settrace setprofile"""
)
_ASKED = words("inspect logging sys traceback warnings")
"""Modules of which one asks for them: others call something of their own so."""
_FAMILIAR = words(
    """__future__ abc bisect cmath collections copy dataclasses decimal enum fractions functools
    heapq itertools json math numbers numpy operator pandas pytest random re statistics string sys
    textwrap time torch types typing unicodedata unittest datetime pprint solution"""
)
"""Modules whose objects are changed by what ``_CHANGES`` names, if at all."""
_REST = words("__name__ __main__ __doc__")
_RECKONS = dis.opmap.get("BINARY_OP", -1)
_IN_PLACE = 13  # the first of its arguments that means an assignment such as +=
_LATER = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_LAZY = words("map filter starmap takewhile dropwhile filterfalse accumulate groupby zip_longest")
_GOES_ON = words(
    """__enter__ __exit__ __aenter__ __aexit__ __next__ __anext__ __del__ Thread Timer
    ThreadPoolExecutor start_new_thread"""
)
"""Names by which a program's classes and threads act while none of its functions is called."""


def shows_frames(program: CodeType) -> bool:
    """Say whether an answer may care who calls it: where it is watched, another does."""
    if not any(name.partition(".")[0] in _ASKED for name in imported(program)):
        return False
    for code in walk(program):
        names = [one for one in code.co_consts if type(one) is tuple]
        if not _FRAMES.isdisjoint(code.co_names) or any("stacklevel" in one for one in names):
            return True
    return False


def may_change(program: CodeType) -> bool:
    """Say whether an answer's code could change a list or the like that it is given."""
    for code in walk(program):
        names = code.co_names
        if not _CHANGES.isdisjoint(names) or any(name[-1:] == "_" != name[0] for name in names):
            return True  # torch's functions that change a tensor end so
        named = (one for one in code.co_consts if type(one) is tuple)
        if any(not _SETTINGS.isdisjoint(one) for one in named):
            return True
        if (
            code.co_flags & inspect.CO_OPTIMIZED
            and any(  # a function's, which defines no methods
                name[:2] == "__" and name not in _REST for name in names
            )
        ):
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


_MOST = 5_000_000  # parts: some tenths of a second
_MANY = 50_000  # values of one call


def has_others(tests: CodeType, imports: Iterable[Import]) -> bool:
    """Say whether tests may have objects that are changed by calls of whatever name.

    Args:
        imports: what they count on their reference to import.
    """
    asked = names_in(tests)
    modules = imported(tests).union(one[1] for one in imports if one[0] in asked)
    return not {name.partition(".")[0] for name in modules} <= _FAMILIAR


class Arguments:
    """What the functions of one answer are given.

    Args:
        program: the answer's code.
        allowed: what the reference changes, as ``changed`` says it.
        put_back: what else is changed becomes what it was.
        extras: attributes that the tests cannot see.
        reference: whether this is the reference: what changes while none of its functions is
            called may be its doing, where it has what acts then. So may the same be an answer's.

    Attributes:
        changed: what else was changed: the name of the function, ``METHOD``, or ``LATER`` where
            it was after a call, and in which way (see ``ways``).
        spoilt: of these, what could not be put back.

    What tests hold is gone through at each call: after ``_MOST`` parts nothing is looked at any
    more, so that many calls with many data do not take an answer's time.
    """

    def __init__(
        self,
        program: CodeType,
        allowed: Collection[str],
        *,
        put_back: bool = False,
        extras: Extras | None = None,
        reference: bool = False,
    ) -> None:
        self.changed: set[str] = set()
        self.spoilt: set[str] = set()
        self._licence = Licence(allowed)
        self._places: dict[int, str] = {}
        self._puts_back = put_back
        self._extras = extras or Extras(None)
        self._held = Shared()
        self._kinds = Kinds(program)
        self._left = _MOST
        self._seen: set[tuple[int, int]] = set()
        self._led: dict[int, Any] = {}  # kept, so that no other gets its id
        lazy = any(
            code.co_flags & _LATER or not _LAZY.isdisjoint(code.co_names) for code in walk(program)
        )
        goes_on = reference and any(
            not _GOES_ON.isdisjoint(code.co_names) for code in walk(program)
        )
        self._pending = Pending(ever=goes_on) if lazy or goes_on else None
        self._names: dict[str, Any] = {}

    def begin(self, names: dict[str, Any]) -> None:
        """Take the names of an answer that has run, and is to be called."""
        self._names = names
        self._note(())

    def end(self) -> None:
        """Look once more at what may have been changed since."""
        self._look(blamed=bool(self._pending))

    def calls(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls a function by a name, and looks at what it was given."""

        def call(*positional: Any, **named: Any) -> Any:
            if self._left < 0:
                return function(*positional, **named)
            self._look(blamed=bool(self._pending))
            self._held.sweep()
            given = [*positional, *named.values()]
            if not SCALARS.issuperset(map(type, given)):
                self._hold(given)
            self._places = places(given, self._held.number)
            own = getattr(function, "__self__", None)
            result = None
            try:
                result = function(*positional, **named)
            finally:
                self._look(name=name)
                self._note((result, own))
            return result

        return call

    def _note(self, roots: Iterable[Any]) -> None:
        """Note what of the answer may run from now on, besides what is called."""
        if self._pending is not None:
            self._pending.note((*roots, *self._names.values()))

    def _look(self, *, blamed: bool = True, name: str = LATER) -> None:
        self._left -= self._held.weight
        if self._left < 0:
            return
        changes = []
        for number, kind, parts in self._held.changed():
            if blamed:
                known = self._held.known(number) or []
                own: Parts = []
                if kind.attributes:
                    extra = self._extras.find(self._held.value(number), known, parts)
                    known, own = without(known, extra), only(parts, extra)
                    parts = without(parts, extra)
                at = self._places.get(number, "") if name != LATER else ""
                found = {
                    f"{name} {way}{at}" for way in ways(kind, known, parts, within=self._within)
                }
                wrong = {one for one in found if not self._licence.allows(one)}
                self.changed |= wrong
                if wrong and self._puts_back:
                    self._put_back(number, kind, known, parts, own, name, at)
                    if kind.flat or not (kind.attributes or wrong == found):
                        self.spoilt |= wrong
                parts = parts_of(self._held.value(number), kind)
            changes.append((number, parts))
        self._seen.clear()
        for number, parts in changes:
            self._held.know(number, parts)
            self._hold(parts)

    def _within(self, old: Any, new: Any) -> set[str] | None:
        """Compare a list or an object with another in its place: as it was, with as that is."""
        if type(old) in SCALARS or type(new) is not type(old):
            return None
        kind = CHANGING.get(type(old)) or self._kinds(old)
        if kind is None or kind.flat or not (kind.code or kind.attributes):
            return None
        if (id(old), id(new)) in self._seen:  # what holds itself, or is compared already
            return set()
        self._seen.add((id(old), id(new)))
        number = self._held.number(old)
        known = None if number is None else self._held.known(number)
        before = kind.parts(old) if known is None else known
        after = kind.parts(new)
        if kind.attributes:
            extra = self._extras.of(old) | self._extras.of(new)
            before, after = without(before, extra), without(after, extra)
        self._left -= len(after)
        return {*ways(kind, before, after, within=self._within)}

    def _put_back(
        self,
        number: int,
        kind: Changing,
        known: Parts,
        parts: Parts,
        own: Parts,
        name: str,
        at: str,
    ) -> None:
        """Make a value what it was; an object in those attributes alone that may not be changed."""
        value = self._held.value(number)
        if kind.flat:
            return
        if kind.attributes:
            if known[0] is not parts[0] and not self._licence.allows(f"{name} {BECOMES}{at}"):
                object.__setattr__(value, "__class__", known[0])
            known = [*self._mixed(known, parts, name, at), *own]
            known[1] += len(own)
        kind.fill(value, known)

    def _mixed(self, known: Parts, parts: Parts, name: str, at: str) -> Parts:
        """Return an object's attributes as they are, where they may be so, else as they were."""
        was = dict(zip(known[2::2], known[3::2], strict=True))
        now = dict(zip(parts[2::2], parts[3::2], strict=True))
        found = {}
        for attribute in {**was, **now}:
            if attribute not in was:
                ways_of: Iterable[str] = (ADDS,)
            elif attribute not in now:
                ways_of = (REMOVES,)
            elif was[attribute] is now[attribute]:
                ways_of = ()
            else:
                self._seen.clear()
                within = self._within(was[attribute], now[attribute])
                ways_of = (SETS,) if within is None else within
            may_be = all(self._licence.allows(f"{name} {way}{at}") for way in ways_of)
            source = now if may_be else was
            if attribute in source:
                found[attribute] = source[attribute]
        return [known[0], 2 * len(found), *(one for pair in found.items() for one in pair)]

    def _hold(self, values: list[Any]) -> None:
        todo, first = [values], self._held.count
        while todo:
            for value in todo.pop():
                if type(value) in SCALARS or self._held.number(value) is not None:
                    continue
                if self._held.count - first > _MANY:
                    return
                if leads := reached(value):
                    if id(value) in self._led:
                        continue
                    self._led[id(value)] = value
                    todo.append(leads)
                change = self._kinds(value)
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
