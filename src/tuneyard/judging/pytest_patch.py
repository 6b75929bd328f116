"""``monkeypatch``: changes that are taken back at a test's end."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

_ABSENT: Any = object()


class MonkeyPatch:
    """What ``monkeypatch`` gives a test."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    @classmethod
    @contextlib.contextmanager
    def context(cls) -> Iterator[MonkeyPatch]:
        """Take changes back at a block's end."""
        patch = cls()
        try:
            yield patch
        finally:
            patch.undo()

    def setattr(self, target: Any, name: Any, value: Any = _ABSENT, raising: bool = True) -> None:
        """Set an attribute, of an object or by a path such as ``os.path.exists``."""
        if value is _ABSENT:
            target, name, value = *_split(target), name
        if raising:
            getattr(target, name)
        # What a class inherits is not its own afterwards.
        own = vars(target) if isinstance(target, type) else None
        before = getattr(target, name, _ABSENT) if own is None else own.get(name, _ABSENT)
        gone = before is _ABSENT
        self._undo.append(lambda: delattr(target, name) if gone else setattr(target, name, before))
        setattr(target, name, value)

    def delattr(self, target: Any, name: Any = _ABSENT, raising: bool = True) -> None:
        """Delete an attribute."""
        if name is _ABSENT:
            target, name = _split(target)
        before = getattr(target, name) if raising else getattr(target, name, _ABSENT)
        if before is not _ABSENT:
            delattr(target, name)
            self._undo.append(lambda: setattr(target, name, before))

    def setitem(self, target: Any, key: Any, value: Any) -> None:
        """Set an item."""
        before = target.get(key, _ABSENT) if hasattr(target, "get") else target[key]
        gone = before is _ABSENT
        self._undo.append(
            lambda: target.pop(key, None) if gone else target.__setitem__(key, before)
        )
        target[key] = value

    def delitem(self, target: Any, key: Any, raising: bool = True) -> None:
        """Delete an item."""
        if key in target or raising:
            before = target.pop(key)
            self._undo.append(lambda: target.__setitem__(key, before))

    def setenv(self, name: str, value: Any, prepend: str | None = None) -> None:
        """Set a variable of the environment, or put something before its value."""
        if prepend and name in os.environ:
            value = f"{value}{prepend}{os.environ[name]}"
        self.setitem(os.environ, name, str(value))

    def delenv(self, name: str, raising: bool = True) -> None:
        """Delete a variable of the environment."""
        self.delitem(os.environ, name, raising)

    def chdir(self, path: Any) -> None:
        """Change the working directory."""
        before = os.getcwd()
        self._undo.append(lambda: os.chdir(before))
        os.chdir(path)

    def syspath_prepend(self, path: Any) -> None:
        """Let modules be looked for in a folder first."""
        before = list(sys.path)
        self._undo.append(lambda: sys.path.__setitem__(slice(None), before))
        sys.path.insert(0, str(path))
        importlib.invalidate_caches()

    def undo(self) -> None:
        """Take everything back, the last change first."""
        while self._undo:
            self._undo.pop()()


def _split(path: str) -> tuple[Any, str]:
    """Return the object of a path such as ``os.path.exists``, and the name of its attribute."""
    where, _, attribute = str(path).rpartition(".")
    head, _, rest = where.partition(".")
    found = importlib.import_module(head)
    walked = head
    for name in filter(None, rest.split(".")):
        walked += f".{name}"
        try:
            found = getattr(found, name)
        except AttributeError:
            found = importlib.import_module(walked)
    return found, attribute
