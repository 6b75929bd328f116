"""The reference with its functions' bodies taken out: what a test that tests must not pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tuneyard.answers.names import BUILTINS, defined, lacking
from tuneyard.sandbox.imports import EVERYTHING
from tuneyard.unwarned import unwarned


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference program, and what follows from its text.

    Attributes:
        hollow: the program with the bodies of all functions and methods taken out; None where
            that changes nothing, or it does not compile.
        names: the builtin names that it defines at its top level. Its tests may ask for the
            answer's own; any other builtin is Python's in the tests, whatever an answer defines.
            And the names that it reads and nowhere sets: its tests have to give them.
        takes: the names that it defines, not imports, for its tests to take.
        imports: what it imports outside of functions and classes (see ``sandbox.imports``). Its
            tests may count on that, and mean just that.
    """

    hollow: str | None
    names: tuple[str, ...]
    takes: tuple[str, ...] = ()
    imports: tuple[tuple[str, str, str], ...] = ()


@lru_cache(maxsize=4096)
def take_out(source: str) -> Reference:
    """Return what follows from a reference program's text."""
    try:
        with unwarned():
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Reference(None, ())
    names = tuple(sorted((defined(tree) & BUILTINS) | lacking(tree)))
    takes, imports = _bound(tree)
    emptied = _Emptied()
    tree = emptied.visit(tree)
    return Reference(ast.unparse(tree) if emptied.changed else None, names, takes, imports)


def _bound(tree: ast.Module) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """Return the names that a program defines at its top level, and what it imports there.

    What is imported and defined, too, is defined.
    """
    names: set[str] = set()
    own: set[str] = set()
    imports: dict[tuple[str, str], tuple[str, str, str]] = {}
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for name, module, part in _imports(node):
                imports[name, module if name == EVERYTHING else ""] = name, module, part
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            todo += ast.iter_child_nodes(node)
    found = tuple(
        (name, module, " ".join(sorted(own))) if name == EVERYTHING else (name, module, part)
        for name, module, part in imports.values()
        if name not in own
    )
    return tuple(sorted((names - {name for name, _, _ in found}) | own)), found


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, str]]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield alias.asname or alias.name.partition(".")[0], alias.name, ""
        elif node.module and node.module != "__future__" and not node.level:
            yield alias.asname or alias.name, node.module, alias.name


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
