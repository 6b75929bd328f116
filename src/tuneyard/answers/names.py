"""The names that a program binds, and those that it takes from elsewhere."""

from __future__ import annotations

import ast
import builtins
from typing import Final

BUILTINS: Final = frozenset(dir(builtins))
DEFINING: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def lacking(tree: ast.Module) -> set[str]:
    """Return the names that a program reads and nowhere sets, but Python's own."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, DEFINING):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
    return read - bound - BUILTINS


def defined(tree: ast.Module) -> set[str]:
    """Return the names that a program binds at its top level."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, DEFINING):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            todo += ast.iter_child_nodes(node)
    return found
