"""Runs one COCOBOTS program inside the sandbox's child process and records its placements.

What the program can reach is `put`, `init_board` and `board`. A board is an opaque handle; the
boards themselves live in a closure. None of this is a barrier against a program that rummages
in the interpreter: the parent trusts nothing here and replays the record by the rules
(`tuneyard.cocobots.execution`), so a forged record can say no more than honest calls could.
"""

from __future__ import annotations

from typing import Any

from tuneyard.cocobots.board import SHAPES, Board
from tuneyard.cocobots.board import put as place
from tuneyard.sandbox.source import compile_program, new_namespace

MAX_BOARDS = 16
MAX_COLOR_LENGTH = 32
GIVEN = frozenset({"put", "init_board", "board"})
"""The names that a program finds there."""


class BoardHandle:
    """A board as a program sees it: nothing to read or to change."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<board>"


def run_program(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Compile and run a program; whatever it raises goes up to the sandbox.

    Args:
        source: the program.
        payload: unused.
        record: receives ``boards`` (per board its ``rows``, ``columns`` and accepted ``puts``
            as [shape, colour, x, y]) and ``judged`` (the index of the board that counts: the
            one that the name ``board`` holds at the end, else the first).

    `put` accepts any colour. Those that are no strings are recorded by their type's name,
    ``<tuple>``, and overlong ones as ``<long>``: they equal no real colour.
    """
    code = compile_program(source)
    boards: list[tuple[BoardHandle, Board, list[list[object]]]] = []
    record.update(boards=[], judged=0)

    def init_board(rows: int = 8, cols: int = 8) -> BoardHandle:
        if len(boards) >= MAX_BOARDS:
            raise ValueError(f"a program may make at most {MAX_BOARDS} boards")
        board, handle = Board(rows, cols), BoardHandle()
        puts: list[list[object]] = []
        boards.append((handle, board, puts))
        record["boards"].append({"rows": board.rows, "columns": board.columns, "puts": puts})
        return handle

    def put(board: BoardHandle, shape: str, color: str, x: int, y: int) -> None:
        mine = [entry for entry in boards if entry[0] is board]
        if not mine:
            raise TypeError(f"put needs a board from init_board, not {type(board).__name__}")
        _, state, puts = mine[0]
        place(state, shape, color, x, y)
        shape_text = next(known for known in SHAPES if known == shape)
        puts.append([shape_text, _plain_text(color), int(x), int(y)])

    namespace = new_namespace()
    namespace.update(put=put, init_board=init_board, board=init_board())
    try:
        exec(code, namespace)
    finally:
        last = namespace.get("board")
        for index, (handle, _, _) in enumerate(boards):
            if handle is last:
                record["judged"] = index


def _plain_text(color: object) -> str:
    if type(color) is not str:
        return f"<{type(color).__name__}>"
    return color if len(color) <= MAX_COLOR_LENGTH else "<long>"
