"""What can be told from a program's text alone: groups A, B and F of the error taxonomy."""

from __future__ import annotations

import ast
from typing import Final

from tuneyard.answers import parse

_SYNTAX_DETAILS: Final = (
    ("was never closed", "unclosed bracket"),
    ("unexpected eof", "unclosed bracket"),
    ("closing parenthesis", "brackets do not match"),
    ("unmatched", "brackets do not match"),
    ("unterminated", "unterminated string"),
    ("expected an indented block", "indentation"),
    ("unindent", "indentation"),
    ("unexpected indent", "indentation"),
    ("inconsistent use of tabs", "indentation"),
    ("null byte", "null byte"),
)


def syntax_detail(message: str | None) -> str:
    """Put a ``SyntaxError``'s message into the taxonomy's words."""
    lowered = (message or "").lower()
    for sign, detail in _SYNTAX_DETAILS:
        if sign in lowered:
            return detail
    return f"other: {message}" if message else "other"


def form_difference(reference: str, prediction: str) -> str | None:
    """Say how a program's form differs from the reference's, or ``None`` where it does not.

    Two programs of one syntax tree have one form, whatever their white space.
    """
    if reference == prediction:
        return None
    want, have = parse(reference), parse(prediction)
    if want is None or have is None:
        return "text differs"
    try:
        if ast.dump(want) == ast.dump(have):
            return None
    except RecursionError:
        return "text differs"
    defined, asked = _functions(have), _functions(want)
    if asked and not defined:
        return "first-order code where higher-order was asked"
    if defined and not asked:
        return "higher-order code where first-order was asked"
    if any(map(_ignored, defined)) and not any(map(_ignored, asked)):
        return "hard-coded function: " + "; ".join(filter(None, map(_ignored, defined)))
    return "text differs"


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _ignored(function: ast.FunctionDef) -> str:
    """Tell which of its parameters a building function ignores; empty where it uses all."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    if "put" not in used:
        return ""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = [argument.arg for argument in arguments if argument.arg != "board"]
    if not names:
        return f"{function.name} takes no parameters"
    unused = [name for name in names if name not in used]
    return f"{function.name} ignores {', '.join(unused)}" if unused else ""
