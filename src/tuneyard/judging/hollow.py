"""The reference with its functions' bodies taken out: what a test that tests must not pass."""

from __future__ import annotations

import ast
import builtins
import warnings
from dataclasses import dataclass
from functools import lru_cache

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference program, and what follows from its text.

    Attributes:
        hollow: the program with the bodies of all functions and methods taken out; None where
            that changes nothing, or it does not compile.
        names: the builtin names that it defines at its top level. Its tests may ask for the
            answer's own; any other builtin is Python's in the tests, whatever an answer defines.
            And the names that it reads and nowhere sets: its tests have to give them.
    """

    hollow: str | None
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def take_out(source: str) -> Reference:
    """Return what follows from a reference program's text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Reference(None, ())
    names = tuple(sorted((_defined(tree) & _BUILTINS) | _lacking(tree)))
    emptied = _Emptied()
    tree = ast.fix_missing_locations(emptied.visit(tree))
    return Reference(ast.unparse(tree) if emptied.changed else None, names)


class _Emptied(ast.NodeTransformer):
    """Takes the bodies out of functions and methods; classes, and what they hold besides, stay."""

    def __init__(self) -> None:
        self.changed = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._empty(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._empty(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if isinstance(node.value, ast.Lambda):
            self.changed = True
            node.value.body = ast.Constant(None)
        return node

    def _empty(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if [type(statement) for statement in node.body] != [ast.Pass]:
            self.changed = True
            node.body = [ast.Pass()]
        return node


def _lacking(tree: ast.Module) -> set[str]:
    """Return the names that a program reads and nowhere sets, but Python's own."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
    return read - bound - _BUILTINS


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a program binds at its top level."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            todo += ast.iter_child_nodes(node)
    return found
