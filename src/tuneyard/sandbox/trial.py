"""Runs an answer and its tests in one process, so that the answer cannot cheaply forge the verdict.

The answer is a module of its own, ``solution``. The tests are ``__main__``, in globals of their
own: they see the answer's names, but built-in functions and modules are the ones that were there
before. An answer that has the means to do more (`tuneyard.sandbox.capability`) is watched.
"""

from __future__ import annotations

import importlib
import linecache
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from operator import is_
from types import CodeType, ModuleType
from typing import Any

from tuneyard.sandbox import suspicion
from tuneyard.sandbox.capability import attributes_set, capability, imported, walk
from tuneyard.sandbox.exits import own_exit
from tuneyard.sandbox.guard import ForgedError, Guard, only_asks_for_names
from tuneyard.sandbox.marks import ANYWHERE, Marks, Reach
from tuneyard.sandbox.placing import may_miss
from tuneyard.sandbox.rewrite import EQUAL, LOOK, compile_marked
from tuneyard.sandbox.scope import Scope
from tuneyard.sandbox.snapshot import Change, Snapshot, state
from tuneyard.sandbox.source import PROGRAM, TESTS, compile_program, new_module
from tuneyard.sandbox.wildcard import Inspector

ANSWER = "solution"
"""The module name of an answer that is tested; many test programs import it by this one."""

_CLEAN = Snapshot()
_GUARD = Guard()
_C_SIGNAL: Any = importlib.import_module("_signal")
_SET_HANDLER, _STOP_TIMER = _C_SIGNAL.signal, _C_SIGNAL.setitimer
_SIGNALS = tuple(number for number in range(1, 32) if number not in (9, 19))  # not KILL, STOP
_PATCHES = re.compile(r"patch|setattr|builtins|mock|(?<!self)\.\w+ *=[^=]")
_MEANS = re.compile(
    r"setattr|delattr|vars|__dict__|exec|eval|\bdel\b|globals|__builtins__|modules|update_wrapper"
    r"|wraps|patch|reload|setitem|methodcaller|attrgetter|__setattr__|__builtins__"
)
_QUICK_LOOKS = 3_000  # how often, at most, modules are looked at while the tests run


class Trial:
    """One answer and its tests.

    Args:
        source: the answer.
        tests: the test program.
        names: built-in names that the tests take from the answer.
        suspicious: receives short reasons to doubt the outcome.
        wanted: how far the tests have to get; None: there is no reference that would tell.
        trying: the answer is the reference, and how far it gets is wanted to be known.

    Attributes:
        reach: how far the tests got, where that was ``trying``.

    Raises:
        CompileError: the answer does not compile.
        SyntaxError, ValueError, RecursionError: the tests do not compile.
    """

    def __init__(
        self,
        source: str,
        tests: str,
        names: Collection[str],
        suspicious: list[str],
        wanted: Reach | None,
        trying: bool,
    ) -> None:
        self._source = source
        self._tests = tests
        self._names = frozenset(names)
        self._doubt: Callable[[str], None] = suspicious.append
        self._checks = compile(tests, TESTS, "exec", dont_inherit=True)
        self._program = compile_program(source)
        self._can = capability(self._program, self._checks)
        self._wanted, self._trying = wanted, trying
        self._exit: int | None = None
        self.reach: Reach | None = None

    def run(self) -> bool:
        """Run both; return where the tests ran to their end, and whether the answer is harmless.

        Raises:
            ForgedError: the answer tampered with its judgement.
            BaseException: whatever the answer or the tests raise.
        """
        if not self._can.harmless:
            with _private_modules():
                self._run_watched()
        elif self._can.compares:
            self._run_looked_at()
        elif may_miss(self._tests) if self._wanted is None else self._wanted.counts:
            checks, marked = compile_marked(self._tests, watched=False)
            marks = Marks(marked, guarded=False)
            self._run_tests(checks, self._scope(self._run_answer(), marks.helpers))
            self._judge(marks)
        else:
            self._run_tests(self._checks, self._scope(self._run_answer(), {}))
            if self._trying:
                self.reach = Reach((), (), self._exit, False)
        return self._can.harmless

    def _run_looked_at(self) -> None:
        forged: list[str] = []
        look = Inspector(_CLEAN.knows, forged, self._asked())
        checks, marked = compile_marked(self._tests, watched=True)
        marks = Marks(marked, guarded=True)
        helpers = {LOOK: look.look, EQUAL: look.equal, **marks.helpers}
        scope = self._scope(self._run_answer(), helpers, recorded=True)
        try:
            self._run_tests(checks, scope)
            self._judge(marks)
        except BaseException:
            if not forged:
                raise
        if forged:
            raise ForgedError(forged[0])

    def _judge(self, marks: Marks) -> None:
        if self._trying:
            self.reach = marks.reach(self._exit)
        else:
            marks.judge(self._wanted)

    def _run_watched(self) -> None:
        for reason in suspicion.reasons(self._source):
            self._doubt(reason)
            if reason == suspicion.IMPORTS_TESTS:
                raise ForgedError(reason)
        roots = self._import_first()
        _CLEAN.extend()
        _CLEAN.watch(roots)
        checks, marked = compile_marked(self._tests, watched=True)
        marks = Marks(marked, guarded=True)
        _GUARD.start(lenient=only_asks_for_names(self._source))
        _C_SIGNAL.signal = _set_handler_without_frames
        profile, sys.setprofile = sys.setprofile, _GUARD.refuse  # profilers in C do without it
        handlers = [(number, _C_SIGNAL.getsignal(number)) for number in _SIGNALS]
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
            self._clean_up(handlers)
            look = Inspector(_CLEAN.knows, _GUARD.forged, self._asked())
            helpers = {LOOK: look.look, EQUAL: look.equal, **marks.helpers}
            scope = self._scope(answer, helpers, recorded=True)
            if not _PATCHES.search(self._tests):
                look.also = self._quick_look(roots, scope)
            try:
                self._run_tests(checks, scope)
            finally:
                put_back()
            self._find_changes(roots, scope)
            self._judge(marks)
        except BaseException:
            if not guard.forged:
                raise
        finally:
            guard.stop()
            _C_SIGNAL.signal = _SET_HANDLER
            sys.setprofile = profile
            for change in _CLEAN.changes():
                if change.name in self._tests or self._may_have_made(change):
                    change.undo()
        if guard.forged:
            raise error(guard.forged[0])

    def _asked(self) -> set[str]:
        return {name for code in walk(self._checks) for name in code.co_names}

    def _run_answer(self) -> ModuleType:
        new_module("__main__")  # what is there is the zygote's
        answer = new_module(ANSWER)
        if not self._can.harmless or "inspect" in self._tests:
            lines = self._source.splitlines(keepends=True)
            for name in (PROGRAM, str(answer.__file__)):
                linecache.cache[name] = (len(self._source), None, lines, name)
        with suppress(SystemExit):  # a script may end so; the tests say whether it is right
            exec(self._program, answer.__dict__)
        return answer

    def _import_first(self) -> set[str]:
        """Import what the tests will, and the answer's outermost code, and return the names."""
        asked = self._asked()
        names = imported(self._checks) | imported(self._program, inner=False)
        names -= {ANSWER, "__main__", "__future__"}
        roots = set()
        # What the tests put in a module's place they need not have imported.
        for name in (name for name in names if f'modules["{name}"]' not in self._tests):
            with suppress(Exception):
                module = importlib.import_module(name)
                roots.add(name)
                for attribute in asked:  # some packages load their parts when asked for them
                    getattr(module, attribute, None)
        return roots

    def _clean_up(self, handlers: list[tuple[int, Any]]) -> None:
        """Put everything back that the answer's outermost code changed."""
        sys.settrace(None)
        _STOP_TIMER(0, 0)
        for number, handler in handlers:
            if handler is not None and _C_SIGNAL.getsignal(number) is not handler:
                _SET_HANDLER(number, handler)
        for change in filter(self._may_have_made, _CLEAN.changes()):
            self._doubt(f"changes {change}")
            change.undo()
        if _CLEAN.restore_interpreter():
            self._doubt("adds import hooks")

    def _scope(
        self, answer: ModuleType, helpers: dict[str, Any], *, recorded: bool = False
    ) -> Scope:
        texts = self._tests, self._checks
        scope = Scope(answer, self._program, *texts, self._can, self._names, helpers, recorded)
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

    def _quick_look(self, roots: set[str], scope: Scope) -> Callable[[], None]:
        """Return what finds, while the tests run, a module or name changed under them."""
        unchanged, untouched, left = _CLEAN.of(roots), scope.untouched(), [_QUICK_LOOKS]
        find, forged, error = self._seen_changes, _GUARD.forged, ForgedError

        def quick_look() -> None:
            left[0] -= 1
            if left[0] < 0 or (unchanged() and untouched()):
                return
            found = [*map(str, find(roots)), *scope.changes()]
            if not found:
                left[0] = 0  # a library's own doing, which would be found again and again
                return
            forged.append(f"changes {found[0]} while its tests run")
            raise error(forged[-1])

        return quick_look

    def _may_have_made(self, change: Change) -> bool:
        """Say whether a change can be the answer's: some libraries change themselves, when used."""
        return (
            _MEANS.search(self._source) is not None
            or any(change.name in attributes_set(code) for code in walk(self._program))
            or re.search(rf"\b{re.escape(change.name)}['\"]", self._source) is not None
        )

    def _seen_changes(self, roots: set[str]) -> Iterator[Change]:
        """Yield the changes that tests would notice, and did not make."""
        asked = self._asked()
        own = {name for code in walk(self._checks) for name in attributes_set(code)}
        packages = {name.partition(".")[0] for name in roots}
        for change in filter(self._may_have_made, _CLEAN.changes()):
            if change.name in own or re.search(rf"\b{re.escape(change.name)}['\"]", self._tests):
                continue
            owner = change.owner
            home = owner.__module__ if isinstance(owner, type) else getattr(owner, "__name__", "")
            if owner is sys.modules or home.partition(".")[0] in packages or change.name in asked:
                yield change

    def _find_changes(self, roots: set[str], scope: Scope) -> None:
        found = [str(change) for change in self._seen_changes(roots)]
        if "__main__" not in self._tests or not _PATCHES.search(self._tests):
            found += scope.changes()
        _GUARD.forged.extend(f"changes {one} while its tests run" for one in found)


@contextmanager
def _private_modules() -> Iterator[None]:
    """Take this package out of ``sys.modules`` for a while, and put the entries back."""
    hidden = {name: sys.modules.pop(name) for name in [*sys.modules] if name[:8] == "tuneyard"}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name[:8] == "tuneyard"]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _set_handler_without_frames(number: int, handler: Any) -> Any:
    """Set a signal handler that gets no frame: frames lead to the tests."""
    if not callable(handler) or handler is _C_SIGNAL.default_int_handler:
        return _SET_HANDLER(number, handler)
    return _SET_HANDLER(number, lambda signal, frame: handler(signal, None))


_OWN = state([sys.modules[name] for name in [*sys.modules] if name[:16] == "tuneyard.sandbox"])
