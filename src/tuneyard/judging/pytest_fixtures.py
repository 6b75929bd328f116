"""Fixtures: how a test says what it takes, and those that pytest brings."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Fixture:
    """A function that makes a test's argument; ``params`` are the values it is made with."""

    function: Callable[..., Any]
    params: Sequence[Any] | None = None
    autouse: bool = False
    name: str | None = None

    def __get__(self, instance: Any, owner: type | None = None) -> Fixture:
        if instance is None:
            return self
        bound = self.function.__get__(instance, owner)
        return Fixture(bound, self.params, self.autouse, self.name)


def fixture(function: Any = None, **options: Any) -> Any:
    """Make a fixture of a function."""
    kept = {key: options[key] for key in ("params", "autouse", "name") if key in options}
    return (lambda own: Fixture(own, **kept)) if function is None else Fixture(function, **kept)


class _MonkeyPatch:
    """What ``monkeypatch`` gives a test."""

    _ABSENT = object()

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def setattr(self, target: Any, name: Any, value: Any = _ABSENT, raising: bool = True) -> None:
        if value is self._ABSENT:
            where, _, attribute = str(target).rpartition(".")
            target, name, value = _resolved(where), attribute, name
        if raising:
            getattr(target, name)
        before = getattr(target, name, self._ABSENT)
        gone = before is self._ABSENT
        self._undo.append(lambda: delattr(target, name) if gone else setattr(target, name, before))
        setattr(target, name, value)

    def delattr(self, target: Any, name: str, raising: bool = True) -> None:
        before = getattr(target, name) if raising else getattr(target, name, self._ABSENT)
        if before is not self._ABSENT:
            delattr(target, name)
            self._undo.append(lambda: setattr(target, name, before))

    def setitem(self, target: Any, key: Any, value: Any) -> None:
        before = target.get(key, self._ABSENT)
        gone = before is self._ABSENT
        self._undo.append(
            lambda: target.pop(key, None) if gone else target.__setitem__(key, before)
        )
        target[key] = value

    def delitem(self, target: Any, key: Any, raising: bool = True) -> None:
        if key in target or raising:
            before = target.pop(key)
            self._undo.append(lambda: target.__setitem__(key, before))

    def setenv(self, name: str, value: Any, prepend: Any = None) -> None:
        self.setitem(os.environ, name, str(value))

    def delenv(self, name: str, raising: bool = True) -> None:
        self.delitem(os.environ, name, raising)

    def chdir(self, path: Any) -> None:
        before = os.getcwd()
        self._undo.append(lambda: os.chdir(before))
        os.chdir(path)

    def syspath_prepend(self, path: Any) -> None:
        sys.path.insert(0, str(path))

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()


def _resolved(path: str) -> Any:
    head, _, rest = path.partition(".")
    found = importlib.import_module(head)
    for name in filter(None, rest.split(".")):
        found = getattr(found, name)
    return found


def _monkeypatch() -> Iterator[_MonkeyPatch]:
    patch = _MonkeyPatch()
    yield patch
    patch.undo()


class _Capture:
    """What ``capsys`` gives a test."""

    def __init__(self) -> None:
        self._streams = io.StringIO(), io.StringIO()

    def readouterr(self) -> Any:
        texts = [stream.getvalue() for stream in self._streams]
        for stream in self._streams:
            stream.seek(0)
            stream.truncate()
        return _Read(*texts)


class _Read(tuple[str, str]):
    def __new__(cls, out: str, err: str) -> _Read:
        return super().__new__(cls, (out, err))

    out = property(lambda self: self[0])
    err = property(lambda self: self[1])


def _capsys() -> Iterator[_Capture]:
    capture = _Capture()
    out, err = capture._streams
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield capture


def _tmp_path() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder)


BUILT_IN = {
    "monkeypatch": Fixture(_monkeypatch),
    "capsys": Fixture(_capsys),
    "tmp_path": Fixture(_tmp_path),
}
"""The fixtures that pytest brings, as far as they are here."""
