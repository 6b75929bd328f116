"""What Python's own parser says of a text: a program, words, or a program gone wrong."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from typing import Final

MAX_PARSED: Final = 100_000
"""Characters beyond which a text is not parsed: the parser's memory grows a hundredfold."""
_MAX_LINES: Final = 2_000
# Where a text does not parse: a definition or a call that was begun.
_BEGUN: Final = re.compile(
    r"\bdef |^[ \t]*(?:[^\W\d][\w.,\[\] ]*=[ \t]*)?[^\W\d][\w.]*\(", re.MULTILINE
)
_DEFINING: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.For,
    ast.While,
    ast.If,
    ast.With,
    ast.Try,
    ast.Match,
)


@lru_cache(maxsize=2)
def parse(source: str) -> ast.Module | None:
    """Parse a program, or return ``None`` where it does not parse or is too long to be tried.

    An answer is parsed to find its program, and the program to see whether it is one: the same
    text, as a rule. The tree is shared, so it must not be changed.
    """
    if len(source) > MAX_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in model-written strings
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def has_code(text: str) -> bool:
    """Say whether a text is a program at all, or was meant to be.

    Where the whole text parses, its syntax tree decides (see ``is_code``): empty answers,
    comments, and words that happen to parse ("Yes", "a, b") are none. Where it does not, a
    definition or a call that was begun, or one line that parses as code, shows a program gone
    wrong; a text too long to be parsed counts as one.
    """
    tree = parse(text)
    if tree is not None:
        return is_code(tree)
    if _BEGUN.search(text):
        return True
    lines = text.splitlines()
    if len(lines) > _MAX_LINES or any(len(line) > _MAX_LINES for line in lines):
        return True
    return any(is_code_line(line) for line in lines)


def is_code_line(line: str) -> bool:
    """Say whether a line by itself, or the head of a compound statement, is code."""
    line = line.strip()
    tree = parse(line) or (parse(f"{line} pass") if line.endswith(":") else None)
    return tree is not None and is_code(tree)


def is_code(tree: ast.Module) -> bool:
    """Say whether a module does anything: a statement, or an expression that calls or looks up.

    A bare annotation, as "Answer: yes" is one, does nothing.
    """
    return any(map(_acts, tree.body))


def _acts(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return any(isinstance(node, ast.Call | ast.Subscript) for node in ast.walk(statement))
    return not (isinstance(statement, ast.AnnAssign) and statement.value is None)


def defines(tree: ast.Module) -> bool:
    """Say whether a module has what printed output never has: definitions, imports, blocks."""
    return any(
        isinstance(statement, _DEFINING)
        or (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda))
        for statement in tree.body
    )


def solves(tree: ast.Module) -> bool:
    """Say whether a module defines a function or a class that is more than a stub, and no test.

    Examples of use, tests and outlines stand before a solution as often as behind it.
    """
    return any(map(_is_solution, tree.body))


def _is_solution(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ClassDef):
        tests = any(ast.unparse(base).endswith("TestCase") for base in statement.bases)
        return not (tests or statement.name.startswith("Test") or _is_stub(statement.body))
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return not (statement.name.startswith("test_") or _is_stub(statement.body))
    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda)


def _is_stub(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Raise) and "NotImplemented" in ast.unparse(statement))
        for statement in body
    )
