"""Puts the parts of a program together that an answer shows in several blocks."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tuneyard.answers.names import defined, lacking
from tuneyard.answers.python_text import parse, solves

Part = tuple[str, ast.Module]

_QUIET = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
)


def joined(chosen: Part, others: Sequence[Part]) -> str:
    """Return a solution with the parts in other blocks that belong to it.

    What it reads and does not define (imports, helpers, constants) is taken from the first block
    that defines it, and put before it. A block that uses what is there, and adds definitions of
    new names alone, goes on with it. Another version of what is there is none of it, and neither
    are uses and tests.

    Args:
        chosen: text and tree of the solution.
        others: the other blocks, in their order.
    """
    code, tree = chosen
    if not others:
        return code
    taken = [code]
    names, wanted = defined(tree), lacking(tree)
    left = list(others)
    while True:
        # What is needed first: it may be needed by what goes on.
        found = next((part for part in left if wanted & defined(part[1])), None)
        if found is not None:
            taken.insert(0, found[0])
        else:
            found = next((part for part in left if _goes_on(part[1], names)), None)
            if found is None:
                break
            taken.append(found[0])
        left.remove(found)
        names |= defined(found[1])
        wanted = (wanted | lacking(found[1])) - names
    if len(taken) == 1:
        return code
    whole = _future_first("\n\n\n".join(taken))
    return code if parse(whole) is None else whole


def _goes_on(tree: ast.Module, names: set[str]) -> bool:
    own = defined(tree)
    return (
        solves(tree)
        and bool(lacking(tree) & names)
        and not own & names
        and all(isinstance(statement, _QUIET) or _is_guard(statement) for statement in tree.body)
    )


def _is_guard(statement: ast.stmt) -> bool:
    """Tell ``if __name__ == "__main__"``, and docstrings."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)


def _future_first(code: str) -> str:
    """Put imports from ``__future__``, which may stand nowhere else, at the beginning."""
    lines = code.split("\n")
    future = [line for line in lines if line.startswith("from __future__ import ")]
    if not future:
        return code
    rest = [line for line in lines if line not in future]
    return "\n".join([*dict.fromkeys(future), *rest])
