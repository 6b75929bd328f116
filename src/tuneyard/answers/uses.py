"""Tells what prepares a program (it binds a name, fills a table) from an example of its use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tuneyard.answers.names import BUILTINS, DEFINING, defined, lacking
from tuneyard.answers.order import is_guard

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What is called to show, to ask, to wait or to read what is not there where an answer is judged.
_SHOWS: Final = re.compile(
    r"p?print|input|open|exec|eval|exit|quit|abort|help|breakpoint|main|testmod|timeit|sleep|show"
    r"|plot|parse_args|urlopen|connect|(?:read|load|run|request)(?:_?\w*|s)"
)
_SETS: Final = re.compile(r"set\w+|seed|simplefilter|filterwarnings")
_FILLS: Final = re.compile(
    r"append(?:left)?|add|extend|update|insert|setdefault|sort|reverse|pop|remove|discard|clear"
)
_BUILD: Final = frozenset({"staticmethod", "classmethod", "property", "type", "setattr"})


class Callables(NamedTuple):
    """What an answer's blocks define that can be called.

    Attributes:
        names: functions, methods and classes.
        classes: the classes among them.
        makers: those whose calls return something that can be called.
        read: the names that they read and do not bind.
    """

    names: frozenset[str]
    classes: frozenset[str]
    makers: frozenset[str]
    read: frozenset[str]


def callables(trees: Iterable[ast.Module]) -> Callables:
    """Return what blocks define that can be called."""
    names, classes, makers, read = set[str](), set[str](), set[str](), set[str]()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            own = {target.id for target in node.targets if isinstance(target, ast.Name)}
            names |= own
            makers |= own if isinstance(node.value.body, ast.Lambda) else set()
        elif isinstance(node, DEFINING):
            names.add(node.name)
            read |= lacking(ast.Module([node], []))
            if isinstance(node, ast.ClassDef):
                classes.add(node.name)
                inner = {each.name for each in node.body if isinstance(each, DEFINING)}
                makers |= {node.name} if "__call__" in inner else set()
            elif _returns_function(node):
                makers.add(node.name)
    return Callables(*map(frozenset, (names, classes, makers, read)))


def _returns_function(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    inner = {node.name for node in ast.walk(function) if isinstance(node, DEFINING)}
    inner -= {function.name}
    return any(
        isinstance(node.value, ast.Lambda)
        or (isinstance(node.value, ast.Name) and node.value.id in inner)
        for node in ast.walk(function)
        if isinstance(node, ast.Return)
    )


def is_import(statement: ast.stmt) -> bool:
    """Tell imports, docstrings and ``__main__`` parts: what brings nothing of its own."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass) or is_guard(statement)


def is_test(statement: ast.stmt) -> bool:
    """Tell a function or a class that tests."""
    if isinstance(statement, ast.ClassDef):
        bases = (ast.unparse(base).endswith("TestCase") for base in statement.bases)
        return statement.name.startswith("Test") or any(bases)
    return isinstance(statement, DEFINING) and statement.name.startswith("test_")


def is_use(statement: ast.stmt, own: Callables, imported: set[str]) -> bool:
    """Tell an example of use: it checks, shows, or calls what the answer defines.

    What makes another function of one, or an object without arguments, is none.

    Args:
        own: what the answer's blocks define.
        imported: the names that their imports bind.
    """
    if is_import(statement) or isinstance(statement, DEFINING):
        return False
    if isinstance(statement, ast.Assert | ast.Raise | ast.While):
        return True
    if isinstance(statement, ast.Expr):
        return _shows(statement.value, own, imported)
    if isinstance(statement, ast.Assign | ast.AnnAssign) and own.read & defined(
        ast.Module([statement], [])
    ):
        return False  # what a function reads was made for it
    todo = list(ast.iter_child_nodes(statement))
    for node in todo:
        if isinstance(node, ast.ExceptHandler | ast.match_case):
            todo += node.body
        elif is_use(node, own, imported) if isinstance(node, ast.stmt) else _uses(node, own):
            return True
    return False


def _shows(value: ast.expr, own: Callables, imported: set[str]) -> bool:
    """Tell what a line alone does, whose value goes nowhere: all but filling and setting."""
    if not isinstance(value, ast.Call):
        return _uses(value, own)
    name, root = _called(value.func)
    fills = root not in imported | own.names | BUILTINS and _FILLS.fullmatch(name)
    sets = root in imported | {"setattr"} and _SETS.fullmatch(name)
    return not (fills or sets) or _uses(value, own)


def _uses(node: ast.AST, own: Callables) -> bool:
    return any(_is_use(call, own) for call in _calls(node))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that are made, those within functions left out."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, _FUNCTIONS):
            continue
        if isinstance(node, ast.Call):
            yield node
        todo += ast.iter_child_nodes(node)


def _is_use(call: ast.Call, own: Callables) -> bool:
    name, _ = _called(call.func)
    if name in own.makers or name in _BUILD:
        return False
    if name in own.classes and not (call.args or call.keywords):
        return False
    given = [each.id if isinstance(each, ast.Name) else "" for each in call.args]
    if name in BUILTINS and not own.names.isdisjoint(given):
        return True  # map, sorted and the like call what they are given
    if given and own.names.issuperset(given):
        return False  # of functions a function is made
    return name in own.names or _SHOWS.fullmatch(name) is not None


def _called(function: ast.expr) -> tuple[str, str]:
    """Return the last and the first name of what is called."""
    last = ""
    while isinstance(function, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(function, ast.Attribute):
            last = last or function.attr
        function = function.func if isinstance(function, ast.Call) else function.value
    first = function.id if isinstance(function, ast.Name) else ""
    return last or first, first
