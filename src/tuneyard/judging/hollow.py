"""The reference with its functions' bodies taken out: what a test that tests must not pass."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tuneyard.answers.names import BUILTINS, defined, lacking


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference program, and what follows from its text.

    Attributes:
        hollow: the program with the bodies of all functions and methods taken out; None where
            that changes nothing, or it does not compile.
        names: the builtin names that it defines at its top level. Its tests may ask for the
            answer's own; any other builtin is Python's in the tests, whatever an answer defines.
            And the names that it reads and nowhere sets: its tests have to give them.
        imports: what it imports at its top level, as ``(name, module, attribute)``; an empty
            attribute is the module itself. Its tests may count on that, and mean just that.
    """

    hollow: str | None
    names: tuple[str, ...]
    imports: tuple[tuple[str, str, str], ...] = ()


@lru_cache(maxsize=4096)
def take_out(source: str) -> Reference:
    """Return what follows from a reference program's text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Reference(None, ())
    names = tuple(sorted((defined(tree) & BUILTINS) | lacking(tree)))
    imports = tuple(_imported(tree))
    emptied = _Emptied()
    tree = ast.fix_missing_locations(emptied.visit(tree))
    return Reference(ast.unparse(tree) if emptied.changed else None, names, imports)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    set_otherwise = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for node in tree.body:
        for alias in getattr(node, "names", ()):
            name = alias.asname or alias.name.partition(".")[0]
            if name in set_otherwise:
                continue
            if isinstance(node, ast.Import):
                yield name, alias.name if alias.asname else name, ""
            elif isinstance(node, ast.ImportFrom) and node.module not in (None, "__future__"):
                yield name, str(node.module), alias.name


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
