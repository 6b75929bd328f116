"""What is a check in a test program, and what it may not come to."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
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


def may_miss(tests: str) -> bool:
    """Say whether a test program has anything that it might not come to before its end."""
    if not _MAY_MISS.search(tests):
        return False
    if _BRANCHES.search(tests):
        return True
    called = set(_CALLED.findall(tests))
    return any(name not in called for name in _DEFINED.findall(tests))


def within(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a function or loop, but not in functions and classes within."""
    return inside(ast.iter_child_nodes(node))


def inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield nodes and what is in them, but not in functions and classes."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)


def checks(nodes: Iterable[ast.AST], *, strictly: bool = False) -> bool:
    """Say whether there is a check; not ``strictly``: or what may be one."""
    for node in nodes:
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and _CHECK.search(name_of(node.func)):
            return True
        if isinstance(node, ast.Raise) and name_of(_raised(node)) == "AssertionError":
            return True
        if not strictly and isinstance(node, ast.Raise | ast.Compare):
            return True
    return False


def _raised(node: ast.Raise) -> ast.AST:
    return node.exc.func if isinstance(node.exc, ast.Call) else node.exc or node


def is_check_name(name: str) -> bool:
    """Say whether something is called as checks and tests are."""
    return _CHECK.search(name) is not None


def checks_itself(body: list[ast.stmt], own: set[str]) -> bool:
    """Say whether a statement of a block is a check, or holds one outside of its own blocks.

    To call one of the program's ``own`` functions is none.
    """
    return any(
        checks(
            part
            for child in ast.iter_child_nodes(statement)
            if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case)
            for part in ast.walk(child)
            if not isinstance(part, ast.Call) or name_of(part.func) not in own
        )
        or isinstance(statement, ast.Assert | ast.Raise)
        for statement in body
        if not isinstance(statement, (*FUNCTIONS, ast.ClassDef))
    )


def name_of(function: ast.AST) -> str:
    """Return the last name of what is called: ``c`` of ``a.b.c``; empty where it has none."""
    return str(getattr(function, "attr", getattr(function, "id", "")))


def reuses_data(tree: ast.Module) -> bool:
    """Say whether a program mentions some name of a list or the like more than once.

    Whoever gets such a list from it might change what it says later. Names of what the program
    calls for, such as an object of the answer's, do not count.
    """
    loads: Counter[str] = Counter()
    data: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loads[node.id] += 1
        elif isinstance(node, ast.arg):
            data.add(node.arg)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            if node.value is not None and _may_be_data(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                data |= _names(targets)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            data |= _names([node.target])
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            data |= _names([node.optional_vars])
    return any(loads[name] > 1 for name in data)


def _may_be_data(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return not isinstance(value.func, ast.Name) or hasattr(builtins, value.func.id)
    return not isinstance(value, ast.Constant | ast.Lambda | ast.JoinedStr)


def _names(targets: Iterable[ast.AST]) -> set[str]:
    return {n.id for one in targets for n in ast.walk(one) if isinstance(n, ast.Name)}
