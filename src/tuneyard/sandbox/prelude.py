"""What an answer may take from its tests before they run: their imports and classes."""

from __future__ import annotations

import ast
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from tuneyard.sandbox.source import ANSWER, TESTS

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def give(tests: str, meant: Collection[str], names: dict[str, Any]) -> set[str]:
    """Run the tests' outermost imports and classes in an answer's names.

    For answers that begin where their tests, as one text with them, would have begun: with
    ``Optional[ListNode]`` in a signature. What the tests expect of an answer is none of it.

    Args:
        meant: names of functions and values that are given, too (see ``Scope``).

    Returns:
        The names of the tests' classes.
    """
    classes = set()
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.parse(tests, TESTS).body:
            if not _is_prelude(node, meant):
                continue
            with suppress(Exception):
                code = compile(ast.Module([node], []), TESTS, "exec", dont_inherit=True)
                exec(code, names)
                if isinstance(node, ast.ClassDef):
                    classes.add(node.name)
    return classes


def _is_prelude(node: ast.stmt, meant: Collection[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module not in (ANSWER, "__main__")
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Name) and one.id in meant for one in node.targets)
    return isinstance(node, ast.Import | ast.ClassDef) or (
        isinstance(node, _DEFINITIONS) and node.name in meant
    )
