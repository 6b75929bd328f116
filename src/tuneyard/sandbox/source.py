"""The text of a program as Python sees it: its names in tracebacks, and how it is compiled."""

from __future__ import annotations

import builtins
import os
import re
import sys
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any

PROGRAM = "<program>"
TESTS = "<tests>"
ANSWER = "solution"
"""The module name of an answer that is tested; many test programs import it by this one."""


class CompileError(Exception):
    """The program's text does not compile; ``error`` is what ``compile`` raised."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


_MANGLED = re.compile(r"_[A-Za-z]\w*?(__\w*[A-Za-z0-9])$")


def compile_program(source: str, filename: str = PROGRAM) -> CodeType:
    """Compile model-written text.

    Raises:
        CompileError: wrong syntax or indentation, a null byte, unencodable text, too deep.
    """
    try:
        return compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError) as error:
        raise CompileError(error) from None


@lru_cache(maxsize=1)
def compile_tests(tests: str) -> CodeType:
    """Compile a test program; where tests are tried, the same one is wanted for each program.

    Raises:
        SyntaxError, ValueError, RecursionError: it does not compile.
    """
    return compile(tests, TESTS, "exec", dont_inherit=True)


def new_module(name: str) -> ModuleType:
    """Return a fresh module that is imported under ``name`` from now on."""
    module = ModuleType(name)
    module.__dict__.update(__builtins__=builtins, __file__=f"{os.getcwd()}/program.py")
    sys.modules[name] = module
    return module


def new_namespace() -> dict[str, Any]:
    """Return the globals of a fresh ``__main__`` module, as a script would have them."""
    return new_module("__main__").__dict__


def unmangled(name: str) -> str:
    """Return an attribute's name as its class has it in its text: ``__x`` of ``_Kind__x``."""
    found = _MANGLED.match(name)
    return found[1] if found else name


def words(text: str) -> frozenset[str]:
    """Return the words of a text, which is a list that is easier to read than one of strings."""
    return frozenset(text.split())
