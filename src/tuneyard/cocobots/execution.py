"""The execution check: run both programs in the sandbox and compare the boards they build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneyard.answers import CodeBlock, extract_code, has_code
from tuneyard.cocobots.board import Board, BoardJson, put
from tuneyard.cocobots.difference import compare_boards
from tuneyard.cocobots.errors import PLACEMENT_CATEGORIES, PlacementError, runtime_category
from tuneyard.cocobots.harness import GIVEN
from tuneyard.cocobots.program import form_difference, syntax_detail
from tuneyard.sandbox import Limits, Outcome, Program

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox

HARNESS = "tuneyard.cocobots.harness:run_program"
LIMITS = Limits(seconds=10.0, cpu_seconds=2.0, memory_mb=256, source_bytes=200_000)
"""What one program may use; the data's programs take a millisecond and 1 kB."""

_PLACEMENT_NAMES = {category: cls.__name__ for cls, category in PLACEMENT_CATEGORIES.items()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a prediction compares with its reference.

    Attributes:
        success: both programs ran and built equal boards; None where the reference judges nothing.
        category: one of `tuneyard.cocobots.errors.CATEGORIES`, or None where board and form
            are right. ``wrong_form`` goes with success.
        detail: what more can be said, e.g. ``off by one row``, or why the reference judges nothing.
        expected, built: the boards as JSON; None where a program left none. The board of a
            program that failed in the middle holds what it had placed by then.
    """

    success: bool | None
    category: str | None
    detail: str | None
    expected: BoardJson | None
    built: BoardJson | None


@dataclass(frozen=True, slots=True)
class _Run:
    """One program's end: the board, and the error if there was one."""

    board: Board | None
    category: str | None = None
    detail: str | None = None


def judge(
    items: Sequence[tuple[str, str]],
    sandbox: Sandbox,
    limits: Limits = LIMITS,
    code_block: CodeBlock = "first",
) -> list[Verdict]:
    """Judge (reference, prediction) pairs; each program starts from an empty 8×8 board.

    Of a text that is run which is the program is for ``tuneyard.answers.extract_code`` to say.
    Equal programs run once. What the isolated process reports is only a list of placements; the
    boards are rebuilt from it here, by the rules.

    A reference that does not run, or builds nothing, judges nothing: such a pair has no verdict.
    """
    codes = [(_code(reference), _code(prediction, code_block)) for reference, prediction in items]
    runs = _run([text for pair in codes for text in pair], sandbox, limits)
    return [_verdict(reference, code, runs[reference], runs[code]) for reference, code in codes]


def try_references(references: Sequence[str], sandbox: Sandbox) -> list[str]:
    """Say of each reference why it judges nothing; an empty text where it judges."""
    codes = [_code(reference) for reference in references]
    runs = _run(codes, sandbox, LIMITS)
    return [_idle(code, runs[code]) for code in codes]


def _code(text: str, code_block: CodeBlock = "first") -> str:
    return extract_code(text, code_block, GIVEN)


def _run(texts: Sequence[str], sandbox: Sandbox, limits: Limits) -> dict[str, _Run]:
    runs = {text: _no_code(text) for text in texts}
    sources = [text for text in runs if has_code(text)]
    programs = [Program(source=text, harness=HARNESS, limits=limits) for text in sources]
    outcomes = sandbox.map(programs)
    return runs | {t: _finish(outcome) for t, outcome in zip(sources, outcomes, strict=True)}


def _idle(reference: str, run: _Run) -> str:
    """Say why a reference judges nothing: any program's board would do, or none would."""
    if not reference.strip():
        return "the reference is empty"
    if run.category is not None or run.board is None:
        return f"the reference does not run: {run.category} ({run.detail})"
    # Parts can only be put, never taken away: what leaves the board empty has done nothing.
    return "the reference builds nothing" if run.board == Board() else ""


def _no_code(text: str) -> _Run:
    return _Run(None, "no_code", "words only" if text.strip() else "empty")


def _verdict(reference: str, code: str, expected: _Run, built: _Run) -> Verdict:
    boards = (_json(expected.board), _json(built.board))
    if idle := _idle(reference, expected):
        return Verdict(None, None, idle, *boards)
    if built.category is not None or built.board is None:
        return Verdict(False, built.category, built.detail, *boards)
    assert expected.board is not None
    difference = compare_boards(expected.board, built.board)
    if difference is not None:
        return Verdict(False, difference.category, difference.detail, *boards)
    form = form_difference(reference, code)
    return Verdict(True, None if form is None else "wrong_form", form, *boards)


def _json(board: Board | None) -> BoardJson | None:
    return None if board is None else board.to_json()


def _finish(outcome: Outcome) -> _Run:
    """Turn the sandbox's outcome into a board and an error of groups B to D."""
    try:
        board = _replay(outcome.value)
    except PlacementError as error:
        # An honest harness records accepted placements only.
        return _Run(None, PLACEMENT_CATEGORIES[type(error)], f"forged record: {error}")
    except (TypeError, ValueError, KeyError):
        return _Run(None, "runtime_other", "forged record")
    message = outcome.message
    if outcome.status == "ok":
        # No board from a program that ended well: its record was lost or overwritten.
        return _Run(board) if board else _Run(None, "runtime_other", "forged record")
    if outcome.status == "syntax":
        return _Run(None, "syntax", syntax_detail(message))
    if outcome.status in ("timeout", "resource"):
        return _Run(board, outcome.status, message)
    if outcome.status == "exit":
        return _Run(board, "runtime_other", message or "the program ended itself")
    category = runtime_category(outcome.error_type)
    return _Run(board, category, _exception_detail(outcome, category))


def _exception_detail(outcome: Outcome, category: str) -> str:
    place = f"line {outcome.line}: " if outcome.line else ""
    if category in _PLACEMENT_NAMES:
        return f"{place}{outcome.message}"
    if category == "key_error" and outcome.value is not None:
        return f"{place}unknown shape or key {outcome.message}"
    return f"{place}{outcome.error_type}: {outcome.message}"


def _replay(value: Any) -> Board | None:
    """Rebuild the judged board from a record, trusting none of it.

    Raises:
        PlacementError: the record holds a placement that the rules refuse.
        TypeError, ValueError, KeyError: it is not what the harness writes.
    """
    if not value:
        return None
    boards, judged = value["boards"], value["judged"]
    if type(judged) is not int or not 0 <= judged < len(boards):
        raise ValueError("no such board")
    record = boards[judged]
    board = Board(record["rows"], record["columns"])
    for shape, color, x, y in record["puts"]:
        if type(color) is not str:
            raise TypeError("a colour is no text")
        put(board, shape, color, x, y)
    return board
