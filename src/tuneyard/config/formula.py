"""Arithmetic over the study's own keys, as a sweep writes it: ``2 * sft.lora.r``.

Numbers, dotted keys, ``+ - * / // %``, parentheses, ``min``, ``max`` and ``round``; nothing else is
read, and nothing is run.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tuneyard.unwarned import unwarned

_LONGEST: Final = 200
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {"min": min, "max": max, "round": round}


class Formula:
    """An expression that was read.

    Raises:
        ValueError: it is none, in words that say what is allowed.

    Attributes:
        keys: the dotted keys that it names, each once.
    """

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError(
                f"an expression is longer than {_LONGEST} characters; write it shorter"
            )
        try:
            with unwarned():
                self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ValueError(_allowed("this is no expression")) from None
        self.keys = tuple(dict.fromkeys(_keys(self._tree)))

    def value(self, values: Mapping[str, Any]) -> int | float:
        """Return what it comes to.

        Args:
            values: of each of its ``keys``.

        Raises:
            ValueError: a value is no number, or it divides by zero or is no finite number.
        """
        try:
            found = _value(self._tree, values)
        except (ZeroDivisionError, OverflowError) as error:
            raise ValueError(f"it cannot be calculated ({error}); change the bounds") from None
        return float(found) if isinstance(found, float) else int(found)


def _allowed(what: str) -> str:
    return f"{what}; write numbers, dotted keys, + - * / // %, min, max and round"


def _keys(node: ast.expr) -> Iterator[str]:
    """Yield the keys that an expression names, and refuse what is none.

    Raises:
        ValueError: it holds something else.
    """
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield from _keys(node.left)
        yield from _keys(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        yield from _keys(node.operand)
    elif isinstance(node, ast.Call) and _is_function(node):
        for one in node.args:
            yield from _keys(one)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield _dotted(node)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise ValueError(_allowed(f"an expression holds {ast.unparse(node)[:40]!r}"))


def _is_function(node: ast.Call) -> bool:
    known = isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
    return known and bool(node.args) and not node.keywords


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise ValueError(_allowed(f"an expression holds {ast.unparse(node)[:40]!r}"))


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, values)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](*(_value(one, values) for one in node.args))
    if isinstance(node, ast.Constant):
        return node.value
    key = _dotted(node)
    if type(values[key]) not in (int, float):
        raise ValueError(f"{key} is {values[key]!r}, no number; calculate with numbers")
    return values[key]
