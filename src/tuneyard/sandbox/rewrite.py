"""Compiles a test program so that what it gets from an answer is looked at on the way.

Every value of a call and every argument read off an object goes through the function ``LOOK``, an
argument that is a name through ``GLANCE`` (where a library is called, which may compare, through
``LOOK``), every operand through ``OPERAND``; a lone ``==``, ``!=`` or ``in`` is asked through
``EQUAL``, ``UNEQUAL`` or ``MEMBER``, what ``assertEqual`` compares goes through ``BOTH``, an object
whose method is called through ``OWNER``, and what is called through ``CALLS``. The names are no
identifiers, so that no program's own name is one. Line numbers stay.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection
from functools import lru_cache
from types import CodeType
from typing import Any

from tuneyard.sandbox.check_nodes import may_miss, name_of, reuses_data
from tuneyard.sandbox.placing import Marked, put_marks
from tuneyard.sandbox.source import TESTS

LOOK, GLANCE, OPERAND, BOTH = " look", " glance", " operand", " both"
EQUAL, UNEQUAL, MEMBER = " equal", " unequal", " member"
OWNER, CALLS = " owner", " calls"
_ASKED = {ast.Eq: EQUAL, ast.NotEq: UNEQUAL, ast.In: MEMBER}
_SAFE = (ast.Constant, ast.JoinedStr, ast.Lambda, ast.Starred)
_READ = (ast.Attribute, ast.Subscript, ast.Await)
_PASS_ON = ("map", "filter", "zip", "enumerate", "reversed", "iter")
"""Built-in functions that give others what is in a container."""
_RECKONING = ("abs", "bool", "complex", "divmod", "float", "int", "pow", "round", "str")
"""And such as ask an object what it comes to."""
_EQUALS = re.compile(r"assert(?!\w*Not)\w*Equals?$")


@lru_cache(maxsize=2)
def compile_marked(tests: str, *, watched: bool, calls: bool = False) -> tuple[CodeType, Marked]:
    """Compile the test program with marks; ``watched``: so that what it gets is looked at, too.

    With ``calls`` alone what it calls is. There are no marks where nothing could be missed. Where
    tests are tried, the same ones are wanted for each program.

    Tests that are nested too deeply to be rewritten are compiled as they are.

    Raises:
        SyntaxError, ValueError, RecursionError: it does not compile.
    """
    try:
        tree = ast.parse(tests, TESTS)
        reuses = reuses_data(tree)
        marked = put_marks(tree) if may_miss(tests) else Marked()
        marked.reuses = reuses
        if watched or calls:
            tree = (_Watch(_imported(tree)) if watched else _Calls()).visit(tree)
        return compile(tree, TESTS, "exec", dont_inherit=True), marked
    except RecursionError:
        return compile(tests, TESTS, "exec", dont_inherit=True), Marked()


RUNNER = "_tuneyard_runner"
"""The name of what runs the tests, where these begin with it: it has nothing of an answer's."""


class _Rewriting(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node if node.name == RUNNER else self._visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        target = node.targets[0]
        own = isinstance(target, ast.Name) and target.id == RUNNER
        return node if own else self._visit(node)

    def _visit(self, node: ast.stmt) -> ast.stmt:
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


class _Watch(_Rewriting):
    def __init__(self, imported: Collection[str]) -> None:
        self._imported = imported

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        node.left = _look(node.left, OPERAND)
        node.comparators = [_look(one, OPERAND) for one in node.comparators]
        asked = _ASKED.get(type(node.ops[0])) if len(node.ops) == 1 else None
        return node if asked is None else _call(asked, [node.left, *node.comparators], node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        node.left, node.right = _look(node.left, OPERAND), _look(node.right, OPERAND)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id[:1] == " ":  # a mark
            node.args = [_argument(one, LOOK) for one in node.args]
            return node
        helper = LOOK if self._may_compare(node.func) else GLANCE
        if isinstance(node.func, ast.Attribute) and _EQUALS.search(node.func.attr):
            first, rest = node.args[:2], node.args[2:]
            if len(first) == 2 and not any(isinstance(one, ast.Starred) for one in first):
                pair = ast.copy_location(ast.Starred(_call(BOTH, first, node), ast.Load()), node)
                node.args = [pair, *rest]
        if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Constant):
            name = ast.copy_location(ast.Constant(node.func.attr), node)
            node.func.value = _call(OWNER, [node.func.value, name], node.func.value)
        if isinstance(node.func, ast.Name) and node.func.id in _RECKONING:
            node.args = [_look(one, OPERAND) for one in node.args]
            for keyword in node.keywords:
                keyword.value = _look(keyword.value, OPERAND)
            return _look(node)
        node.func = _called(node.func)
        node.args = [_argument(one, helper) for one in node.args]
        for keyword in node.keywords:
            keyword.value = _argument(keyword.value, helper)
        return _look(node)

    def _may_compare(self, function: ast.expr) -> bool:
        """Say whether a library is called, such as ``operator.eq``, or what a call has made."""
        if isinstance(function, ast.Attribute | ast.Name):
            root = _root(function)
            named = root in _PASS_ON if isinstance(function, ast.Name) else hasattr(builtins, root)
            return named or root in self._imported
        return True

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        self.generic_visit(node)
        node.subject = _look(node.subject)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.generic_visit(node)
        node.test = _look(node.test)
        return node


class _Calls(_Rewriting):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        node.func = _called(node.func)
        return node


def _called(function: ast.expr) -> ast.expr:
    """Return what is called, looked at unless it is a built-in function, or a mark's."""
    name = name_of(function)
    if not name or name[:1] == " " or hasattr(builtins, name):
        return function
    return _call(CALLS, [function, ast.copy_location(ast.Constant(name), function)], function)


def _imported(tree: ast.AST) -> set[str]:
    """Return the names that tests import, and what else they call something of a library."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update((one.asname or one.name).partition(".")[0] for one in node.names)
        elif isinstance(node, ast.Assign) and _root(node.value) in found:
            found.update(one.id for one in node.targets if isinstance(one, ast.Name))
    return found


def _root(node: ast.expr) -> str:
    """Return the first name of ``a.b.c``; "" of another expression."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _argument(node: ast.expr, helper: str) -> ast.expr:
    if isinstance(node, ast.Name):
        return _look(node, helper)
    return _look(node) if isinstance(node, _READ) else node


def _look(node: ast.expr, helper: str = LOOK) -> ast.expr:
    if isinstance(node, _SAFE):
        return node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == LOOK and helper == OPERAND:
            node.func.id = OPERAND
        if node.func.id[:1] == " ":
            return node
    return _call(helper, [node], node)


def _call(name: str, arguments: list[Any], place: ast.expr) -> ast.expr:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, arguments, []), place)
