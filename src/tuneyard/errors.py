"""The exceptions that users are meant to see: one message each, and no traceback."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

_ABSENT = object()
_MOST = 400
"""Characters of a list in a message."""


class ToldError(Exception):
    """What happened, where, the offending value and how to mend it.

    The command line prints it without a traceback and exits with its ``status``.

    Args:
        what: one sentence that names the problem.
        where: file, line, dotted key or field in which it was found.
        value: the offending value; shown with ``repr`` and shortened. Of wrong input it is the
            place where none is named.
        remedy: what the user can do about it.
        log: the file that holds the detail.
    """

    status: ClassVar[int]

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        value: object = _ABSENT,
        remedy: str | None = None,
        log: str | None = None,
    ) -> None:
        self.what = what
        self.where = where
        if value is _ABSENT and where is not None and self.status == 2:
            value = where  # the place is itself what is wrong: a file that is not there
        self.shown = None if value is _ABSENT else _shown(value)
        self.remedy = remedy
        self.log = log
        super().__init__(what)  # of which, and of the fields, an unpickled one is made

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where:  {self.where}")
        if self.shown is not None:
            lines.append(f"  value:  {self.shown}")
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        if self.log:
            lines.append(f"  log:    {self.log}")
        return "\n".join(lines)

    def at(self, where: str) -> Self:
        """Return the same error at another place."""
        error = copy.copy(self)
        error.where = where
        return error


class UserError(ToldError):
    """The user's input is wrong. What else escapes, and is no ``ToldError``, is a fault of ours."""

    status = 2


class RunError(ToldError):
    """A run failed although its input is right: a worker was lost, memory did not suffice."""

    status = 1


class AbandonedError(Exception):
    """A sweep has stopped a training before its end: nothing is wrong, and nothing is kept."""


def _shown(value: object) -> str:
    """Return a value on one line; of many items the first ones, each whole."""
    if type(value) is dict and value:
        each = max(40, _MOST // len(value))
        items = (_shorten(f"{_repr(key)}: {_repr(one)}", each) for key, one in value.items())
        return f"{{{_joined(items, len(value))}}}"
    if type(value) in (list, tuple) and value:
        assert isinstance(value, list | tuple)
        inner = _joined(map(_repr, value), len(value))
        return f"[{inner}]" if type(value) is list else f"({inner})"
    return _shorten(_repr(value))


def _repr(value: object) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits; a list of itself
        return f"a {type(value).__name__} too large to show"


def _joined(items: Iterable[str], count: int, limit: int = _MOST) -> str:
    """Return items with commas between them, and how many of so many there is no room for."""
    shown: list[str] = []
    for item in items:
        if shown and sum(map(len, shown)) + len(item) > limit:
            return f"{', '.join(shown)}, … ({count - len(shown):,} more)"
        shown.append(_shorten(item, limit))
    return ", ".join(shown)


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def first_line(error: BaseException, limit: int = 300) -> str:
    """Return the first line of an exception that says something, printable whatever it quotes.

    Where none does it is the type's name.
    """
    lines = (line.strip() for line in str(error).splitlines())
    found = next(filter(None, lines), type(error).__name__)[:limit]
    return found.encode("utf-8", "backslashreplace").decode()


def named(error: BaseException) -> str:
    """Return an exception's type and first line."""
    kind, said = type(error).__name__, first_line(error).removesuffix(":")
    return kind if said == kind else f"{kind}: {said}"


def listed(names: Iterable[str], limit: int = 1000) -> str:
    """Return names as a message lists them: on one line, and the first where they are too many."""
    known = [n if n.isprintable() else repr(n) for n in names]
    return _joined(known, len(known), limit)


def check_known(word: object, known: Collection[Any], what: str, where: str | None = None) -> None:
    """Raise a ``UserError`` for a name that is not known, with the closest that is, or all.

    Args:
        what: what is wrong with it, for the message.
    """
    if word not in known:
        raise UserError(what, where=where, value=word, remedy=suggestion(str(word), list(known)))


def suggestion(word: str, known: list[str], named: Iterable[str] | None = None) -> str:
    """Return ``did you mean 'x'?`` for the closest known word, else the list of known words.

    Args:
        named: what is listed instead of all of them, in this order.
    """
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return "known: " + listed(sorted(known) if named is None else named)
