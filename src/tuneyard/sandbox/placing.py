"""Puts marks into a test program (see `tuneyard.sandbox.marks`, which says what they are for)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tuneyard.sandbox.check_nodes import (
    FUNCTIONS,
    checks,
    checks_itself,
    inside,
    is_check_name,
    name_of,
    within,
)

BEGIN, END, CALLED, EVEN = " begin", " end", " called", " even"

_CALLERS = frozenset(("map", "filter", "starmap", "takewhile", "dropwhile", "filterfalse", "iter"))
_BUILDS = frozenset(("range", "enumerate", "zip", "sorted", "reversed", "list", "tuple"))
_SKIPS = re.compile(r"skip|xfail", re.IGNORECASE)


@dataclass(slots=True)
class Marked:
    """The marks in a test program.

    Attributes:
        lines: the line of each.
        certain: those that every run comes to that ends and skips nothing.
        tests: those of test functions that skip nothing by themselves.
        open: those that may be left in the middle: several branches share them, or loops and
            functions are left early.
        checking: those whose block has a check of its own, in no block within.
        checks_first: whether the program's outermost statements have one.
        reuses: whether the program may use data again that it gave away (see ``reuses_data``).
    """

    lines: list[int] = field(default_factory=list)
    certain: set[int] = field(default_factory=set)
    tests: list[int] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    checking: list[int] = field(default_factory=list)
    checks_first: bool = False
    reuses: bool = True


def put_marks(tree: ast.Module) -> Marked:
    """Put marks into a program, in place."""
    placing = _Placing(tree)
    placing.marked.checks_first = checks_itself(tree.body, placing.own)
    placing.visit(tree)
    return placing.marked


class _Placing(ast.NodeTransformer):
    def __init__(self, tree: ast.Module) -> None:
        self.marked = Marked()
        self._group: int | None = None  # the mark of the branches that this is within
        self._sure = True  # whether who comes to the function, or the program, comes here
        self._double = False  # whether this is a class that is there to be used, and tests nothing
        self.own = {node.name for node in ast.walk(tree) if isinstance(node, FUNCTIONS)}
        self._called = set(_called_for_sure(tree))
        self._constant = _constants(tree)

    def visit_FunctionDef(self, node: Any) -> Any:
        outer = self._group, self._sure
        self._group = None
        self._sure = node.name in self._called or node.name.startswith("test")
        self._sure = self._sure and isinstance(node, ast.FunctionDef) and not node.decorator_list
        parts = list(within(node))
        last = node.body[-1]
        returns = any(isinstance(one, ast.Return) and one is not last for one in parts)
        generates = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in parts)
        skips = node.name.startswith("test") and any(
            _SKIPS.search(name_of(one)) for one in ast.walk(node)
        )
        mark = None
        if self._checks(parts) and not generates and not isinstance(last, ast.Raise):
            mark = self._new(node, self._sure and not returns, leaves=returns)
            if node.name.startswith("test") and not returns and not skips:
                self.marked.tests.append(mark)
        elif returns:
            self._sure = False
        self.generic_visit(node)
        if mark is not None:
            node.body = _wrapped(node.body, mark)
        self._group, self._sure = outer
        return node

    def _checks(self, nodes: Iterable[ast.AST]) -> bool:
        """Say whether there is a check; what a class refuses that is there to be used is none."""
        return checks(nodes, strictly=self._double)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's names

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        outer = self._group, self._double
        self._group = None
        self._double = not any(map(is_check_name, (node.name, *map(name_of, node.bases))))
        self.generic_visit(node)
        self._group, self._double = outer
        return node

    def visit_For(self, node: Any) -> Any:
        sure = self._sure and self._goes(getattr(node, "iter", None))
        leaves = any(isinstance(one, ast.Break | ast.Continue | ast.Return) for one in within(node))
        mark = None
        if self._checks(inside(node.body)):
            mark = self._new(node, sure and not leaves, leaves=leaves)
        self._within(node, sure and not leaves)
        if mark is not None:
            node.body = _wrapped(node.body, mark)
        return node

    visit_AsyncFor = visit_While = visit_For  # noqa: N815

    def visit_With(self, node: Any) -> Any:
        mark = self._new(node, False) if self._checks(inside(node.body)) else None
        self._within(node, False)
        if mark is not None:
            node.body = _wrapped(node.body, mark)
        return node

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_If(self, node: ast.If) -> Any:
        if any(name_of(one) == "__name__" for one in ast.walk(node.test)):
            self.generic_visit(node)
        else:
            self._branches(node, [node.body, node.orelse], False)
        return node

    def visit_Try(self, node: Any) -> Any:
        handlers = [handler.body for handler in node.handlers]
        if handlers:
            self._branches(node, [node.body, *handlers, node.orelse], True)
        else:
            self.generic_visit(node)
        return node

    visit_TryStar = visit_Try  # noqa: N815

    def visit_Match(self, node: ast.Match) -> Any:
        self._branches(node, [case.body for case in node.cases], False)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        name = name_of(node.func)
        plain = bool(node.args) and not any(isinstance(one, ast.Starred) for one in node.args)
        if name in _CALLERS and plain and len(node.args) > 1 and _is_python_s(node.func):
            mark = self._new(node, False)
            node.args[0] = _call(CALLED, mark, node.args[0], node.args[0])
        elif name == "zip" and plain and isinstance(node.func, ast.Name) and not node.keywords:
            if len(node.args) == 1 or all(map(self._goes, node.args)):
                return node
            function = ast.copy_location(ast.Name(EVEN, ast.Load()), node)
            number = ast.copy_location(ast.Constant(self._new(node, False)), node)
            return ast.copy_location(ast.Call(function, [number, *node.args], []), node)
        return node

    def visit_GeneratorExp(self, node: Any) -> Any:
        compares = any(isinstance(one, ast.Compare) for one in ast.walk(node.elt))
        if compares or self._checks(ast.walk(node.elt)):
            sure = self._sure and all(
                self._goes(part.iter) and not part.ifs and not part.is_async
                for part in node.generators
            )
            mark = self._new(node, sure)
            self.generic_visit(node)
            node.elt = _call(END, mark, node.elt, node.elt)
        else:
            self.generic_visit(node)
        return node

    visit_ListComp = visit_SetComp = visit_GeneratorExp  # noqa: N815

    def _new(self, node: ast.stmt | ast.expr, certain: bool, *, leaves: bool = False) -> int:
        if self._group is not None:
            return self._group
        self.marked.lines.append(node.lineno)
        mark = len(self.marked.lines) - 1
        if certain:
            self.marked.certain.add(mark)
        if leaves:
            self.marked.open.add(mark)
        if checks_itself(getattr(node, "body", []), self.own) or isinstance(node, ast.expr):
            self.marked.checking.append(mark)
        return mark

    def _within(self, node: ast.AST, sure: bool) -> None:
        outer, self._sure = self._sure, sure
        self.generic_visit(node)
        self._sure = outer

    def _branches(self, node: ast.stmt, bodies: list[list[ast.stmt]], every: bool) -> None:
        """Mark the bodies that check; several of them, or ``every`` one, are one mark."""
        checking = [body for body in bodies if checks(inside(body), strictly=True)]
        outer = self._group
        mark = None
        if checking:
            mark = self._new(node, False)
            if len(checking) > 1 or every:
                self._group = mark
                self.marked.open.add(mark)
        self._within(node, False)
        self._group = outer
        if mark is not None:
            for body in bodies if every else checking:
                if body:
                    body[:] = _wrapped(body, mark)

    def _goes(self, node: ast.expr | None) -> bool:
        """Say whether something is known to have elements, whatever an answer does."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return any(not isinstance(one, ast.Starred) for one in node.elts)
        if isinstance(node, ast.Dict):
            return bool(node.keys)
        if isinstance(node, ast.Name):
            return node.id in self._constant
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in ("items", "keys", "values") and self._goes(node.func.value)
        if name_of(node.func) in ("range", "len"):
            return all(isinstance(one, ast.Constant) or self._goes(one) for one in node.args)
        return name_of(node.func) in _BUILDS and all(map(self._goes, node.args))


def _constants(tree: ast.Module) -> set[str]:
    """Return the names that are given a value once: a number, or a list or the like with elements.

    A list that is used more than once may be emptied by whoever gets it.
    """
    used: dict[str, int] = {}
    times: dict[str, int] = {}
    found: dict[str, bool] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used[node.id] = used.get(node.id, 0) + 1
        elif isinstance(node, ast.Name):
            times[node.id] = times.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            times[node.arg] = times.get(node.arg, 0) + 1
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            full = getattr(value, "elts", None) or getattr(value, "keys", None)
            full = full or (isinstance(value, ast.Constant) and value.value and [value])
            if isinstance(target, ast.Name) and full and not isinstance(full[0], ast.Starred):
                found[target.id] = isinstance(value, ast.Constant | ast.Tuple)
    return {
        name
        for name, fixed in found.items()
        if times[name] == 1 and (fixed or used.get(name, 0) == 1)
    }


def _called_for_sure(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions that a program, or one of its tests, calls whatever happens."""
    bodies = [tree.body]
    bodies += [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and node.name.startswith("test")
    ]
    for body in bodies:
        for node in body:
            value = getattr(node, "value", None)
            if isinstance(node, ast.Expr | ast.Assign) and isinstance(value, ast.Call):
                yield name_of(value.func)


def _is_python_s(function: ast.expr) -> bool:
    """Tell ``map`` and ``itertools.starmap`` from an object's own ``map``."""
    return isinstance(function, ast.Name) or (
        isinstance(function, ast.Attribute) and name_of(function.value) == "itertools"
    )


def _wrapped(body: list[ast.stmt], mark: int) -> list[ast.stmt]:
    """Return statements between two marks; a docstring stays the first, a return the last."""
    first, last = body[0], body[-1]
    held = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    begin, end = (
        ast.copy_location(ast.Expr(_call(name, mark, None, place)), place)
        for name, place in ((BEGIN, first), (END, last))
    )
    if isinstance(last, ast.Return):
        return [*body[:held], begin, *body[held:-1], end, last]
    return [*body[:held], begin, *body[held:], end]


def _call(name: str, mark: int, value: ast.expr | None, place: Any) -> ast.expr:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    number = ast.copy_location(ast.Constant(mark), place)
    arguments: list[ast.expr] = [number] if value is None else [number, value]
    return ast.copy_location(ast.Call(function, arguments, []), place)
