"""Marks in a test program: which of its checks are come to, and which are left before their end.

That a test program ends is no proof that it tested: an answer may skip tests, leave them by an
exception that somebody swallows, or give a loop nothing to go through. So marks are put at the
beginning and the end of what holds checks (bodies of functions, loops, ``with`` and ``if``; what
``map`` calls; the elements of a comprehension that compare), and what the reference comes to, an
answer has to come to, too. It is blocks that count, not how often they run: honest answers may take
other ways through a loop. The branches of an ``if`` with an ``else``, of a ``match`` and of a
``try`` are one mark: authors who allow for several kinds of answers have a branch for each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import count
from types import BuiltinFunctionType
from typing import Any, NamedTuple

from tuneyard.sandbox.placing import BEGIN, CALLED, END, EVEN, Marked
from tuneyard.sandbox.source import TESTS


class Reach(NamedTuple):
    """How far a row's tests get with its reference.

    Attributes:
        ended: marks whose end was come to.
        whole: of these, those whose every beginning had its end.
        exit: the line of the tests at which they exit; None: they run to their end; ``ANYWHERE``.
        counts: whether an answer without means to tamper could come to less.
        allows: what would be tampering and is not, since the reference does it.
        plain: whether the reference's objects neither compare nor reckon by methods of their own.
        looks: whether an answer's objects are looked at, though its text shows no reason to.
        shares: names that are the answer's, too, when the tests set them anew.
        errors: names of exceptions that the reference makes.
        tells: names of classes whose objects the reference tells apart (``sandbox.tells``).
        separate: how the tests keep their data as they are, whatever an answer does to them:
            ``COPIES``: it has others, and gives back what it changed of these; ``ORIGINALS``: of
            what it gives back the tests see their own. A function that may change some of them
            has those, and what else it changes is put back. An empty text: they do not.
    """

    ended: Sequence[int]
    whole: Sequence[int]
    exit: int | None
    counts: bool
    allows: Sequence[str] = ()
    shares: Sequence[str] = ()
    plain: bool = False
    looks: bool = False
    errors: Sequence[str] = ()
    tells: Sequence[str] = ()
    separate: str = ""

    def named(self, what: str) -> list[str]:
        """Return the names in those of ``allows`` that begin with ``CHANGES`` or another."""
        return [one.removeprefix(what) for one in self.allows if one.startswith(what)]


CHANGES = "changes in "
"""How an entry of ``Reach.allows`` begins that names a function which changes its tests' data."""
DOUBTS = "doubted: "
"""One that names a reason to doubt an answer, which its reference gives, too."""
READS = "reads "
"""One that names a file of its tests that it reads (see ``readings``)."""
EMPTY = "empty from "
"""And one that names a function which gives something without elements."""
NAN = "gives NaN"
"""The entry that says that it gives NaN, or nothing."""
HOLLOW = "gives an array without elements, and the reference does not"
COPIES, ORIGINALS = "copies", "originals"
ANYWHERE = -1
TRY = "try"
"""In the place of a ``Reach``: find out."""
UNRULED = Reach((), (), ANYWHERE, False)
"""Of programs that are not judged."""
EMPTIED = UNRULED._replace(allows=(EMPTY + "*",))
"""Of those that the tests should fail for what they check, whatever they themselves make."""


class Marks:
    """Counts what one run of a test program comes to.

    Args:
        marked: the marks that are in it.
        guarded: only the tests themselves may count; for answers that could find the counters.
    """

    def __init__(self, marked: Marked, guarded: bool) -> None:
        self._marked = marked
        self._begun = [count() for _ in marked.lines]
        self._ended = [count() for _ in marked.lines]
        self.helpers = _helpers(self._begun, self._ended, guarded)

    def reach(self, exit: int | None) -> Reach:
        """Return how far the tests got; once, after they ran."""
        begun, ended = self._counts()
        reached = [mark for mark, number in enumerate(ended) if number]
        whole = [
            mark for mark in reached if ended[mark] == begun[mark] and mark not in self._marked.open
        ]
        open_marks = {*reached} - self._marked.certain
        return Reach(reached, whole, exit, bool(open_marks))

    def judge(self, wanted: Reach | None) -> None:
        """Refuse a run that did not come to what the reference comes to; once, after it.

        Args:
            wanted: None: there is no reference. Then something must be come to, if there is
                anything, and a test that begins must end.

        Raises:
            AssertionError: it did not.
        """
        begun, ended = self._counts()
        if wanted is not None:
            missed = [mark for mark in wanted.ended if not ended[mark]]
            left = [mark for mark in wanted.whole if begun[mark] != ended[mark]]
        else:
            checking = [] if self._marked.checks_first else self._marked.checking
            missed = [] if any(ended[mark] for mark in checking) else checking
            left = [mark for mark in self._marked.tests if begun[mark] != ended[mark]]
        lines = self._marked.lines
        if missed:
            raise AssertionError(
                f"the tests end without what they check on line {lines[missed[0]]}"
            )
        if left:
            raise AssertionError(f"the tests leave what they check on line {lines[left[0]]} undone")

    def _counts(self) -> tuple[list[int], list[int]]:
        return [next(one) for one in self._begun], [next(one) for one in self._ended]


def _helpers(begun: list[Any], ended: list[Any], guarded: bool) -> dict[str, Any]:
    """Return the functions that the marks call, by name. ``next`` of a count is safe in threads."""
    step, tests, get_frame, size = next, TESTS, sys._getframe, len
    plain = (BuiltinFunctionType, type, type(None))
    sized, exact, pair = frozenset((list, tuple, str, bytes, range, dict, set)), type, zip

    def checked(function: Callable[..., Any]) -> Callable[..., Any]:
        if not guarded:
            return function

        def helper(mark: int, *values: Any) -> Any:
            if get_frame(1).f_code.co_filename != tests:
                raise RuntimeError
            return function(mark, *values)

        return helper

    def begin(mark: int) -> None:
        step(begun[mark])

    def end(mark: int, value: Any = None) -> Any:
        step(ended[mark])
        return value

    def called(mark: int, function: Any) -> Any:
        if exact(function) in plain:
            return function

        def call(*arguments: Any) -> Any:
            step(begun[mark])
            value = function(*arguments)
            step(ended[mark])
            return value

        return call

    def even(mark: int, *values: Any) -> Any:
        step(begun[mark])
        if size({size(one) for one in values if exact(one) in sized}) < 2:
            step(ended[mark])
        return pair(*values)

    functions = ((BEGIN, begin), (END, end), (CALLED, called), (EVEN, even))
    return {name: checked(function) for name, function in functions}
