"""Runs a test program as ``__main__`` with the names that it is given of its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping
from types import ModuleType
from typing import Any

from tuneyard.sandbox.capability import names_in, names_set, sets_on_others
from tuneyard.sandbox.exits import own_exit
from tuneyard.sandbox.imports import Import, bindings
from tuneyard.sandbox.marks import ANYWHERE, Marks, Reach
from tuneyard.sandbox.outermost import Outermost
from tuneyard.sandbox.rewrite import compile_marked
from tuneyard.sandbox.source import new_module, words

_LASTS = words(
    "open exec eval compile globals setattr delattr setrecursionlimit settrace setprofile"
)
Give = Callable[[str, Any, str | None], None]
"""Takes a name that the answer lacks, its value, and the module that it is, if it is one."""


class Checks:
    """One test program.

    Args:
        tests: its text.

    Attributes:
        code: compiled.
        reuses: whether they may use data again that they gave to an answer.

    Raises:
        SyntaxError, ValueError, RecursionError: it does not compile.
    """

    def __init__(self, tests: str) -> None:
        self._tests = tests
        self.code, marked = compile_marked(tests, watched=False)
        self.reuses = marked.reuses
        self._marks = Marks(marked, guarded=False)
        self._exit: int | None = None

    def asked(self) -> set[str]:
        """Return the names that the tests use."""
        return names_in(self.code)

    def may_last(self) -> bool:
        """Say whether the tests may change something that other tests in their process find."""
        return sets_on_others(self.code) or not _LASTS.isdisjoint(self.asked())

    def run(
        self,
        names: Mapping[str, Any],
        imports: Collection[Import],
        lacks: Collection[str],
        lacking: Collection[str],
        give: Give,
    ) -> None:
        """Run the tests; return where they ran to their end.

        Args:
            names: what they see of the answer.
            imports: what the reference imports, which tests may count on.
            lacks: names that the reference has of its tests, so that the answer gets them, too.
            lacking: names that the answer lacks: it gets those that are modules.
            give: takes those.

        Raises:
            BaseException: whatever they raise.
        """
        space = new_module("__main__").__dict__
        space.update(names)
        space.update(bindings(imports, self.asked()))
        space.update(self._marks.helpers)
        set_here = names_set(self.code)
        try:
            if set_here.isdisjoint(lacks) and set_here.isdisjoint(lacking):
                exec(self.code, space)
            else:
                exec(self.code, space, _Giving(space, lacks, lacking, give))
        except SystemExit as stop:
            self._exit = own_exit(stop, self._tests)
            if self._exit is None:
                raise

    def reach(self) -> Reach:
        """Return how far the tests got; once, after they ran."""
        return self._marks.reach(self._exit)

    def demand(self, wanted: Reach) -> None:
        """Refuse a run that did not come to what the reference comes to; once, after it.

        Raises:
            AssertionError: it did not.
        """
        if self._exit is not None and wanted.exit not in (ANYWHERE, self._exit):
            raise AssertionError(f"the tests exit on line {self._exit}")
        self._marks.judge(wanted)


def leave_the_folder() -> None:
    """Import nothing from the folder that the answer writes in, and keep no settings there."""
    own = os.getcwd(), os.environ.get("HOME")  # as the zygote has put it on the path
    sys.path[:] = [one for one in sys.path if one not in own]
    os.environ["HOME"] = "/"


class _Giving(Outermost):
    """The outermost names of the tests; the answer gets those that it lacks."""

    def __init__(
        self, names: dict[str, Any], lacks: Collection[str], lacking: Collection[str], give: Give
    ) -> None:
        super().__init__(names)
        self._lacks, self._lacking, self._give = lacks, lacking, give

    def __setitem__(self, name: str, value: Any) -> None:
        self._names[name] = value
        module = value.__name__ if isinstance(value, ModuleType) else None
        if name in self._lacks or (module is not None and name in self._lacking):
            self._give(name, value, module)
