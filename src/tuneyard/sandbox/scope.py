"""The names that a test program sees: its own, the answer's, and unspoilt built-in ones."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from operator import is_
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from tuneyard.sandbox.capability import (
    Capability,
    attributes_set,
    names_in,
    names_rebound,
    names_set,
)
from tuneyard.sandbox.imports import Import, bindings
from tuneyard.sandbox.main_module import module_kind
from tuneyard.sandbox.outermost import Outermost
from tuneyard.sandbox.source import new_module, words

BUILTINS = dict(vars(builtins))
_MODULE_NAMES = frozenset(vars(ModuleType("m"))) | {"__builtins__", "__file__", "__annotations__"}
_FUNCTIONS = frozenset(BUILTINS) - _MODULE_NAMES
_BY_NAME = ("eval", "exec", "getattr", "globals", "locals", "vars", "import_module")
# What test runners look for by name: an answer's own would run, or skip, the tests.
_HOOKS = words(
    """setUpModule tearDownModule load_tests setup_module teardown_module setup_function
    teardown_function pytest_plugins pytestmark"""
)
_STANDARD = sys.stdlib_module_names


class Given(NamedTuple):
    """What tests have besides an answer, since their reference has it.

    Attributes:
        names: built-in names that the tests take from the answer; and others that the reference
            reads and does not set, which the answer takes from the tests.
        imports: names that mean the same to the tests, whatever they are to the answer.
    """

    names: Sequence[str] = ()
    imports: Sequence[Import] = ()


NOTHING = Given()


class Scope:
    """The globals of one run of a test program.

    Args:
        answer: the module of the answer, which has run.
        program: its code.
        tests: the text of the tests.
        checks: the code of the tests.
        can: what the answer's code can do.
        means: what the tests have besides the answer.
        helpers: further names, for the tests only.
        shares: names that are the answer's, too, when the tests set them.
        forged: receives what is tampering for certain, where what the tests say their names mean is
            noted; None: it is not.

    Attributes:
        names: the globals.
        taken: built-in names that are the answer's here.
        recorder: the outermost names, as ``exec`` wants them, where the tests need it.
    """

    def __init__(
        self,
        answer: ModuleType,
        program: CodeType,
        tests: str,
        checks: CodeType,
        can: Capability,
        means: Given,
        helpers: dict[str, Any],
        shares: frozenset[str],
        forged: list[str] | None,
    ) -> None:
        given = answer.__dict__
        self._tests, self._checks = tests, checks
        self._rebound = names_rebound(checks)
        main = new_module("__main__")
        self.names = main.__dict__
        recorded = forged is not None
        if shares or recorded:
            main.__class__ = module_kind(given, shares, [] if forged is None else forged)
        # Not by arithmetic of sets, which touches each of the built-in names.
        meant = {name for name in means.names if name not in BUILTINS}
        names = {name for name in means.names if name in BUILTINS}
        self.taken = names = names | self._built_in_only(given)
        case = getattr(sys.modules.get("unittest.case"), "TestCase", None)
        for name, value in given.items():
            hidden = (name in BUILTINS and name not in names) or (
                # Those who look for tests would find it.
                (name in _HOOKS or (case is not None and _is_kind(value, case)))
                and name not in self._asked()
            )
            if not (hidden or name in _MODULE_NAMES or name in can.rebinds):
                self.names[name] = value if name not in _STANDARD else self._meant(name, value)
        if means.imports:
            asked = self._asked()
            self.names.update(bindings(means.imports, asked - names_set(checks)))
        # Tests that patch built-in functions patch everybody's.
        private = recorded and "builtins" not in tests
        if can.rebinds:
            self.names["__builtins__"] = _Live({**BUILTINS, **helpers}, given, can.rebinds)
        elif private:
            self.names["__builtins__"] = {**BUILTINS, **helpers}
        else:
            self.names.update(helpers)
        self._own: dict[str, Any] | None = self.names["__builtins__"] if private else None
        self._own_before = dict(self._own) if self._own else {}
        # The answer may count on a class TreeNode or an import of its tests, and on what else the
        # reference counts on; not on what they expect of it.
        unknown = {n for n in names_set(checks) if n not in given and n not in BUILTINS}
        lacking = names_in(program) & unknown if unknown else set()
        self.recorder: _Recorder | None = None
        if lacking or recorded or shares:
            self.recorder = _Recorder(self.names, given, lacking, meant, self._rebound, shares)

    def _asked(self) -> set[str]:
        return names_in(self._checks)

    def untouched(self) -> Callable[[], bool]:
        """Return a quick test whether the names mean what the tests and the answer said."""
        assert self.recorder is not None
        live, said, same, every, apply = self.names, self.recorder.said, is_, all, map
        free, size = self._rebound, len

        def test() -> bool:
            return size(live.keys() - free) == size(said) and every(
                apply(same, apply(live.get, said), said.values())
            )

        return test

    def changes(self) -> Iterator[str]:
        """Yield the names that somebody else gave another meaning."""
        assert self.recorder is not None
        said = self.recorder.said
        for name in (self.names.keys() - self._rebound) | said.keys():
            internal = name.startswith("__") and name != "__builtins__"
            if self.names.get(name) is not said.get(name) and not internal:
                yield name
        for kind, methods in self.recorder.classes:
            own = attributes_set(self._checks)
            for name, method in methods.items():
                if vars(kind).get(name) is not method and name not in own:
                    yield f"{kind.__name__}.{name}"
        now, before = self._own or {}, self._own_before
        if now.keys() != before.keys() or not all(map(is_, now.values(), before.values())):
            yield "built-in names"

    def _built_in_only(self, given: dict[str, Any]) -> set[str]:
        """Return the answer's built-in names that tests use, if they use no other name of its.

        Then one of them is what was asked for: tests use something of an answer.
        """
        used = {name for name in given if name in _FUNCTIONS}
        if not used:
            return set()
        asked = self._asked()
        others = {*(given.keys() - _FUNCTIONS - _MODULE_NAMES), *_BY_NAME}
        return used & asked if others.isdisjoint(asked) else set()

    def _meant(self, name: str, value: object) -> object:
        """Return the standard module that tests mean by a name which an answer made its own."""
        if isinstance(value, FunctionType | BuiltinFunctionType):
            return value  # as copy.copy; a module cannot be called
        asked = set(re.findall(rf"\b{name}\.(\w+)", self._tests))
        if not asked:
            return value
        if isinstance(value, ModuleType) and sys.modules.get(value.__name__) is value:
            return value
        module = importlib.import_module(name)
        return value if asked.isdisjoint(vars(module)) else module


def _is_kind(value: object, case: type) -> bool:
    return isinstance(value, type) and case in type.mro(value)


class _Live(dict[str, Any]):
    """Built-in names, and behind them such of an answer's that its functions set anew."""

    def __init__(
        self, names: dict[str, Any], given: dict[str, Any], rebinds: Collection[str]
    ) -> None:
        super().__init__(names)
        self._given = given
        self._rebinds = rebinds

    def __missing__(self, name: str) -> Any:
        if name in self._rebinds:
            return self._given[name]
        raise KeyError(name)


class _Recorder(Outermost):
    """The outermost names of the tests, written by them alone.

    The answer gets those that it lacks, where they are ``meant`` for it, or classes or modules.

    Attributes:
        said: what each name was said to mean last, but for those that functions of the tests set.
        classes: the tests' classes, with their functions.
    """

    def __init__(
        self,
        names: dict[str, Any],
        given: dict[str, Any],
        lacking: set[str],
        meant: Collection[str],
        rebound: set[str],
        shares: Collection[str],
    ) -> None:
        super().__init__(names)
        self._shares, self._given, self._rebound = shares, given, rebound
        self._lacking, self._meant = lacking, meant
        self.said = {name: value for name, value in names.items() if name not in rebound}
        self.classes: list[tuple[type, dict[str, Any]]] = []

    def __setitem__(self, name: str, value: Any) -> None:
        self._names[name] = value
        if name not in self._rebound:
            self.said[name] = value
        lacking = name in self._lacking
        lacking = lacking and (name in self._meant or isinstance(value, type | ModuleType))
        if lacking or name in self._shares:
            self._given[name] = value
        if isinstance(value, type) and value.__module__ == "__main__":
            functions = {k: v for k, v in vars(value).items() if type(v) is FunctionType}
            self.classes.append((value, functions))

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self.said.pop(name, None)
