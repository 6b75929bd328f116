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
from typing import Any, NamedTuple

from tuneyard.sandbox.source import words

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: only such classes can be changed
_ABSENT = object()
_BUILTINS = frozenset(vars(builtins))
_LEFT_OUT = ("tuneyard", "__main__", "_signal")  # of the last, `tuneyard.sandbox.trial` takes care
_LISTS = ("meta_path", "path_hooks", "path")
_ANYONE_S = words(
    "_ stdin stdout stderr setprofile showwarning _showwarnmsg_impl _showwarning_orig"
)
"""Names that are replaced by `tuneyard.sandbox.trial`, or by whoever catches warnings."""
_Names = dict[str, Any] | MappingProxyType[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A name that no longer means what it meant.

    Attributes:
        owner: the module, its class or object, or ``sys.modules``.
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

    @property
    def package(self) -> str:
        """The package that the name is of."""
        owner = self.owner
        if not isinstance(owner, type | ModuleType):
            owner = type(owner)
        home = owner.__module__ if isinstance(owner, type) else owner.__name__
        return str(home).partition(".")[0]

    def __str__(self) -> str:
        owner = getattr(self.owner, "__name__", type(self.owner).__name__)
        owner = "sys.modules" if self.owner is sys.modules else owner
        return f"{owner}.{self.name}"


class _Saved(NamedTuple):
    owner: Any
    live: _Names
    names: dict[str, Any]
    values: tuple[Any, ...]


class Snapshot:
    """The meaning of names in all loaded modules but this package's."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self._saved: dict[int, _Saved] = {}
        self._classes: dict[int, type] = {}
        self._packages: dict[str, list[Any]] = {}
        self._watched: list[_Saved] = []
        self._entries: list[tuple[str, ModuleType]] = []
        self._lists: list[tuple[list[Any], list[Any]]] = []
        self._replaced: list[Any] = []
        self.extend()

    def extend(self) -> None:
        """Take in the modules that were loaded since, and the lists that find modules."""
        loaded = sys.modules
        for name in loaded.keys() - self._modules.keys():
            module = loaded[name]
            package = name.partition(".")[0]
            if package in _LEFT_OUT or not isinstance(module, ModuleType):
                continue
            self._modules[name] = module
            self._save(package, module, module.__dict__)
            for value in list(module.__dict__.values()):
                if isinstance(value, type) and value.__flags__ & _HEAP:
                    self._classes.setdefault(id(value), value)
                    home = str(value.__module__).partition(".")[0]
                    self._save(home, value, type.__dict__["__dict__"].__get__(value))
                elif type(value).__flags__ & _HEAP and type(value).__module__ == name:
                    held = getattr(value, "__dict__", None)  # as that of unittest's own loader
                    if type(held) is dict:
                        self._save(package, value, held)
        self._lists = [(one, list(one)) for one in (getattr(sys, name) for name in _LISTS)]
        self._streams = (sys.stdin, sys.stdout, sys.stderr)
        self._last_resorts = (sys.excepthook, sys.displayhook)

    def knows(self, kind: int) -> bool:
        """Say whether the class of this ``id`` was there before."""
        return kind in self._classes

    def watch(self, roots: Iterable[str]) -> None:
        """Compare these packages from now on, their classes, and the modules that they use."""
        found: dict[int, _Saved] = {}
        packages = {root.partition(".")[0] for root in roots} | {"builtins", "sys"}
        for package in packages:
            for owner in self._packages.get(package, ()):
                saved = found[id(owner)] = self._saved[id(owner)]
                if isinstance(owner, ModuleType):
                    for value in saved.names.values():
                        if type(value) is ModuleType and id(value) in self._saved:
                            found.setdefault(id(value), self._saved[id(value)])
        self._watched = list(found.values())
        self._entries = [
            (saved.owner.__name__, saved.owner)
            for saved in self._watched
            if isinstance(saved.owner, ModuleType)
            and self._modules.get(saved.owner.__name__) is saved.owner
        ]

    def of(self, names: Iterable[str]) -> Callable[[], bool]:
        """Return a quick test whether these modules are as they were."""
        saved = [self._saved[id(self._modules[name])] for name in names if name in self._modules]
        pairs = [(one.live, tuple(one.live.values())) for one in saved]
        same, every, apply = is_, all, map

        def unchanged() -> bool:
            return every([every(apply(same, [*live.values()], old)) for live, old in pairs])

        return unchanged

    def changes(self) -> list[Change]:
        """Return what is watched and means something else than before, where that matters.

        Functions, classes, modules and public constants do; caches and counters do not.
        """
        found = []
        for one in self._watched:
            live, names = one.live, one.names
            if len(live) < len(names) or not all(map(is_, [*live.values()], one.values)):
                found += [
                    Change(one.owner, name, old, live.get(name, _ABSENT))
                    for name, old in names.items()
                    if live.get(name, _ABSENT) is not old and _matters(one.owner, name, old)
                ]
            if len(live) > len(names):
                found += [
                    Change(one.owner, name, _ABSENT, live[name])
                    for name in live.keys() - names.keys()
                    if _hides(one.owner, name) and not isinstance(live[name], ModuleType)
                ]
        loaded = sys.modules
        found += [
            Change(loaded, name, module, loaded.get(name, _ABSENT))
            for name, module in self._entries
            if loaded.get(name) is not module
        ]
        return found

    def restore_interpreter(self) -> bool:
        """Undo changes to import hooks and last resorts; say whether there were hooks."""
        changed = False
        for live, saved in self._lists:
            if len(live) != len(saved) or not all(map(is_, live, saved)):
                changed = changed or live is not sys.path
                live[:] = saved
        sys.excepthook, sys.displayhook = self._last_resorts
        return changed

    def restore_streams(self) -> None:
        """Undo changes to the standard streams.

        Those that a program put in their place are kept: they may close what lies beneath.
        """
        self._replaced += [sys.stdin, sys.stdout, sys.stderr]
        sys.stdin, sys.stdout, sys.stderr = self._streams

    def _save(self, package: str, owner: Any, live: _Names) -> None:
        if id(owner) not in self._saved:
            self._saved[id(owner)] = _Saved(owner, live, dict(live), tuple(live.values()))
            self._packages.setdefault(package, []).append(owner)


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


def _hides(owner: Any, name: str) -> bool:
    """Say whether a new name hides a built-in one, an inherited method, or one of the class."""
    if isinstance(owner, ModuleType):
        return name in _BUILTINS
    kind = owner if isinstance(owner, type) else type(owner)
    bases = type.__dict__["__mro__"].__get__(kind)[1 if kind is owner else 0 :]
    return name not in ("__doc__", "__abstractmethods__", "_abc_impl", "__annotations__") and any(
        name in type.__dict__["__dict__"].__get__(base) for base in bases
    )


def _matters(owner: Any, name: str, old: Any) -> bool:
    if name in _ANYONE_S:
        return False
    if type(old) in (FunctionType, ModuleType, staticmethod, classmethod, property):
        return True
    if callable(old):
        return True
    named = isinstance(owner, ModuleType | type) and not name.startswith("_")
    return named and type(old) in (int, float, complex, str)
