"""The names that tests of single functions use of pytest."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tuneyard.judging.pytest_fixtures import fixture


class Skipped(Exception):  # noqa: N818 - what is skipped is no error
    """A test that skips itself."""


class XFailed(Exception):  # noqa: N818
    """A test that says it would fail."""


class FailedError(AssertionError):
    """A test that says it fails, or in which nothing was raised."""


@dataclass
class Mark:
    """A mark: ``parametrize``, ``skip``, ``skipif`` and ``xfail`` mean something here."""

    name: str
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def skips(self) -> bool:
        """Whether the test is left out."""
        condition = self.arguments[0] if self.arguments else self.named.get("condition")
        return self.name == "skip" or (self.name == "skipif" and bool(condition))

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if len(arguments) == 1 and not named and callable(arguments[0]):
            own = arguments[0]
            own.pytestmark = [*getattr(own, "pytestmark", []), self]
            return own
        if self.name == "parametrize":
            both = dict(zip(("argnames", "argvalues"), arguments, strict=False)) | named
            rest = {k: v for k, v in both.items() if k not in ("argnames", "argvalues")}
            return Mark(self.name, (both["argnames"], both["argvalues"]), rest)
        return Mark(self.name, arguments, named)


class _Marks:
    def __getattr__(self, name: str) -> Mark:
        return Mark(name)


mark = _Marks()


def marks_of(own: Any) -> list[Mark]:
    """Return the marks of a function or class."""
    found = getattr(own, "pytestmark", [])
    return list(found) if isinstance(found, list | tuple) else [found]


@dataclass(init=False)
class Param:
    """One case of ``parametrize``."""

    values: tuple[Any, ...]
    marks: list[Mark]

    def __init__(self, *values: Any, marks: Any = (), id: Any = None) -> None:
        self.values = values
        self.marks = list(marks) if isinstance(marks, list | tuple) else [marks]


class _Raised:
    """The context of ``raises``: ``value``, ``type``, and ``match``."""

    def __init__(self, kinds: Any, match: Any) -> None:
        self._kinds, self._match = kinds, match
        self.value: Any = None
        self.type: Any = None

    def match(self, pattern: Any) -> bool:
        """Refuse a message in which a pattern is not found."""
        if re.search(pattern, str(self.value)) is None:
            raise FailedError(f"{str(self.value)!r} does not match {pattern!r}")
        return True

    def __enter__(self) -> _Raised:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if kind is None:
            raise FailedError(f"did not raise {self._kinds}")
        if not issubclass(kind, self._kinds):
            return False
        self.type, self.value = kind, error
        return self._match is None or self.match(self._match)


def raises(
    kinds: Any, function: Any = None, *arguments: Any, match: Any = None, **named: Any
) -> Any:
    """Refuse a block, or a call, that raises none of these."""
    found = _Raised(kinds, match)
    if function is None:
        return found
    with found:
        function(*arguments, **named)
    return found


@contextlib.contextmanager
def warns(kinds: Any = Warning, *, match: str | None = None) -> Iterator[list[Any]]:
    """Refuse a block that warns of none of these."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found
    told = [one for one in found if issubclass(one.category, kinds)]
    if not any(match is None or re.search(match, str(one.message)) for one in told):
        raise FailedError(f"did not warn of {kinds}")


def deprecated_call(**named: Any) -> Any:
    """Refuse a block that warns of no deprecation."""
    return warns((DeprecationWarning, PendingDeprecationWarning, FutureWarning), **named)


class approx:  # noqa: N801 - pytest's name
    """A number, or a collection of them, that is equal to what is near it."""

    __array_ufunc__ = None
    __array_priority__ = 100

    def __init__(self, expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False):
        self._expected, self._limits = expected, (rel, abs, nan_ok)

    def __eq__(self, actual: Any) -> bool:
        expected = self._expected
        if hasattr(expected, "tolist") and hasattr(expected, "shape"):
            expected = expected.tolist()
        if hasattr(actual, "tolist") and hasattr(actual, "shape"):
            actual = actual.tolist()
        if isinstance(expected, Mapping):
            return (
                isinstance(actual, Mapping)
                and expected.keys() == actual.keys()
                and all(self._near(value, actual[key]) for key, value in expected.items())
            )
        if isinstance(expected, list | tuple):
            return (
                isinstance(actual, Sequence)
                and len(actual) == len(expected)
                and all(map(self._near, expected, actual))
            )
        return self._near(expected, actual)

    __hash__ = None  # type: ignore[assignment]

    def _near(self, expected: Any, actual: Any) -> bool:
        if isinstance(expected, list | tuple | Mapping):
            rel, absolute, nan_ok = self._limits
            return bool(approx(expected, rel, absolute, nan_ok) == actual)
        rel, absolute, nan_ok = self._limits
        if expected is actual or builtins.bool(expected == actual):
            return True
        try:
            if math.isnan(expected):
                return bool(nan_ok) and math.isnan(actual)
            if math.isinf(expected) or math.isinf(actual):
                return False
        except TypeError:
            try:
                return bool(builtins.abs(expected - actual) <= (absolute or 1e-12))
            except TypeError:
                return False
        relative = 0.0 if rel is None and absolute is not None else (1e-6 if rel is None else rel)
        limit = max(relative * builtins.abs(expected), 1e-12 if absolute is None else absolute)
        return bool(builtins.abs(expected - actual) <= limit)

    def __repr__(self) -> str:
        return f"approx({self._expected!r})"


def skip(reason: str = "", **_: Any) -> NoReturn:
    """Leave the test out."""
    raise Skipped(reason)


def xfail(reason: str = "", **_: Any) -> NoReturn:
    """Say that the test fails and is meant to."""
    raise XFailed(reason)


def fail(reason: str = "", **_: Any) -> NoReturn:
    """Fail the test."""
    raise FailedError(reason)


def importorskip(name: str, **_: Any) -> Any:
    """Return a module, or leave the test out where there is none."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Skipped(f"no module {name}") from None


NAMES = {
    "approx": approx,
    "deprecated_call": deprecated_call,
    "fail": fail,
    "fixture": fixture,
    "importorskip": importorskip,
    "mark": mark,
    "param": Param,
    "raises": raises,
    "skip": skip,
    "warns": warns,
    "xfail": xfail,
}
"""What a test program finds in pytest, besides ``main``."""
