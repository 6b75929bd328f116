"""What a test program finds in pytest."""

from __future__ import annotations

import enum
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

from tuneyard.judging.pytest_approx import approx
from tuneyard.judging.pytest_fixtures import Request, fixture
from tuneyard.judging.pytest_marks import Mark, Param, mark
from tuneyard.judging.pytest_patch import MonkeyPatch
from tuneyard.judging.pytest_raises import (
    ExceptionInfo,
    FailedError,
    WarningsRecorder,
    deprecated_call,
    raises,
    warns,
)


class Skipped(Exception):  # noqa: N818 - what is skipped is no error
    """A test that skips itself."""


class XFailed(Exception):  # noqa: N818
    """A test that says it would fail."""


class _Outcome:
    """``skip``, ``xfail`` and ``fail``: functions with their exception as an attribute."""

    def __init__(self, kind: type[Exception]) -> None:
        self.Exception = kind

    def __call__(self, reason: Any = "", *_: Any, **named: Any) -> NoReturn:
        raise self.Exception(reason or named.get("msg", ""))


def importorskip(name: str, *_: Any, **__: Any) -> Any:
    """Return a module, or leave the test out where there is none."""
    try:
        importlib.import_module(name)
    except ImportError:
        raise Skipped(f"no module {name}") from None
    return sys.modules[name]


class _Generic:
    """A class that annotations name."""

    def __class_getitem__(cls, kind: Any) -> Any:
        return cls


class _ExitCode(enum.IntEnum):
    OK = 0
    TESTS_FAILED = 1
    INTERRUPTED = 2
    INTERNAL_ERROR = 3
    USAGE_ERROR = 4
    NO_TESTS_COLLECTED = 5


_TYPES = ("CaptureFixture", "LogCaptureFixture", "TempPathFactory", "TempdirFactory", "Config",
          "Item", "Function", "Module", "Session", "Collector", "Cache")  # fmt: skip

NAMES: dict[str, Any] = {
    "ExceptionInfo": ExceptionInfo,
    "ExitCode": _ExitCode,
    "FixtureRequest": Request,
    "Mark": Mark,
    "MarkDecorator": Mark,
    "MonkeyPatch": MonkeyPatch,
    "WarningsRecorder": WarningsRecorder,
    "approx": approx,
    "deprecated_call": deprecated_call,
    "fail": _Outcome(FailedError),
    "fixture": fixture,
    "importorskip": importorskip,
    "mark": mark,
    "param": Param,
    "raises": raises,
    "register_assert_rewrite": lambda *_: None,
    "skip": _Outcome(Skipped),
    "warns": warns,
    "xfail": _Outcome(XFailed),
    "yield_fixture": fixture,
    "__version__": "8.0.0",
    **{name: type(name, (_Generic,), {}) for name in _TYPES},
}
_UNKNOWN = ("pytest_generate_tests", "pytest_plugins", "pytest_runtest_setup", "pytest_configure")


def module(main: Callable[[], None]) -> ModuleType:
    """Return what stands in for pytest.

    Args:
        main: what ``pytest.main`` runs; it raises where a test fails.
    """

    def run_all(*_: Any, **__: Any) -> int:
        main()
        return 0  # as a plain number: it may be what the program exits with

    def unknown(name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"pytest.{name} is not supported here")

    found = ModuleType("pytest")
    found.__dict__.update(NAMES, main=run_all, console_main=run_all, __getattr__=unknown)
    return found


def refuse_unknown(namespace: Any) -> None:
    """Refuse hooks that only pytest calls.

    Raises:
        NotImplementedError: the program has one.
    """
    for name in _UNKNOWN:
        if name in namespace:
            raise NotImplementedError(f"{name} is not supported here")
