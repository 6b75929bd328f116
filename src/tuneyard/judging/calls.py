"""Finds in a test program what its author left to a harness to call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
# A program that goes through its own names finds its functions by itself.
_LOOKS_ROUND = {"globals", "locals", "vars", "dir"}
_ROUND = "(its own names)"


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a test program.

    Attributes:
        check: the function that takes the candidate, where nothing calls it.
        functions: names of test functions that nothing calls, in order.
        classes: names of classes that may hold tests and that nothing calls, in order.
        runs: calls whose result may tell of failures that nobody looks at.
        needs_runner: whether tests are to be run that do not run, or do not raise, by themselves.
        plain: whether there are test functions or classes that only pytest would call.
        pytest: whether pytest is imported.
        first: the line of the first statement that may be preceded by another.
    """

    Function = ast.FunctionDef | ast.AsyncFunctionDef

    check: Function | None
    functions: list[str]
    classes: list[str]
    runs: list[ast.Call]
    needs_runner: bool
    plain: bool
    pytest: bool
    first: int


def find(tree: ast.Module) -> Found:
    """Return what is in a test program."""
    defined = {node.name: node for node in _statements(tree.body) if isinstance(node, _DEFINITIONS)}
    own = {name for name, node in defined.items() if name.startswith("test") or _is_class(node)}
    called = _called(tree, defined, own)
    imported = set(_imported(tree))
    check = next(
        (
            node
            for name, node in defined.items()
            if isinstance(node, _FUNCTIONS) and name not in called and _takes_candidate(node)
        ),
        None,
    )
    functions, classes = [], []
    for name, node in defined.items():
        if isinstance(node, ast.ClassDef):
            # Which bases are a TestCase turns out when they exist. To name one is not to run it,
            # but who makes an instance calls its methods.
            used = f"{name}()" in called if node.bases else name in called
            if not used and (node.bases or name.startswith("Test")):
                classes.append(name)
        elif name.startswith("test") and name not in called and node is not check:
            functions.append(name)
    if _ROUND in called:
        functions = []
    return Found(
        check,
        functions,
        classes,
        list(_runs(tree)) if imported & {"unittest", "doctest"} else [],
        bool(functions or classes or imported & {"unittest", "doctest", "pytest"}),
        bool(functions) or any(map(_may_be_plain, map(defined.__getitem__, classes))),
        "pytest" in imported,
        _first(tree),
    )


def _may_be_plain(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Tell a class that is a test by its name from one that names a ``TestCase`` as its base."""
    bases = [ast.unparse(base) for base in getattr(node, "bases", ())]
    return node.name.startswith("Test") and not any(base.endswith("TestCase") for base in bases)


def _is_class(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run with the module, those within if, try, with and loops, too."""
    for node in body:
        yield node
        if isinstance(node, _DEFINITIONS):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, name, ()))
        for handler in getattr(node, "handlers", ()):
            yield from _statements(handler.body)


def _called(
    tree: ast.Module,
    defined: dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef],
    own: set[str],
) -> set[str]:
    """Return the names that are used where the program gets when it runs, and its tests are run.

    Naming is taken for calling: what is never called in truth checks nothing, and is found out
    when the tests are tried.
    """
    found: set[str] = set()
    todo: list[str] = []
    for node in tree.body:
        if not isinstance(node, _DEFINITIONS):
            todo += _names(node)
        else:
            for part in (*node.decorator_list, getattr(node, "args", None)):
                todo += _names(part)
    for name in own:
        todo += [used for used in _names(defined[name]) if used != name]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [used for used in _names(defined.get(name)) if used != name]
    return found


def _names(node: ast.AST | None) -> list[str]:
    """Return the names that are read in a node, and a word for code that goes through its own.

    The bases of a class are none: a subclass calls nothing.
    """
    if node is None:
        return []
    bases = set()
    names = []
    for part in ast.walk(node):
        if isinstance(part, ast.ClassDef):
            bases |= {id(base) for base in part.bases}
        elif isinstance(part, ast.Attribute) and part.attr == "getmembers":
            names.append(_ROUND)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            names.append(f"{part.func.id}()")
            if part.func.id in _LOOKS_ROUND and not part.args:
                names.append(_ROUND)
        elif (
            isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and id(part) not in bases
        ):
            names.append(part.id)
    return names


def _runs(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of something's ``run`` or ``main``, a runner's, a suite's, unittest's; and
    those of doctest's functions."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            if name in ("run", "main", "testmod", "testfile"):
                yield node
        if not isinstance(node, ast.JoinedStr):  # whose parts have no places of their own
            todo += ast.iter_child_nodes(node)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _takes_candidate(node: Found.Function) -> bool:
    """Tell HumanEval's ``check(candidate)``: one argument that has no default."""
    plain = [*node.args.posonlyargs, *node.args.args]
    needed = plain[: len(plain) - len(node.args.defaults)]
    return len(needed) == 1 and (node.name == "check" or needed[0].arg == "candidate")


def _first(tree: ast.Module) -> int:
    for node in tree.body:
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if future or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        if node.col_offset:  # behind a semicolon
            return (node.end_lineno or node.lineno) + 1
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        return min([node.lineno, *(one.lineno for one in decorators)])
    return 1 + max((node.end_lineno or 0 for node in tree.body), default=0)
