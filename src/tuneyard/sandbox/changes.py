"""What an answer changed of modules and names, told from what its tests and libraries did."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import CodeType, ModuleType

from tuneyard.sandbox.capability import attributes_set, imported, names_in
from tuneyard.sandbox.guard import ForgedError, Guard
from tuneyard.sandbox.imports import EVERYTHING
from tuneyard.sandbox.mocks import protect
from tuneyard.sandbox.scope import Given, Scope
from tuneyard.sandbox.snapshot import Change, Snapshot
from tuneyard.sandbox.source import ANSWER, words

_PATCHES = re.compile(r"patch|setattr|builtins|mock|(?<!self)\.\w+ *=[^=]")
_MEANS = re.compile(
    r"setattr|delattr|vars|__dict__|exec|eval|\bdel\b|globals|__builtins__|modules|update_wrapper"
    r"|wraps|patch|reload|setitem|methodcaller|attrgetter|__setattr__|__builtins__"
)
_QUICK_LOOKS = 3_000  # how often, at most, modules are looked at while the tests run
KEEPS = "changes what its tests rely on"
_EVERYONE_S = words("builtins sys types typing abc collections functools operator importlib io os")
"""Packages that all tests rely on, whatever they import."""


class Changes:
    """The changes of one run of an answer and its tests.

    Args:
        clean: how modules were before.
        source: the answer's text.
        program: its code.
        tests: the text of the tests.
        checks: their code.
        guard: receives what is tampering for certain.

    Attributes:
        undone: whether the answer changed something that was put back before its tests ran.
    """

    def __init__(
        self,
        clean: Snapshot,
        source: str,
        program: CodeType,
        tests: str,
        checks: CodeType,
        guard: Guard,
    ) -> None:
        self._clean = clean
        self._source, self._program = source, program
        self._tests, self._checks = tests, checks
        self._guard, self._forged = guard, guard.forged
        self._asked = names_in(checks)
        self.undone = False
        self._kept: list[Change] = []
        self._roots: set[str] = set()
        self._relied: set[str] = set()

    def import_first(self, given: Given) -> None:
        """Import what the tests will, and the answer's outermost code; watch it from now on."""
        self._relied = imported(self._checks)
        asked = {*self._asked, EVERYTHING}
        self._relied |= {module for name, module, _ in given.imports if name in asked}
        names = self._relied | imported(self._program, inner=False)
        names -= {ANSWER, "__main__", "__future__"}
        # What the tests put in a module's place they need not have imported.
        for name in (name for name in names if f'modules["{name}"]' not in self._tests):
            with suppress(Exception):
                module = importlib.import_module(name)
                self._roots.add(name)
                for attribute in self._asked:  # some packages load their parts when asked for them
                    getattr(module, attribute, None)
        protect(self._guard.found)
        self._clean.extend()
        self._clean.watch(self._roots)

    def undo_first(self, *, keep: bool) -> Iterator[str]:
        """Put back what the answer's outermost code changed of what tests rely on; yield it all.

        A change of what the tests have nothing to do with is the answer's own affair.

        Args:
            keep: put nothing back; where the reference changes such things, and counts on it.
        """
        found = [*filter(self._may_have_made, self._clean.changes())]
        relied = _behind(self._relied) | _EVERYONE_S if found else set()
        for change in found:
            yield str(change)
            if not keep and (change.owner is sys.modules or change.package in relied):
                self.undone = True
                change.undo()
            else:
                self._kept.append(change)

    def undo_last(self) -> None:
        """Put back everything, but what libraries may have done to themselves."""
        for change in self._clean.changes():
            if change.name in self._tests or self._may_have_made(change):
                change.undo()

    def find(self, scope: Scope) -> None:
        """Note the changes that tests would notice, and did not make."""
        found = [str(change) for change in self._seen()]
        if not self._patches_names():
            found += scope.changes()
        self._forged.extend(f"changes {one} while its tests run" for one in found)

    def quick_look(self, scope: Scope) -> Callable[[], None]:
        """Return what finds, while the tests run, a module or name changed under them."""
        unchanged, untouched = self._clean.of(self._roots), scope.untouched()
        find, forged, error, left = self._seen, self._forged, ForgedError, [_QUICK_LOOKS]
        patches, own_patches = bool(_PATCHES.search(self._tests)), self._patches_names()

        def look() -> None:
            left[0] -= 1
            if left[0] < 0 or (unchanged() and untouched()):
                return
            found = [*map(str, find()), *(() if own_patches else scope.changes())]
            if not found:
                # A library's own doing, which would be found again and again, or a patch's.
                left[0] = left[0] - _QUICK_LOOKS // 50 if patches else 0
                return
            forged.append(f"changes {found[0]} while its tests run")
            raise error(forged[-1])

        return look

    def _patches_names(self) -> bool:
        """Say whether the tests may change their own names by another way than saying so."""
        return "__main__" in self._tests and _PATCHES.search(self._tests) is not None

    def _may_have_made(self, change: Change) -> bool:
        """Say whether a change can be the answer's: some libraries change themselves, when used."""
        return (
            _MEANS.search(self._source) is not None
            or change.name in attributes_set(self._program)
            or re.search(rf"\b{re.escape(change.name)}['\"]", self._source) is not None
        )

    def _seen(self) -> Iterator[Change]:
        own = attributes_set(self._checks)
        packages = {name.partition(".")[0] for name in self._roots}
        for change in filter(self._may_have_made, self._clean.changes()):
            if change.name in own or re.search(rf"\b{re.escape(change.name)}['\"]", self._tests):
                continue
            if any(
                kept.owner is change.owner and kept.name == change.name and kept.new is change.new
                for kept in self._kept
            ):
                continue
            if (
                change.owner is sys.modules
                or change.package in packages
                or change.name in self._asked
            ):
                yield change


def _behind(names: Iterable[str]) -> set[str]:
    """Return the packages that modules use, by what is in their globals; theirs, too."""
    found: set[str] = set()
    todo = [module for name in names if (module := sys.modules.get(name)) is not None]
    seen = set(map(id, todo))
    while todo:
        module = todo.pop()
        found.add(module.__name__.partition(".")[0])
        for value in list(vars(module).values()):
            home = value if isinstance(value, ModuleType) else None
            if home is None and callable(value):
                home = sys.modules.get(str(getattr(value, "__module__", "")))
            if home is not None and id(home) not in seen:
                seen.add(id(home))
                todo.append(home)
    return found
