"""The S-expressions of a syntax tree's inner nodes, which CodeBLEU's syntax part compares."""

from __future__ import annotations

import re
from typing import Any

from tuneyard.metrics.syntax_nodes import SyntaxNodes

# Characters that no rule takes and missing tokens stand in an S-expression as they are.
_QUOTED = re.compile(r"'\\?.'|\"[^\"]*\"", re.DOTALL)


def expressions(root: Any, nodes: SyntaxNodes) -> list[str]:
    """Return the S-expression of tree-sitter's ``root`` and of each node below with children.

    The root's holds those of all named nodes. To print each anew would print every node as often
    as it is deep.
    """
    whole = str(root)
    if not root.child_count:
        return [whole]
    masked = whole
    if "'" in whole or '"' in whole:
        masked = _QUOTED.sub(lambda match: "_" * len(match[0]), whole)
    found = _parts(whole, masked)
    if "(ERROR" in whole:  # alone, it may go by what was expected there
        found = [part for part in found if not part.startswith("(ERROR")]
    if masked.count("(") != nodes.shown or len(found) != nodes.nested:
        return _each(root)  # something is missing that is not visible in the tree
    return [*found, *[f"({kind})" for kind in nodes.bare], *map(str, nodes.apart)]


def _parts(expression: str, masked: str) -> list[str]:
    """Return the parts in brackets that hold others; ``masked`` has no brackets in quotes."""
    found = []
    open_: list[int] = []  # parts that hold others
    start = -1
    for piece in masked.split("("):
        # The name of a part, the brackets that close it and those around it, and a field's name.
        closing = piece.count(")")
        if not closing:
            open_.append(start)
        elif closing > 1:
            end = start + piece.index(")") + 3
            for stop in range(end, end + closing - 1):
                found.append(expression[open_.pop() : stop])
        start += len(piece) + 1
    return found


def _each(root: Any) -> list[str]:
    """Print each node anew."""
    nodes = [root]
    for node in nodes:
        nodes += [child for child in node.children if child.child_count]
    return list(map(str, nodes))
