"""Compiles a test program so that what it gets from an answer is looked at on the way.

Every operand of a comparison, every value of a call and every argument read off an object goes
through the function ``LOOK``; a lone ``==`` is asked through ``EQUAL``. Both names are no
identifiers, so that no program's own name is one. Line numbers stay.
"""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any

from tuneyard.sandbox.placing import Marked, put_marks
from tuneyard.sandbox.source import TESTS

LOOK, EQUAL = " look", " equal"
_SAFE = (ast.Constant, ast.JoinedStr, ast.Lambda, ast.Starred)
_READ = (ast.Attribute, ast.Subscript, ast.Await)


def compile_marked(tests: str, *, watched: bool) -> tuple[CodeType, Marked]:
    """Compile the test program with marks; ``watched``: so that what it gets is looked at, too.

    Tests that are nested too deeply to be rewritten are compiled as they are.

    Raises:
        SyntaxError, ValueError, RecursionError: it does not compile.
    """
    try:
        tree = ast.parse(tests, TESTS)
        marked = put_marks(tree)
        tree = _Watch().visit(tree) if watched else tree
        return compile(tree, TESTS, "exec", dont_inherit=True), marked
    except RecursionError:
        return compile(tests, TESTS, "exec", dont_inherit=True), Marked()


class _Watch(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        node.left = _look(node.left)
        node.comparators = [_look(one) for one in node.comparators]
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            return _call(EQUAL, [node.left, node.comparators[0]], node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id[:1] == " ":  # a mark
            return node
        node.args = [_look(one) if isinstance(one, _READ) else one for one in node.args]
        for keyword in node.keywords:
            if isinstance(keyword.value, _READ):
                keyword.value = _look(keyword.value)
        return _look(node)

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        self.generic_visit(node)
        node.subject = _look(node.subject)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.generic_visit(node)
        node.test = _look(node.test)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


def _look(node: ast.expr) -> ast.expr:
    watched = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    if isinstance(node, _SAFE) or (watched and node.func.id in (LOOK, EQUAL)):  # type: ignore[attr-defined]
        return node
    return _call(LOOK, [node], node)


def _call(name: str, arguments: list[Any], place: ast.expr) -> ast.expr:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, arguments, []), place)
