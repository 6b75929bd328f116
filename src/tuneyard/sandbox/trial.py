"""Runs an answer and its tests in one process, so that the answer cannot cheaply forge the verdict.

The answer is a module of its own, ``solution``. The tests are ``__main__``, in globals of their
own: they see the answer's names, but built-in functions and modules are the ones that were there
before. An answer that has the means to do more (`tuneyard.sandbox.capability`) is watched.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from operator import is_
from types import CodeType, ModuleType
from typing import Any

from tuneyard.sandbox import claims, errors, oracles, suspicion
from tuneyard.sandbox.answering import run_answer
from tuneyard.sandbox.arguments import has_others
from tuneyard.sandbox.calls import Calls
from tuneyard.sandbox.capability import (
    capability,
    imported,
    names_in,
    names_rebound,
    names_set,
    walk,
)
from tuneyard.sandbox.changes import KEEPS, Changes
from tuneyard.sandbox.check_nodes import may_miss
from tuneyard.sandbox.exits import own_exit
from tuneyard.sandbox.frames import only_asks_for_names
from tuneyard.sandbox.guard import WALKS, ForgedError, Guard
from tuneyard.sandbox.imports import load, tables
from tuneyard.sandbox.marks import (
    ANYWHERE,
    CHANGES,
    DOUBTS,
    EMPTY,
    HOLLOW,
    NAN,
    READS,
    Marks,
    Reach,
)
from tuneyard.sandbox.mocks import RECORDS, Owners, changes_classes, protect, reads_records
from tuneyard.sandbox.rewrite import compile_marked
from tuneyard.sandbox.scope import Given, Scope
from tuneyard.sandbox.snapshot import Snapshot, state
from tuneyard.sandbox.source import ANSWER, compile_program, compile_tests
from tuneyard.sandbox.surroundings import plain_signals, private_modules
from tuneyard.sandbox.tells import REASON as ALIKE
from tuneyard.sandbox.wildcard import REASON, Inspector

_GUARD = Guard()
protect(_GUARD.found)
_CLEAN = Snapshot()
_KNOWN = 200  # numbers and texts of the tests that an object is asked about
_NAMES_OF_MAIN = re.compile(r"\b__main__\.(\w+)")


class Trial:
    """One answer and its tests.

    Args:
        source: the answer.
        tests: the test program.
        given: what the tests have besides the answer.
        suspicious: receives short reasons to doubt the outcome.
        wanted: how far the tests have to get; None: there is no reference that would tell.
        trying: the answer is the reference, and how far it gets is wanted to be known. Of
            ``wanted``, only what it allows and shares counts then.

    Attributes:
        reach: how far the tests got, where that was ``trying``.
        looks: whether the answer's objects are held against others.
        undone: whether the answer changed something that was put back before its tests ran.
        could_share: names that the answer uses and the tests set.

    Raises:
        CompileError: the answer does not compile.
        SyntaxError, ValueError, RecursionError: the tests do not compile.
    """

    def __init__(
        self,
        source: str,
        tests: str,
        given: Given,
        suspicious: list[str],
        wanted: Reach | None,
        trying: bool,
    ) -> None:
        self._source = source
        self._tests = tests
        self._given = given
        self._doubt: Callable[[str], None] = suspicious.append
        self._checks = compile_tests(tests)
        self._program = compile_program(source)
        self._can = capability(self._program, self._checks)
        self._wanted, self._trying = wanted, trying
        self._allows = frozenset(wanted.allows if wanted is not None else ())
        self._shares = frozenset(wanted.shares if wanted is not None else ())
        self._tables = tables(imported(self._checks))
        self._exit: int | None = None
        self._errors: list[str] = []
        self.reach: Reach | None = None
        self.undone = False
        self.looks = not self._can.harmless or self._can.compares
        others = has_others(self._checks, given.imports)
        self._calls = Calls(self._program, self._can, tests, others, wanted, trying)

    @property
    def changed(self) -> list[str]:
        """What the answer changed that is its tests', and may not."""
        return self._calls.changed

    @property
    def could_share(self) -> set[str]:
        given = names_set(self._checks) | names_rebound(self._checks)
        given.update(_NAMES_OF_MAIN.findall(self._tests))
        return given & names_in(self._program)

    def run(self) -> bool:
        """Run both; return where the tests ran to their end, and whether the answer is harmless.

        Raises:
            ForgedError: the answer tampered with its judgement.
            BaseException: whatever the answer or the tests raise.
        """
        told = None if self._trying else self._wanted
        if told is not None:
            for reason in sorted(self._touches() - self._allows):
                raise ForgedError(reason)
        if not self._can.harmless:
            with private_modules(), plain_signals() as put_signals_back:
                self._run_watched(put_signals_back)
        elif self._can.compares or self._tables or (told is not None and told.looks):
            self._run_looked_at()
        elif self._calls.matter:
            self._run_calls()
        elif may_miss(self._tests) if told is None else told.counts:
            checks, marked = compile_marked(self._tests, watched=False)
            marks = Marks(marked, guarded=False)
            self._run_tests(checks, self._scope(self._run_answer(), marks.helpers))
            self._judge(marks, None)
        else:
            self._run_tests(self._checks, self._scope(self._run_answer(), {}))
            if self._trying:
                allows = [EMPTY + "*", *self._touches()]
                self.reach = self._with_reference(Reach((), (), self._exit, False), allows)
        return self._can.harmless

    def _run_calls(self) -> None:
        """Run a harmless answer, and look at what it does to its arguments."""
        checks, marked = compile_marked(self._tests, watched=False, calls=True)
        marks = Marks(marked, guarded=False)
        look = self._inspector([], looks=False)
        answer = self._run_answer()
        look.calls = self._calls.of(answer)
        self._run_tests(checks, self._scope(answer, look.helpers | marks.helpers))
        self._judge(marks, None)

    def _run_looked_at(self) -> None:
        forged: list[str] = []
        checks, marked = compile_marked(self._tests, watched=True)
        marks = Marks(marked, guarded=True)
        if self._tables:  # what is loaded after the answer's start might be the answer's
            load(self._tables)
            _CLEAN.extend()
        look = self._inspector(forged)
        answer = self._run_answer()
        look.calls = self._calls.of(answer)
        scope = self._scope(answer, look.helpers | marks.helpers, forged)
        try:
            self._run_tests(checks, scope)
            self._judge(marks, look)
        except BaseException:
            if not forged:
                raise
        if forged:
            raise ForgedError(forged[0])

    def _judge(self, marks: Marks, look: Inspector | None, noted: Sequence[str] = ()) -> None:
        self._calls.end()
        if self._trying:
            reach = marks.reach(self._exit)
            allows = dict.fromkeys([*self._allows, *noted])
            if look is None or look.emptied or look.emptied_any:
                allows[EMPTY + "*"] = None
            allows |= dict.fromkeys(CHANGES + one for one in self._calls.changed)
            allows |= dict.fromkeys(READS + one for one in self._calls.reads)
            if self._calls.gives_nan:
                allows[NAN] = None
            allows |= dict.fromkeys(self._touches())
            if not self._can.harmless:
                allows |= dict.fromkeys(map(DOUBTS.__add__, suspicion.reasons(self._source)))
            self.reach = self._with_reference(reach, [*allows])
        else:
            marks.judge(self._wanted)
            allowed = [""] if self._wanted is None else self._wanted.named(EMPTY)
            if look is not None and look.emptied and not allowed:
                raise AssertionError(HOLLOW)
            if self._calls.alike:
                raise ForgedError(ALIKE)

    def _touches(self) -> set[str]:
        return oracles.touches(self._source, self._tests)

    def _with_reference(self, reach: Reach, allows: list[str]) -> Reach:
        """Return how far the tests got, and what they see of the reference besides."""
        return reach._replace(
            allows=allows,
            shares=[*self._shares],
            plain=not self._can.operates,
            errors=self._errors,
            tells=self._calls.told_apart,
        )

    def _run_watched(self, put_signals_back: Callable[[], None]) -> None:
        names_only = only_asks_for_names(self._source)
        for reason in suspicion.reasons(self._source):
            if (reason != WALKS or not names_only) and DOUBTS + reason not in self._allows:
                self._doubt(reason)
            if reason == suspicion.IMPORTS_TESTS:
                raise ForgedError(reason)
        changes = Changes(_CLEAN, self._source, self._program, self._tests, self._checks, _GUARD)
        changes.import_first(self._given)
        checks, marked = compile_marked(self._tests, watched=True)
        marks = Marks(marked, guarded=True)
        allowed = self._allows | ({WALKS} if names_only else set())
        _GUARD.start(allowed=allowed, notes=self._trying)
        if "mock" in self._tests.lower() and (
            reads_records(self._program) or changes_classes(self._source)
        ):
            _GUARD.found(RECORDS)
        if suspicion.changes_through_functions(self._source):
            _GUARD.found(suspicion.HOLDS)
        for claim in claims.of_code(self._program):
            _GUARD.found(claim)
        profile = sys.setprofile
        sys.setprofile = _GUARD.instead_of(profile)  # profilers in C do without it
        # From the answer's first line on, what is found by a name of this package's may be the
        # answer's doing, until it is put back by means of local names.
        was, restore = _OWN
        same, every, apply, guard, error = is_, all, map, _GUARD, ForgedError

        def put_back() -> None:
            for live, values in was:
                if not every(apply(same, [*live.values()], values)):
                    for step in restore:
                        step()
                    guard.forged.append("changes what judges it")
                    return

        try:
            answer = self._run_answer()
            put_back()
            sys.settrace(None)
            put_signals_back()
            self._clean_up(changes)
            for claim in claims.of_classes(answer.__dict__, self._tests):
                guard.found(claim)
            look = self._inspector(_GUARD.forged)
            look.owner = Owners(self._program, self._checks, guard.found).look
            look.calls = self._calls.of(answer)
            helpers = look.helpers | marks.helpers
            scope = self._scope(answer, helpers, _GUARD.forged)
            look.also = changes.quick_look(scope)
            try:
                self._run_tests(checks, scope)
            finally:
                put_back()
            changes.find(scope)
            self._judge(marks, look, guard.noted)
        except BaseException:
            if not guard.forged:
                raise
        finally:
            guard.stop()
            sys.setprofile = profile
            changes.undo_last()
            _CLEAN.restore_streams()
        if guard.forged:
            raise error(guard.forged[0])

    def _inspector(self, forged: list[str], *, looks: bool = True) -> Inspector:
        asked = names_in(self._checks)
        looks = looks and REASON not in self._allows
        strict = bool(self._wanted and self._wanted.plain)
        known = [*{(type(one), one): one for one in _constants(self._checks)}.values()][:_KNOWN]
        return Inspector(
            _CLEAN.knows, forged, asked, self._source, looks=looks, strict=strict, known=known
        )

    def _run_answer(self) -> ModuleType:
        listed = not self._can.harmless or "inspect" in self._tests
        answer = run_answer(self._source, self._program, self._tests, self._given, listed=listed)
        if self._trying:
            self._errors = [*errors.made(answer.__dict__, ANSWER)]
        elif self._wanted is not None and self._wanted.errors:
            errors.make_own(answer.__dict__, self._wanted.errors, ANSWER)
            if any(errors.lies(answer.__dict__.get(name)) for name in self._wanted.errors):
                raise ForgedError(errors.REASON)
        return answer

    def _clean_up(self, changes: Changes) -> None:
        """Put everything back that the answer's outermost code changed for its tests."""
        for change in changes.undo_first(keep=KEEPS in self._allows):
            self._doubt(f"changes {change}")
        self.undone = changes.undone
        if _CLEAN.restore_interpreter():
            self._doubt("adds import hooks")

    def _scope(
        self, answer: ModuleType, helpers: dict[str, Any], forged: list[str] | None = None
    ) -> Scope:
        scope = Scope(
            answer,
            self._program,
            self._tests,
            self._checks,
            self._can,
            self._given,
            helpers,
            self._shares,
            forged,
        )
        for reason in suspicion.redefined(answer.__dict__, scope.taken):
            self._doubt(reason)
        return scope

    def _run_tests(self, checks: CodeType, scope: Scope) -> None:
        try:
            if scope.recorder is None:
                exec(checks, scope.names)
            else:
                exec(checks, scope.names, scope.recorder)
        except SystemExit as stop:
            self._exit = own_exit(stop, self._tests)
            if self._exit is None or (
                self._wanted is not None and self._wanted.exit not in (ANYWHERE, self._exit)
            ):
                raise


def _constants(code: CodeType) -> Iterator[Any]:
    """Yield the numbers and texts in a program's code."""
    for each in walk(code):
        for one in each.co_consts:
            for part in one if type(one) is tuple else (one,):
                if type(part) in (int, float, str):
                    yield part


_OWN = state([sys.modules[name] for name in [*sys.modules] if name[:16] == "tuneyard.sandbox"])
