"""Puts marks into a test program (see `tuneyard.sandbox.marks`, which says what they are for)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

BEGIN, END, CALLED, EVEN = " begin", " end", " called", " even"

_MAY_MISS = re.compile(
    r"^[ \t]*(?:if|for|while|try|with|def|class|async|match)\b"
    r"|\b(?:for|map|filter|starmap|takewhile|dropwhile|filterfalse|iter|zip)\b",
    re.MULTILINE,
)
# A function that the program itself calls, and that has nothing of the kind, is come to.
_BRANCHES = re.compile(
    r"^[ \t]*(?:(?:if|for|while|try|with|class|async|match)\b|@)|^[ \t]+def\b"
    r"|\b(?:return|yield|lambda|for|map|filter|starmap|takewhile|dropwhile|filterfalse|iter|zip)\b",
    re.MULTILINE,
)
_DEFINED = re.compile(r"^def\s+(\w+)", re.MULTILINE)
_CALLED = re.compile(r"^(\w+)\(", re.MULTILINE)
_CHECK = re.compile(
    r"assert|expect|check|verif|fail|raises|test|equal|should|compare|^run|^main$", re.IGNORECASE
)
_CALLERS = frozenset(("map", "filter", "starmap", "takewhile", "dropwhile", "filterfalse", "iter"))
_BUILDS = frozenset(("range", "enumerate", "zip", "sorted", "reversed", "list", "tuple"))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SKIPS = re.compile(r"skip|xfail", re.IGNORECASE)


def may_miss(tests: str) -> bool:
    """Say whether a test program has anything that it might not come to before its end."""
    if not _MAY_MISS.search(tests):
        return False
    if _BRANCHES.search(tests):
        return True
    called = set(_CALLED.findall(tests))
    return any(name not in called for name in _DEFINED.findall(tests))


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
    """

    lines: list[int] = field(default_factory=list)
    certain: set[int] = field(default_factory=set)
    tests: list[int] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    checking: list[int] = field(default_factory=list)
    checks_first: bool = False


def put_marks(tree: ast.Module) -> Marked:
    """Put marks into a program, in place."""
    placing = _Placing(tree)
    placing.marked.checks_first = _checks_itself(tree.body, placing.own)
    placing.visit(tree)
    return placing.marked


class _Placing(ast.NodeTransformer):
    def __init__(self, tree: ast.Module) -> None:
        self.marked = Marked()
        self._group: int | None = None  # the mark of the branches that this is within
        self._sure = True  # whether who comes to the function, or the program, comes here
        self.own = {node.name for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}
        self._called = set(_called_for_sure(tree))
        self._constant = _constants(tree)

    def visit_FunctionDef(self, node: Any) -> Any:
        outer = self._group, self._sure
        self._group = None
        self._sure = node.name in self._called or node.name.startswith("test")
        self._sure = self._sure and isinstance(node, ast.FunctionDef)
        own = list(_own(node))
        checks, returns = _checks(own), any(isinstance(one, ast.Return) for one in own)
        generates = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own)
        skips = node.name.startswith("test") and any(
            _SKIPS.search(_name_of(one)) for one in ast.walk(node)
        )
        mark = None
        if checks and not generates and not isinstance(node.body[-1], ast.Return | ast.Raise):
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

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's names

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        outer, self._group = self._group, None
        self.generic_visit(node)
        self._group = outer
        return node

    def visit_For(self, node: Any) -> Any:
        sure = self._sure and self._goes(getattr(node, "iter", None))
        leaves = any(isinstance(one, ast.Break | ast.Continue | ast.Return) for one in _own(node))
        mark = None
        if _checks(_inside(node.body)):
            mark = self._new(node, sure and not leaves, leaves=leaves)
        self._within(node, sure and not leaves)
        if mark is not None:
            node.body = _wrapped(node.body, mark)
        return node

    visit_AsyncFor = visit_While = visit_For  # noqa: N815

    def visit_With(self, node: Any) -> Any:
        mark = self._new(node, False) if _checks(_inside(node.body)) else None
        self._within(node, False)
        if mark is not None:
            node.body = _wrapped(node.body, mark)
        return node

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_If(self, node: ast.If) -> Any:
        if any(_name_of(one) == "__name__" for one in ast.walk(node.test)):
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
        name = _name_of(node.func)
        plain = bool(node.args) and not any(isinstance(one, ast.Starred) for one in node.args)
        if name in _CALLERS and plain and len(node.args) > 1 and _is_python_s(node.func):
            mark = self._new(node, False)
            node.args[0] = _call(CALLED, mark, node.args[0], node.args[0])
        elif name == "zip" and plain and len(node.args) > 1 and not node.keywords:
            if isinstance(node.func, ast.Name) and not all(map(self._goes, node.args)):
                mark = self._new(node, False)
                function = ast.copy_location(ast.Name(EVEN, ast.Load()), node)
                number = ast.copy_location(ast.Constant(mark), node)
                return ast.copy_location(ast.Call(function, [number, *node.args], []), node)
        return node

    def visit_GeneratorExp(self, node: Any) -> Any:
        compares = any(isinstance(one, ast.Compare) for one in ast.walk(node.elt))
        if compares or _checks(ast.walk(node.elt)):
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
        if _checks_itself(getattr(node, "body", []), self.own) or isinstance(node, ast.expr):
            self.marked.checking.append(mark)
        return mark

    def _within(self, node: ast.AST, sure: bool) -> None:
        outer, self._sure = self._sure, sure
        self.generic_visit(node)
        self._sure = outer

    def _branches(self, node: ast.stmt, bodies: list[list[ast.stmt]], every: bool) -> None:
        """Mark the bodies that check; several of them, or ``every`` one, are one mark."""
        checking = [body for body in bodies if _checks(_inside(body), strictly=True)]
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
        if _name_of(node.func) in ("range", "len"):
            return all(isinstance(one, ast.Constant) or self._goes(one) for one in node.args)
        return _name_of(node.func) in _BUILDS and all(map(self._goes, node.args))


def _constants(tree: ast.Module) -> set[str]:
    """Return the names that are given a value once: a list or the like with elements, a number."""
    times: dict[str, int] = {}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            times[node.id] = times.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            times[node.arg] = times.get(node.arg, 0) + 1
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            full = getattr(value, "elts", None) or getattr(value, "keys", None)
            full = full or (isinstance(value, ast.Constant) and value.value and [value])
            if isinstance(target, ast.Name) and full and not isinstance(full[0], ast.Starred):
                found.add(target.id)
    return {name for name in found if times[name] == 1}


def _called_for_sure(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions that a program, or one of its tests, calls whatever happens."""
    bodies = [tree.body]
    bodies += [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, _FUNCTIONS) and node.name.startswith("test")
    ]
    for body in bodies:
        for node in body:
            value = getattr(node, "value", None)
            if isinstance(node, ast.Expr | ast.Assign) and isinstance(value, ast.Call):
                yield _name_of(value.func)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a function or loop, but not in functions and classes within."""
    return _inside(ast.iter_child_nodes(node))


def _inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def _checks(nodes: Iterable[ast.AST], *, strictly: bool = False) -> bool:
    """Say whether there is a check; not ``strictly``: or what may be one."""
    for node in nodes:
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and _CHECK.search(_name_of(node.func)):
            return True
        if not strictly and isinstance(node, ast.Raise | ast.Compare):
            return True
    return False


def _checks_itself(body: list[ast.stmt], own: set[str]) -> bool:
    """Say whether a statement of a block is a check, or holds one outside of its own blocks.

    To call one of the program's ``own`` functions is none.
    """
    return any(
        _checks(
            part
            for child in ast.iter_child_nodes(statement)
            if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case)
            for part in ast.walk(child)
            if not isinstance(part, ast.Call) or _name_of(part.func) not in own
        )
        or isinstance(statement, ast.Assert | ast.Raise)
        for statement in body
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef))
    )


def _name_of(function: ast.AST) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _is_python_s(function: ast.expr) -> bool:
    """Tell ``map`` and ``itertools.starmap`` from an object's own ``map``."""
    return isinstance(function, ast.Name) or (
        isinstance(function, ast.Attribute) and _name_of(function.value) == "itertools"
    )


def _wrapped(body: list[ast.stmt], mark: int) -> list[ast.stmt]:
    """Return statements between two marks; a docstring stays the first."""
    first, last = body[0], body[-1]
    held = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    begin, end = (
        ast.copy_location(ast.Expr(_call(name, mark, None, place)), place)
        for name, place in ((BEGIN, first), (END, last))
    )
    return [*body[:held], begin, *body[held:], end]


def _call(name: str, mark: int, value: ast.expr | None, place: Any) -> ast.expr:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    number = ast.copy_location(ast.Constant(mark), place)
    arguments = [number] if value is None else [number, value]
    return ast.copy_location(ast.Call(function, arguments, []), place)
