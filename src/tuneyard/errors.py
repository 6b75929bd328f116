"""The one exception that users are meant to see."""

from __future__ import annotations

_ABSENT = object()


class UserError(Exception):
    """The user's input is wrong: what, where, the offending value and how to mend it.

    The command line prints it without a traceback and exits with status 2. Everything else
    that escapes is a fault of ours (exit status 1).

    Args:
        what: one sentence that names the problem.
        where: file, line, dotted key or field in which it was found.
        value: the offending value; shown with ``repr`` and shortened.
        remedy: what the user can do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        value: object = _ABSENT,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self.where = where
        self.shown = None if value is _ABSENT else _shorten(repr(value))
        self.remedy = remedy
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where:  {self.where}")
        if self.shown is not None:
            lines.append(f"  value:  {self.shown}")
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # Ray pickles exceptions across processes; keyword-only fields need help to survive that.
        return (_rebuild, (self.what, self.where, self.shown, self.remedy))


def _rebuild(what: str, where: str | None, shown: str | None, remedy: str | None) -> UserError:
    error = UserError(what, where=where, remedy=remedy)
    error.shown = shown
    error.args = (error._text(),)
    return error


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def suggestion(word: str, known: list[str]) -> str:
    """Return ``did you mean 'x'?`` for the closest known word, else the list of known words."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return "known: " + ", ".join(sorted(known))
