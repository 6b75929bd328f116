"""Which checks of a test program were reached: an answer has to reach those of its reference.

So that an answer which gives nothing to a loop over its results is not taken for a right one.
"""

from __future__ import annotations

import ast
import re
from types import CodeType
from typing import Any, Final

from tuneyard.sandbox.source import TESTS

REACHED: Final = " reached"
"""The name of what notes a check; no identifier, so that no program's own name is one."""
# A program without these reaches its end by all of its checks.
_PERHAPS = re.compile(r"\b(?:def|class|for|with|all)\b")
_CONDITIONS = (ast.If, ast.IfExp, ast.While, ast.Try, ast.BoolOp, ast.Match, ast.Lambda)


def compile_counted(tests: str) -> tuple[CodeType, int]:
    """Compile a test program; return how many checks it has, too.

    A check within a condition is none: which way a program goes may depend on the answer, and
    another way than the reference's may be right.

    Raises:
        SyntaxError, ValueError, RecursionError: it does not compile.
    """
    if _PERHAPS.search(tests) is None:
        return compile(tests, TESTS, "exec", dont_inherit=True), 0
    counter = _Counter()
    try:
        tree = counter.visit(ast.parse(tests, TESTS))
        return compile(tree, TESTS, "exec", dont_inherit=True), counter.count
    except RecursionError:  # nested too deeply to be changed
        return compile(tests, TESTS, "exec", dont_inherit=True), 0


class _Counter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.count = 0

    def visit(self, node: ast.AST) -> Any:
        return node if isinstance(node, _CONDITIONS) else super().visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.generic_visit(node)
        node.test = self._noted(node.test)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr.startswith("assert"):
            return self._noted(node)
        if isinstance(node.func, ast.Name) and node.func.id == "all" and len(node.args) == 1:
            each = node.args[0]
            if isinstance(each, ast.GeneratorExp | ast.ListComp):
                each.elt = self._noted(each.elt)
        return node

    def _noted(self, node: ast.expr) -> ast.expr:
        function = ast.copy_location(ast.Name(REACHED, ast.Load()), node)
        number = ast.copy_location(ast.Constant(self.count), node)
        self.count += 1
        return ast.copy_location(ast.Call(function, [number, node], []), node)
