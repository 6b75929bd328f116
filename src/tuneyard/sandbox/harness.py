"""Harnesses: trusted functions that run a program inside the isolated child.

A harness is ``f(source, payload, record) -> None``. It raises whatever the program raises. Write
one with ``compile_program`` and ``new_namespace``, so that a syntax error is told from a run-time
error and line numbers come out; import what it needs at the top of its module, which is loaded
before the fork.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from types import CodeType, ModuleType
from typing import Any

PROGRAM = "<program>"
TESTS = "<tests>"


class CompileError(Exception):
    """The program's text does not compile; ``error`` is what ``compile`` raised."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def compile_program(source: str, filename: str = PROGRAM) -> CodeType:
    """Compile model-written text.

    Raises:
        CompileError: wrong syntax or indentation, a null byte, unencodable text, too deep.
    """
    try:
        return compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError) as error:
        raise CompileError(error) from None


def new_namespace() -> dict[str, Any]:
    """Return the globals of a fresh ``__main__`` module, as a script would have them."""
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    return module.__dict__


def plain(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run the program as a script; the record stays empty."""
    exec(compile_program(source), new_namespace())


def python_tests(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run the program, then ``payload["tests"]`` (see ``run_tests``).

    ``record["passed"]`` is True where both ran to their end. Tests that do not compile are
    not the program's fault: they come out as an exception (SyntaxError), not as ``syntax``.
    """
    record["passed"] = False
    given = payload["tests"]
    tests = given if isinstance(given, str) else "\n".join(given)
    run_tests(source, tests, payload.get("names", ()))
    record["passed"] = True


def run_tests(source: str, tests: str, names: Iterable[str]) -> None:
    """Run a program, then its tests, which may end with status 0. Raises as they raise."""
    code = compile(tests, TESTS, "exec", dont_inherit=True)
    namespace = new_namespace()
    exec(compile_program(source), namespace)
    try:
        exec(code, namespace)
    except SystemExit as error:
        if error.code:
            raise
