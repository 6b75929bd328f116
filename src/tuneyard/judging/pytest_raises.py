"""Blocks and calls that have to raise, or to warn."""

from __future__ import annotations

import contextlib
import pydoc
import re
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class FailedError(AssertionError):
    """A test that says it fails, or in which nothing was raised."""


class ExceptionInfo:
    """The context of ``raises``, and what it says of the exception."""

    def __init__(self, kinds: Any, match: Any, check: Callable[[Any], bool] | None) -> None:
        self._kinds, self._match, self._check = kinds, match, check
        self.value: Any = None
        self.type: Any = None
        self.tb: Any = None

    def __class_getitem__(cls, kind: Any) -> Any:
        return cls

    @property
    def typename(self) -> str:
        """The name of the exception's class."""
        return str(self.type.__name__)

    @property
    def traceback(self) -> Any:
        """The calls from the block to the exception."""
        return traceback.extract_tb(self.tb)

    def exconly(self, tryshort: bool = False) -> str:
        """Return the exception as a traceback's last lines have it."""
        return "".join(traceback.format_exception_only(self.type, self.value)).rstrip()

    def errisinstance(self, kinds: Any) -> bool:
        """Say whether the exception is one of these."""
        return isinstance(self.value, kinds)

    def match(self, pattern: Any) -> bool:
        """Refuse a message in which a pattern is not found."""
        said = "\n".join([str(self.value), *getattr(self.value, "__notes__", [])])
        if re.search(pattern, said) is None:
            raise FailedError(f"{said!r} does not match {pattern!r}")
        return True

    def group_contains(self, kinds: Any, *, match: Any = None, depth: int | None = None) -> bool:
        """Say whether a group holds such an exception, at any depth or at one."""
        todo = [(inner, 1) for inner in getattr(self.value, "exceptions", ())]
        while todo:
            error, level = todo.pop()
            todo += [(inner, level + 1) for inner in getattr(error, "exceptions", ())]
            right = isinstance(error, kinds) and (match is None or re.search(match, str(error)))
            if right and depth in (None, level):
                return True
        return False

    def __enter__(self) -> ExceptionInfo:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if kind is None:
            raise FailedError(f"did not raise {_names(self._kinds)}")
        if not issubclass(kind, self._kinds):
            return False
        self.type, self.value, self.tb = kind, error, trace
        if self._check is not None and not self._check(error):
            raise FailedError(f"{error!r} is not as the test wants it")
        return self._match is None or self.match(self._match)


def raises(
    kinds: Any = BaseException,
    function: Any = None,
    *arguments: Any,
    match: Any = None,
    check: Any = None,
    **named: Any,
) -> Any:
    """Refuse a block, or a call, that raises none of these."""
    found = ExceptionInfo(kinds, match, check)
    if function is None:
        return found
    if not callable(function):
        raise NotImplementedError("pytest.raises of a text needs pytest")
    with found:
        function(*arguments, **named)
    return found


class WarningsRecorder:
    """A block's warnings; where kinds are given, there has to be one of them."""

    def __init__(self, kinds: Any = None, match: Any = None) -> None:
        self._kinds, self._match = kinds, match
        self.list: Any = []

    def __enter__(self) -> WarningsRecorder:
        self._catch = warnings.catch_warnings(record=True)
        self.list = self._catch.__enter__()
        warnings.simplefilter("always")
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._catch.__exit__(kind, error, trace)
        if kind is not None or self._kinds is None:
            return
        if not any(
            issubclass(one.category, self._kinds)
            and (self._match is None or re.search(self._match, str(one.message)))
            for one in self.list
        ):
            raise FailedError(f"did not warn of {_names(self._kinds)}")

    def pop(self, kind: Any = Warning) -> Any:
        """Take out the first warning of a kind."""
        for place, one in enumerate(self.list):
            if issubclass(one.category, kind):
                return self.list.pop(place)
        raise FailedError(f"no warning of {_names(kind)}")

    def clear(self) -> None:
        """Forget the warnings so far."""
        self.list[:] = []

    def __len__(self) -> int:
        return len(self.list)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.list)

    def __getitem__(self, place: Any) -> Any:
        return self.list[place]


def warns(
    kinds: Any = Warning, function: Any = None, *arguments: Any, match: Any = None, **named: Any
) -> Any:
    """Refuse a block, or a call, that warns of none of these."""
    found = WarningsRecorder(kinds, match)
    if function is None:
        return found
    with found:
        return function(*arguments, **named)


def deprecated_call(function: Any = None, *arguments: Any, **named: Any) -> Any:
    """Refuse a block, or a call, that warns of no deprecation."""
    kinds = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
    return warns(kinds, function, *arguments, **named)


@contextlib.contextmanager
def kept_back(filters: Iterable[str]) -> Iterator[None]:
    """Keep a block's warnings from the standard error stream, as pytest does.

    Args:
        filters: as ``pytest.mark.filterwarnings`` takes them, ``action:message:category``.
    """
    with warnings.catch_warnings(record=True):
        for one in filters:
            action, message, category = (*one.split(":"), "", "")[:3]
            kind = pydoc.locate(category) if category else Warning
            warnings.filterwarnings(action, re.escape(message), kind)  # type: ignore[arg-type]
        yield


def _names(kinds: Any) -> str:
    every = kinds if isinstance(kinds, tuple) else (kinds,)
    return ", ".join(getattr(kind, "__name__", str(kind)) for kind in every)
