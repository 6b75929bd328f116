"""What is a check in a test program, and what it may not come to."""

from __future__ import annotations

import ast
import re
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
        if not strictly and isinstance(node, ast.Raise | ast.Compare):
            return True
    return False


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
