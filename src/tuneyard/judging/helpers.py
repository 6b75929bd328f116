"""What HumanEval's ``check`` calls besides its candidate: other functions of the row's prompt.

``check`` may invert, or evaluate, what the candidate returns by a function that the prompt gives
(``poly`` for ``find_zero``). An answer repeats the prompt and could change it, so that it would
only have to agree with itself. The tests call the reference's.
"""

from __future__ import annotations

import ast

from tuneyard.answers.names import defined, lacking
from tuneyard.unwarned import unwarned


def helpers_of(tests: ast.Module, entry: str, source: str) -> str:
    """Return the statements of a reference that tests need besides the entry point.

    A function that itself needs the entry point, or a class, is not among them: where tests and
    answer hand such objects to one another, they have to mean the same class.

    Args:
        tests: what these define is theirs.
        entry: the name of what is tested.
        source: the reference program.
    """
    try:
        with unwarned():
            reference = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    givers = {name: node for node in reference.body for name in defined(_alone(node))}
    theirs, found = defined(tests), list[ast.stmt]()
    for name in sorted(lacking(tests) - {entry}):
        needed = _with_all(name, givers)
        if isinstance(givers.get(name), ast.FunctionDef) and not any(
            isinstance(node, ast.ClassDef) or not (theirs | {entry}).isdisjoint(own)
            for node, own in needed
        ):
            found += [node for node, _ in needed]
    return "\n".join(ast.unparse(node) for node in reference.body if node in found)


def _with_all(name: str, givers: dict[str, ast.stmt]) -> list[tuple[ast.stmt, set[str]]]:
    """Return the statement that defines a name and those that define what it reads, each with the
    names that are the reference's own by it; what is imported is nobody's own.
    """
    todo, found = [name], list[tuple[ast.stmt, set[str]]]()
    while todo:
        node = givers.get(todo.pop())
        if node is not None and all(node is not one for one, _ in found):
            imports = isinstance(node, ast.Import | ast.ImportFrom)
            found.append((node, set() if imports else defined(_alone(node))))
            todo.extend(lacking(_alone(node)))
    return found


def _alone(node: ast.stmt) -> ast.Module:
    return ast.Module([node], [])
