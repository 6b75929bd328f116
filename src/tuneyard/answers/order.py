"""What a program reads while it is loaded, before it sets it."""

from __future__ import annotations

import ast

from tuneyard.answers.names import BUILTINS


def reads_first(tree: ast.Module, annotations: bool = True) -> set[str]:
    """Return the names that a program reads at its top level before it binds them there.

    Those within functions are read when they are called. Python's own names are left out.

    Args:
        annotations: they are read; not so with ``from __future__ import annotations``.
    """
    order = _Order(annotations)
    order.visit(tree)
    return order.read - BUILTINS


def is_guard(statement: ast.AST) -> bool:
    """Tell ``if __name__ == "__main__"``, or another ``if`` that asks for a name."""
    return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)


class _Order:
    """Goes through nodes in the order in which they are evaluated."""

    def __init__(self, annotations: bool) -> None:
        self.annotations = annotations
        self.bound: set[str] = set()
        self.read: set[str] = set()

    def visit(self, node: ast.AST) -> None:
        """Note what a node reads and binds."""
        match node:
            case ast.Name(ctx=ast.Load()):
                self.read |= {node.id} - self.bound
            case ast.Name():
                self.bound.add(node.id)
            case ast.Assign():
                self._each(node.value, *node.targets)
            case ast.AnnAssign():
                self._each(self._annotation(node.annotation), node.value, node.target)
            case ast.AugAssign():
                if isinstance(node.target, ast.Name):
                    self.read |= {node.target.id} - self.bound
                self._each(node.value, node.target)
            case ast.NamedExpr():
                self._each(node.value, node.target)
            case ast.For() | ast.AsyncFor():
                self._each(node.iter, node.target, *node.body, *node.orelse)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                self._each(*node.generators, node.elt)
            case ast.DictComp():
                self._each(*node.generators, node.key, node.value)
            case ast.comprehension():
                self._each(node.iter, node.target, *node.ifs)
            case ast.Lambda():
                self._each(*node.args.defaults, *node.args.kw_defaults)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._each(*node.decorator_list, node.args, self._annotation(node.returns))
                self.bound.add(node.name)
            case ast.arg():
                self._each(self._annotation(node.annotation))
            case ast.ClassDef():
                self._each(*node.decorator_list, *node.bases, *node.keywords)
                outside = set(self.bound)
                self._each(*node.body)
                self.bound = outside | {node.name}
            case ast.alias():
                self.bound.add((node.asname or node.name).partition(".")[0])
            case ast.ExceptHandler():
                self.bound |= {node.name} if node.name else set()
                self._each(node.type, *node.body)
            case ast.If() if is_guard(node):
                pass
            case _:
                self._each(*ast.iter_child_nodes(node))

    def _each(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _annotation(self, node: ast.expr | None) -> ast.expr | None:
        return node if self.annotations else None
