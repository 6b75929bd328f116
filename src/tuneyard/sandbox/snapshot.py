"""How modules and classes were before a program ran: found changes, and their undoing.

Taken in the zygote, before the fork, of all that is loaded there. Values are compared by identity
only, so that no method of a program's is called. A program may add names, but none that hide a
built-in function or an inherited method.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from operator import is_
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: only such classes can be changed
_ABSENT = object()
_BUILTINS = frozenset(vars(builtins))
_LEFT_OUT = ("tuneyard", "__main__", "_signal")  # of the last, `tuneyard.sandbox.trial` takes care
_LISTS = ("meta_path", "path_hooks", "path")
_Names = dict[str, Any] | MappingProxyType[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A name that no longer means what it meant.

    Attributes:
        owner: the module, class, or ``sys.modules``.
        name: whose meaning is another.
        old, new: the values; a private object where there was, or is, none.
    """

    owner: Any
    name: str
    old: Any
    new: Any

    def undo(self) -> None:
        """Give the name its old value."""
        if isinstance(self.owner, type):
            if self.old is _ABSENT:
                type.__delattr__(self.owner, self.name)
            else:
                type.__setattr__(self.owner, self.name, self.old)
            return
        names = self.owner if isinstance(self.owner, dict) else self.owner.__dict__
        if self.old is _ABSENT:
            del names[self.name]
        else:
            names[self.name] = self.old

    def __str__(self) -> str:
        owner = "sys.modules" if self.owner is sys.modules else self.owner.__name__
        return f"{owner}.{self.name}"


class Snapshot:
    """The meaning of names in all loaded modules but this package's."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self._saved: list[tuple[Any, _Names, dict[str, Any], tuple[Any, ...]]] = []
        self._classes: dict[int, type] = {}
        self._packages: dict[str, list[type]] = {}
        self._lists: list[tuple[list[Any], list[Any]]] = []
        self._streams: tuple[Any, ...] = ()
        self.extend()

    def extend(self) -> None:
        """Take in the modules that were loaded since, and the lists that find modules."""
        for name, module in list(sys.modules.items()):
            known = name in self._modules or name.partition(".")[0] in _LEFT_OUT
            if not known and isinstance(module, ModuleType):
                self._modules[name] = module
                self._save(module, module.__dict__)
                for value in list(module.__dict__.values()):
                    if isinstance(value, type) and value.__flags__ & _HEAP:
                        if id(value) not in self._classes:
                            self._classes[id(value)] = value
                            home = str(value.__module__).partition(".")[0]
                            self._packages.setdefault(home, []).append(value)
        self._lists = [(one, list(one)) for one in (getattr(sys, name) for name in _LISTS)]
        self._streams = (sys.stdin, sys.stdout, sys.stderr, sys.excepthook, sys.displayhook)

    def knows(self, kind: int) -> bool:
        """Say whether the class of this ``id`` was there before."""
        return kind in self._classes

    def watch_classes(self, roots: Iterable[str]) -> None:
        """Compare the classes of these packages, too; the modules are compared anyway."""
        for package in set(roots):
            for kind in self._packages.pop(package, ()):
                self._save(kind, type.__dict__["__dict__"].__get__(kind))

    def of(self, names: Iterable[str]) -> Callable[[], bool]:
        """Return a quick test whether these modules are as they were."""
        wanted = {id(self._modules[name]) for name in names if name in self._modules}
        pairs = [(live, values) for owner, live, _, values in self._saved if id(owner) in wanted]
        same, every, apply = is_, all, map

        def unchanged() -> bool:
            for live, values in pairs:
                if not every(apply(same, [*live.values()], values)):
                    return False
            return True

        return unchanged

    def changes(self) -> list[Change]:
        """Return what means something else than before, where that matters to a test.

        Functions, classes, modules and public constants do; caches and counters do not.
        """
        found = [
            Change(owner, name, old, live.get(name, _ABSENT))
            for owner, live, saved, values in self._saved
            if len(live) < len(saved) or not all(map(is_, [*live.values()], values))
            for name, old in saved.items()
            if live.get(name, _ABSENT) is not old and _matters(name, old)
        ]
        found += [
            Change(owner, name, _ABSENT, live[name])
            for owner, live, saved, _ in self._saved
            if len(live) > len(saved)
            for name in live.keys() - saved.keys()
            if (_hides(owner, name) if isinstance(owner, type) else name in _BUILTINS)
            and not isinstance(live[name], ModuleType)
        ]
        loaded = sys.modules
        found += [
            Change(loaded, name, module, loaded.get(name, _ABSENT))
            for name, module in self._modules.items()
            if loaded.get(name) is not module
        ]
        return found

    def restore_interpreter(self) -> bool:
        """Undo changes to import hooks and standard streams; say whether there were hooks."""
        changed = False
        for live, saved in self._lists:
            if len(live) != len(saved) or not all(map(is_, live, saved)):
                changed = changed or live is not sys.path
                live[:] = saved
        sys.stdin, sys.stdout, sys.stderr, sys.excepthook, sys.displayhook = self._streams
        return changed

    def _save(self, owner: Any, live: _Names) -> None:
        self._saved.append((owner, live, dict(live), tuple(live.values())))


def state(
    modules: Iterable[ModuleType],
) -> tuple[list[tuple[_Names, tuple[Any, ...]]], list[Callable[[], object]]]:
    """Return the names in modules and their classes with their values, and steps to put them back.

    The steps are functions in C, so that none of them can be replaced.
    """
    was: list[tuple[_Names, tuple[Any, ...]]] = []
    steps: list[Callable[[], object]] = []
    for module in modules:
        names = module.__dict__
        was.append((names, tuple(names.values())))
        steps.append(partial(names.update, dict(names)))
        for kind in names.values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                members = vars(kind)
                was.append((members, tuple(members.values())))
                steps.extend(
                    partial(type.__setattr__, kind, name, member)
                    for name, member in members.items()
                    if type(member) in (FunctionType, staticmethod, classmethod, property)
                )
    return was, steps


def _hides(kind: type, name: str) -> bool:
    bases = type.__dict__["__mro__"].__get__(kind)[1:]
    return name not in ("__doc__", "__abstractmethods__", "_abc_impl", "__annotations__") and any(
        name in type.__dict__["__dict__"].__get__(base) for base in bases
    )


def _matters(name: str, old: Any) -> bool:
    if name in ("_", "__warningregistry__", "stdin", "stdout", "stderr", "last_traceback"):
        return False
    if type(old) in (FunctionType, ModuleType, staticmethod, classmethod, property):
        return True
    if callable(old):
        return True
    return not name.startswith("_") and type(old) in (int, float, complex, str)


