"""From the exception that ended a program to a status, in the child."""

from __future__ import annotations

import dis
import errno
from types import FrameType, TracebackType
from typing import Any

from tuneyard.sandbox.audit import DeniedError, Notes
from tuneyard.sandbox.source import PROGRAM, TESTS, CompileError

_TEXT = 2_000  # characters of a message that are kept
# What limits of files, read-only file systems and Landlock answer; else it is EPERM.
_FILES = (errno.EMFILE, errno.ENFILE, errno.EFBIG, errno.ENOSPC, errno.EROFS, errno.EACCES)
_RAISE = {dis.opmap[name] for name in ("RAISE_VARARGS", "RERAISE")}


class ToldError(BaseException):
    """What failed did so in another process; ``row`` is the verdict from there."""

    def __init__(self, row: dict[str, Any]) -> None:
        super().__init__(row["message"])
        self.row = row


def verdict(error: BaseException | None, notes: Notes) -> dict[str, Any]:
    """Return ``status``, ``error_type``, ``message`` and ``line`` of a program's end."""
    if error is None:
        return _row("ok", None, None, None)
    if isinstance(error, ToldError):
        return dict(error.row)
    if isinstance(error, CompileError):
        error = error.error
        return _row("syntax", _name(error), _text(error), getattr(error, "lineno", None))
    frames = _frames(error.__traceback__)
    line = _program_line(frames)
    in_program = any(_is_program(frame) for frame, _, _ in frames)
    # A harness may call compile itself; exec within the program is a matter of running it.
    if isinstance(error, SyntaxError) and error.filename != TESTS and not in_program:
        return _row("syntax", _name(error), _text(error), error.lineno)
    if isinstance(error, SystemExit):
        return _row("exit", "SystemExit", f"sys.exit({_text(error)})", line)
    category = _category(error, frames, notes)
    if category == "signal":
        return _row("exit", "PermissionError", _text(error), line)
    if category is not None:
        text = _text(error)
        message = text if text.startswith(category) else f"{category}: {text or _name(error)}"
        name = "PermissionError" if isinstance(error, DeniedError) else _name(error)
        return _row("resource", name, message, line)
    return _row("exception", _name(error), _text(error), line)


def _category(error: BaseException, frames: list[_Place], notes: Notes) -> str | None:
    """Return what the sandbox refused, None where the exception is the program's own."""
    if isinstance(error, DeniedError):
        return error.category
    if isinstance(error, MemoryError):
        return "memory"
    raised_in_c = bool(frames) and not _is_raise(*frames[-1][:2])
    own_words = bool(frames) and _is_program(frames[-1][0]) and not raised_in_c
    if isinstance(error, OSError) and not own_words:
        if error.errno == errno.ENOMEM:
            return "memory"
        if error.errno in _FILES:
            return "files"
        if error.errno == errno.EPERM:
            return "files" if error.filename is not None else notes.category or "processes"
        if error.errno == errno.EAGAIN and notes.category == "processes":
            return "processes"
        if not raised_in_c:  # the standard library puts a refusal in its own words
            return notes.category
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread" and raised_in_c:
        return "processes"
    return None


_Place = tuple[FrameType, int, int | None]


def _frames(traceback: TracebackType | None) -> list[_Place]:
    """Return frame, offset of the instruction and line, innermost last; of long ones the ends."""
    found: list[_Place] = []
    while traceback is not None:
        if len(found) < 5_000:
            found.append((traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno))
        else:
            found[-1] = (traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _is_program(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name.startswith("<") and not name.startswith("<frozen")


def _is_raise(frame: FrameType, offset: int) -> bool:
    code = frame.f_code.co_code
    return 0 <= offset < len(code) and code[offset] in _RAISE


def _program_line(frames: list[_Place]) -> int | None:
    lines = [line for frame, _, line in frames if frame.f_code.co_filename == PROGRAM]
    return lines[-1] if lines else None


def _name(error: BaseException) -> str:
    return str(type(error).__name__)[:200]


def _text(error: BaseException) -> str:
    try:
        # SyntaxError's own text repeats file and line.
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException as failure:
        text = f"(its __str__ raised {type(failure).__name__})"
    return text[:_TEXT]


def _row(status: str, name: str | None, message: str | None, line: object) -> dict[str, Any]:
    return {
        "status": status,
        "error_type": name,
        "message": message,
        "line": line if isinstance(line, int) else None,
    }
