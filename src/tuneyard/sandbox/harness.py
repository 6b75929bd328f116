"""Harnesses: trusted functions that run a program inside the isolated child.

A harness is ``f(source, payload, record)``. It raises whatever the program raises, and may return
True where the program had no means to change the interpreter, which is then taken to be as it was.
Write one with ``compile_program`` and ``new_namespace``, so that a syntax error is told from a
run-time error and line numbers come out; import what it needs at the top of its module, which is
loaded before the fork.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tuneyard.sandbox.guard import ForgedError
from tuneyard.sandbox.source import PROGRAM, TESTS, CompileError, compile_program, new_namespace
from tuneyard.sandbox.trial import Trial

__all__ = [
    "PROGRAM",
    "TESTS",
    "CompileError",
    "ForgedError",
    "compile_program",
    "new_namespace",
    "plain",
    "python_tests",
    "run_tests",
]


def plain(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run the program as a script; the record stays empty."""
    exec(compile_program(source), new_namespace())


def python_tests(source: str, payload: dict[str, Any], record: dict[str, Any]) -> bool:
    """Run the program as a module, then ``payload["tests"]`` (text) as ``__main__``.

    ``payload["names"]`` (default: none): built-in names that the tests take from the answer,
    because the reference defines them. The record receives ``passed``: whether both ran to their
    end and nothing was tampered with; ``suspicious``: short reasons to doubt it; ``forged``: the
    tampering that is certain, or None.
    """
    record.update(passed=False, suspicious=[], forged=None)
    untouched = False
    try:
        names = payload.get("names", ())
        untouched = run_tests(source, payload["tests"], names, record["suspicious"])
    except ForgedError as error:
        record["forged"] = str(error)
    else:
        record["passed"] = True
    return untouched


def run_tests(
    source: str, tests: str, names: Collection[str] = (), suspicious: list[str] | None = None
) -> bool:
    """Run an answer and its tests; return where the tests ran to their end.

    May be called several times in one process: each call starts from the same state.

    Args:
        source: the answer.
        tests: the test program.
        names: built-in names (``abs``, ``sorted``) that the tests take from the answer.
        suspicious: receives short reasons to doubt the outcome.

    Returns:
        Whether the answer had no means to change the interpreter.

    Raises:
        CompileError: the answer does not compile.
        ForgedError: the answer tampered with its judgement.
        BaseException: whatever the answer or the tests raise, SyntaxError of the tests included.
    """
    return Trial(source, tests, names, [] if suspicious is None else suspicious).run()
