"""Finds objects that are equal, or close, to whatever they are compared with.

What a test sees of an answer passes through ``Inspector.look`` (see `tuneyard.sandbox.rewrite`). An
object of a class that compares in Python is held against values that nobody can foresee: of a type
it does not know, and random numbers, texts and lists. No honest object is equal to all of a kind.
Objects of built-in classes, and containers of them, pass by a look at their types.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from operator import contains, eq, ge, gt, le, lt, ne
from typing import Any, NoReturn

from tuneyard.sandbox.asking import Says, States, anew, lies, states
from tuneyard.sandbox.guard import ForgedError
from tuneyard.sandbox.parts import (
    PLAIN,
    attributes,
    by_iterating,
    dict_of,
    elements,
    given_to,
    holds_others,
    is_empty_table,
    mro_of,
)
from tuneyard.sandbox.plain import plain
from tuneyard.sandbox.rewrite import (
    BOTH,
    CALLS,
    EQUAL,
    GLANCE,
    LOOK,
    MEMBER,
    OPERAND,
    OWNER,
    UNEQUAL,
)
from tuneyard.sandbox.source import words
from tuneyard.sandbox.strange_kinds import StrangeKinds, is_answers, is_mock
from tuneyard.sandbox.strangers import (
    Nothing,
    blank,
    fails,
    groups,
    holds,
    is_near,
    is_near_reversed,
    rounds_to_nought,
)

_COMPARING = words(
    """index count remove discard issubset issuperset isdisjoint
    __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__"""
)
_CONTAINERS = (list, tuple, dict, set, frozenset)
_BUDGET = 100_000  # elements looked at in one value
_DEPTH = 12
_OFTEN = 30  # objects of one class that are all held against strangers; of more, a random part

REASON = "an object that is equal to everything"


class Inspector:
    """Looks at values on their way from an answer to its tests.

    Args:
        trusted: whether the class of an ``id`` was loaded before the answer.
        forged: receives ``REASON``.
        asked: the names that the tests use.
        source: the answer's text.
        looks: whether to look at values at all.
        strict: the reference's objects do not compare or reckon by methods of their own.
        known: numbers and texts in the tests, which an answer may guess.

    Attributes:
        also: what else to look at, whenever a value comes by.
        owner: what an object goes through whose method is called.
        calls: what goes through that is called.
        emptied: whether a table without elements came by.
        emptied_any: or a list or the like.
    """

    def __init__(
        self,
        trusted: Callable[[int], bool],
        forged: list[str],
        asked: Collection[str],
        source: str,
        *,
        looks: bool,
        strict: bool,
        known: Sequence[Any] = (),
    ) -> None:
        self._known = known
        self._forged = forged
        self._kinds = StrangeKinds(trusted, asked, source, self._found)
        self.also: Callable[[], None] | None = None
        self.owner: Callable[[Any, str], Any] = lambda value, name: value
        self.calls: Callable[[Any, str], Any] = lambda function, name: function
        self.emptied = self.emptied_any = False
        self._probed: dict[int, int] = {}
        self._busy = not looks
        self._strict = strict
        self._random = random.Random(os.urandom(16))

    @property
    def helpers(self) -> dict[str, Callable[..., Any]]:
        """The functions that rewritten tests call, by name."""
        return {
            LOOK: self.look,
            GLANCE: self.glance,
            OPERAND: self.operand,
            BOTH: self.both,
            EQUAL: self.equal,
            UNEQUAL: self.unequal,
            MEMBER: self.member,
            OWNER: self.owned,
            CALLS: self.calls,
        }

    def look(self, value: Any) -> Any:
        """Return the value; a wildcard is noted and refused.

        Raises:
            ForgedError: it is, or holds, a wildcard.
        """
        if self.also is not None:
            self.also()
        if id(type(value)) not in PLAIN and not self._busy:
            self._busy = True
            try:
                self._examine([value])
            finally:
                self._busy = False
        return value

    def glance(self, value: Any) -> Any:
        """Return a value; see ``look``. Containers were gone through when they came."""
        kind = type(value)
        return value if kind in _CONTAINERS else self.look(value)

    def operand(self, value: Any) -> Any:
        """Return a value that is compared or reckoned with; see ``look``.

        Where the reference's objects do neither by methods of their own, a kind of number, text or
        container is the plain one.
        """
        self.look(value)
        if self._strict and id(type(value)) not in PLAIN and not self._busy:
            return plain(value, self._is_strange, _DEPTH)
        return value

    def _is_strange(self, value: Any) -> bool:
        """Say whether an object compares as an answer likes; a mock's calls do so as they must."""
        return self._kinds.is_strange(value) and not self._kinds.is_trusted(value)

    def owned(self, value: Any, name: str) -> Any:
        """Return an object whose method is called; what that compares is looked at before.

        Such as what a list of the tests' own was given, or what a mock has recorded.
        """
        value = self.owner(value, name)
        if not self._busy and (name in _COMPARING or name[:7] == "assert_"):
            self._busy = True
            try:
                self._examine(given_to(value))
            finally:
                self._busy = False
        return value

    def equal(self, left: Any, right: Any) -> Any:
        """Return ``left == right``; where that holds by a method of an answer's, ask again."""
        before = self._states(left, right)
        result = left == right
        if result is True and not self._busy:
            self._ask_within(left, right, before=before)
        return result

    def unequal(self, left: Any, right: Any) -> Any:
        """Return ``left != right``; see ``equal``."""
        before = self._states(left, right)
        result = left != right
        if result is False and not self._busy:
            self._ask_within(left, right, fails, ne, before)
        return result

    def member(self, left: Any, right: Any) -> Any:
        """Return ``left in right``; see ``equal``."""
        before = self._states(left, right)
        result = left in right
        if result and not self._busy and self._kinds.is_strange(left):
            for one in islice(elements(right), _OFTEN):
                if holds(eq, left, one):
                    self._ask_within(left, one, before=before)
        return result

    def both(self, left: Any, right: Any) -> tuple[Any, Any]:
        """Return two values that the tests' framework compares."""
        left, right = self.operand(left), self.operand(right)
        if id(type(left)) not in PLAIN or id(type(right)) not in PLAIN:
            self.equal(left, right)
        return left, right

    def _states(self, *values: Any) -> States:
        return {} if self._busy else states(values, self._kinds.is_strange)

    def _ask_within(
        self,
        left: Any,
        right: Any,
        says: Says = holds,
        question: Any = eq,
        before: States | None = None,
    ) -> None:
        todo, budget = [(left, right)], 1000
        while todo and budget:
            left, right = todo.pop()
            budget -= 1
            if id(type(left)) in PLAIN and id(type(right)) in PLAIN:
                continue
            if self._kinds.is_strange(left) or self._kinds.is_strange(right):
                self._ask_again(left, right, says, question, before or {})
            elif type(left) is type(right) and type(left) in (list, tuple):
                todo.extend(zip(left, right, strict=False))
            elif type(left) is type(right) is dict:
                todo.extend((one, right[key]) for key, one in left.items() if key in right)
            elif not (self._kinds.is_trusted(left) and self._kinds.is_trusted(right)):
                self._ask_bare(left, right)

    def _ask_bare(self, left: Any, right: Any) -> None:
        """Compare what sets and mappings of an answer's own kind give, which they may count amiss.

        Raises:
            ForgedError: it is not equal, though they are said to be, or holds a wildcard.
        """
        bare = by_iterating(left, right)
        if bare is not None and not holds(eq, *map(self.look, bare)):
            self._found()

    def _ask_again(self, left: Any, right: Any, says: Says, question: Any, before: States) -> None:
        for one, other in ((left, right), (right, left)):
            if self._kinds.is_strange(one) and lies(
                one,
                other,
                self._random,
                strict=self._strict,
                says=says,
                question=question,
                known=self._known,
                anew=anew(*before[id(one)]) if id(one) in before else None,
            ):
                self._found()

    def _examine(self, values: list[Any]) -> None:
        budget, depth, seen = _BUDGET, 0, set[int]()
        while values and depth < _DEPTH:
            inner: list[Any] = []
            for value in values:
                kind = type(value)
                if id(kind) in PLAIN or id(value) in seen:
                    continue
                seen.add(id(value))
                if self._kinds.is_strange(value):
                    self._probe(value)
                    inner.extend(attributes(value))
                elif not self._kinds.is_trusted(value) or holds_others(kind):
                    inner.extend(attributes(value))
                parts = [*elements(value)]
                if not parts:
                    self.emptied = self.emptied or is_empty_table(value)
                    self.emptied_any = self.emptied_any or kind in _CONTAINERS
                budget -= len(parts)
                if budget < 0:
                    return
                if not PLAIN.issuperset(map(id, map(type, parts))):
                    inner.extend(parts)
            values, depth = inner, depth + 1

    def _probe(self, value: Any) -> None:
        nothing, draw = Nothing(), self._random
        count = self._probed[id(type(value))] = self._probed.get(id(type(value)), 0) + 1
        if count > _OFTEN and draw.random() > _OFTEN / count:
            return
        if holds(eq, value, nothing) or fails(ne, value, nothing):
            self._found()
        other = None if is_mock(type(value)) else blank(value)
        if other is not None and holds(eq, value, other):
            self._found()
        strict = self._strict and is_answers(value)
        if strict:
            same = plain(value, self._is_strange, 1)
            if same is not value and lies(value, same, draw, strict=True, known=self._known):
                self._found()
        if strict and any(
            holds(eq, value, one) and lies(value, one, draw, strict=True, known=self._known)
            for one in self._known
        ):
            self._found()
        contain = any("__contains__" in dict_of(base) for base in mro_of(type(value)))
        more = [] if strict else [nothing]
        for group in groups(draw):
            if (
                all(holds(eq, value, other) for other in group)
                or all(fails(ne, value, other) for other in group)
                or (contain and all(holds(contains, value, other) for other in (*more, *group)))
            ):
                self._found()
        low, high = -(10 ** draw.randint(20, 30)), 10 ** draw.randint(20, 30)
        below = holds(lt, value, low), holds(le, value, low)
        above = holds(gt, value, high), holds(ge, value, high)
        if (any(below) and any(above)) or (strict and any((*below, *above))):
            self._found()
        numbers = [draw.uniform(-1e6, 1e6) for _ in range(3)]
        for close in (is_near, is_near_reversed, rounds_to_nought, math.isclose):
            if all(holds(close, value, other) for other in numbers):
                self._found()

    def _found(self) -> NoReturn:
        self._forged.append(REASON)
        raise ForgedError(REASON)
