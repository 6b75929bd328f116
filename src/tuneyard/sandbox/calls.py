"""What is looked at of the calls that tests make of an answer that runs beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from tuneyard.sandbox.arguments import Arguments, may_change, shows_frames
from tuneyard.sandbox.capability import Capability
from tuneyard.sandbox.copies import Copies
from tuneyard.sandbox.extras import Extras
from tuneyard.sandbox.licences import METHOD
from tuneyard.sandbox.marks import ANYWHERE, CHANGES, NAN, ORIGINALS, READS, Reach
from tuneyard.sandbox.nans import Nans, may_hold, may_make, mentions
from tuneyard.sandbox.outside import Outside, concerns
from tuneyard.sandbox.readings import Readings, may_read_later
from tuneyard.sandbox.source import PROGRAM
from tuneyard.sandbox.tells import Made

SPOILS = "changes what is its tests', and the reference does not"
_METHODS = (MethodType, BuiltinFunctionType)
_EQUAL = re.compile(r"==|!=|assert\w*Equal|\bin\b")


class Calls:
    """The calls of one run.

    Args:
        program: the answer's code.
        can: what it can do.
        tests: the text of the tests.
        others: whether they may have objects that calls of whatever name change.
        wanted: how far they have to get; None: there is no reference that would tell.
        trying: the answer is the reference.

    Attributes:
        matter: whether there is anything to look at.
        changed: what was changed that is the tests', and may not be; see ``Arguments`` and
            ``Outside``.
        told_apart: names of classes whose objects differ as their arguments do, of a reference.
        alike: whether there is a class whose objects do not, and should.
    """

    def __init__(
        self,
        program: CodeType,
        can: Capability,
        tests: str,
        others: bool,
        wanted: Reach | None,
        trying: bool,
    ) -> None:
        self.changed: list[str] = []
        self.told_apart: list[str] = []
        self.alike = False
        self._given: Arguments | Copies | None = None
        self._outside: Outside | None = None
        self._reads: Readings | None = None
        self._made: Made | None = None
        self._nans: Nans | None = None
        self._names: dict[str, Any] = {}
        self._trying = trying
        looks = trying or (wanted is not None and wanted.exit != ANYWHERE)
        if wanted is not None and looks and not shows_frames(program):
            told = None if trying else wanted
            self._given = _given(program, can, tests, others, told)
            if concerns(tests):
                self._reads = Readings(tests, None if told is None else told.named(READS))
                if trying and may_read_later(program):
                    self._reads.lose()
                changes = [] if told is None else told.named(CHANGES)
                self._outside = Outside(changes, reads=self._reads)
            if (can.operates if trying else wanted.tells) and _EQUAL.search(tests):
                self._made = Made(None if trying else wanted.tells)
            may_be = told is not None and NAN in told.allows
            if not may_be and (
                not can.harmless
                or may_make(program)
                or may_hold(tests)
                or (trying and mentions(tests))
            ):
                self._nans = Nans(trying=trying)
        self._put_back = isinstance(self._given, Copies)
        self.matter = any(one is not None for one in self._parts())

    def _parts(self) -> tuple[object, ...]:
        return self._given, self._outside, self._made, self._nans

    @property
    def gives_nan(self) -> bool:
        """Whether it gives NaN, or nothing, of a reference."""
        return self._nans is not None and self._nans.found

    @property
    def reads(self) -> list[str]:
        """Which of its tests' files a reference reads (see ``Readings``)."""
        return [] if self._reads is None else self._reads.all

    def of(self, answer: ModuleType) -> Callable[[Any, str], Any]:
        """Return what goes through what tests call, with its name, and gives what is called."""
        given, made, home, program = self._given, self._made, answer.__name__, PROGRAM
        outside, put_back, nans = self._outside, self._put_back, self._nans
        if outside is not None:
            outside.begin()
        if given is not None:
            given.begin(answer.__dict__)
        self._names = answer.__dict__
        own = {id(one) for one in answer.__dict__.values() if not isinstance(one, type)}

        def calls(function: Any, name: str) -> Any:
            kind = type(function)
            if (
                id(function) in own
                or (kind is FunctionType and function.__code__.co_filename == program)
                or (kind in _METHODS and type(function.__self__).__module__ == home)
                or getattr(function if isinstance(function, type) else kind, "__module__", 0)
                == home
            ):
                is_method = kind in _METHODS and id(function) not in own
                if made is not None:
                    function = made.calls(name, function)
                if nans is not None and callable(function) and not isinstance(function, type):
                    function = nans.calls(name, function)
                if given is not None and callable(function):
                    function = given.calls(METHOD if is_method else name, function)
                if outside is not None and callable(function):
                    function = outside.calls(function, put_back=put_back)
            return function

        return calls if self.matter else lambda function, name: function

    def end(self) -> None:
        """Find out what the attributes say; once, after the tests.

        Raises:
            AssertionError: the tests' data could not be kept as they are, it gave NaN, or it read
                what its reference does not.
        """
        if self._nans is not None:
            self._nans.judge()
        if isinstance(self._given, Arguments):
            self._given.end()
        found = [one.changed for one in (self._given, self._outside) if one is not None]
        self.changed = sorted({one for each in found for one in each})
        if isinstance(self._given, Copies) and self._given.spoilt:
            raise AssertionError(SPOILS)
        if self._put_back and self._outside is not None and self._outside.lost:
            raise AssertionError(SPOILS)
        if self._reads is not None and not self._trying:
            self._reads.judge()
        if self._made is not None and self._trying:
            self.told_apart = self._made.told_apart(self._names)
        elif self._made is not None:
            self.alike = self._made.alike(self._names)


def _given(
    program: CodeType, can: Capability, tests: str, others: bool, wanted: Reach | None
) -> Arguments | Copies | None:
    """Return what the answer's functions are called by; None: as ever.

    A reference is always looked at: what it calls of the tests' objects may change these.
    """
    allowed = wanted.named(CHANGES) if wanted is not None else []
    if wanted is not None and wanted.separate:
        originals = wanted.separate == ORIGINALS
        return Copies(program, allowed, Extras(tests), originals=originals)
    may = wanted is None or others or not can.harmless or may_change(program)
    if not may:
        return None
    return Arguments(program, allowed, extras=Extras(tests), reference=wanted is None)
