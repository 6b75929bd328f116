"""What CodeBLEU compares of one program: its syntax subtrees and its data flow.

The grammar is tree-sitter's. Comments and docstrings are taken out by the package ``codebleu``.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Any, NamedTuple

from tuneyard.metrics.comments import without_comments
from tuneyard.metrics.data_flow import Flow, data_flow
from tuneyard.metrics.flow_operations import Node

MAX_CHARS = 50_000
"""Longer programs have no tree: the work grows with length times depth."""
MAX_DEPTH = 2000
"""Deeper trees have none either: tree-sitter prints by recursion in C and would crash."""
MAX_FLOW_DEPTH = 400
"""Deeper trees have no data flow: its extraction recurses in Python."""

# Characters that no rule takes and missing tokens stand in an S-expression as they are.
_QUOTED = re.compile(rb"'\\?.'|\"[^\"]*\"", re.DOTALL)
_NONE: list[Node] = []  # of every node without children; never changed


class ProgramTree(NamedTuple):
    """The syntax subtrees, and the data-flow edges with variables numbered by appearance.

    ``subtrees`` maps the hash of each inner node's S-expression (64 bits, of this process) to how
    often it occurs.
    """

    subtrees: Counter[int]
    flow: Counter[Flow]


@lru_cache(maxsize=2048)
def program_tree(source: str, *, faithful: bool = False) -> ProgramTree:
    """Analyse a Python program; text that is no Python gives the tree of its error nodes.

    A program beyond the limits above gives an empty tree or flow, which matches nothing.

    Args:
        source: the program.
        faithful: take the data flow as the package does, with its dependence on the hash seed.
    """
    if len(source) > MAX_CHARS:
        return ProgramTree(Counter(), Counter())
    # Lone surrogates, which JSON can carry, cannot be encoded.
    code = without_comments(source.encode("utf-8", "replace").decode("utf-8"))
    nodes, depth = _read(_parser().parse(code.encode("utf-8")).root_node)
    if depth > MAX_DEPTH:
        return ProgramTree(Counter(), Counter())
    subtrees = Counter(map(hash, _expressions(nodes)))
    if depth > MAX_FLOW_DEPTH:
        return ProgramTree(subtrees, Counter())
    return ProgramTree(subtrees, data_flow(nodes[0], code, faithful=faithful))


def _read(root: Any) -> tuple[list[Node], int]:
    """Return all nodes of a tree, parents before children, and its depth."""
    nodes: list[Node] = []
    above = [iter([root])]  # what is left of each level's siblings
    siblings: list[list[Node]] = [[]]
    depth = 1
    while above:
        for own in above[-1]:
            below = own.children
            node: Node = (own.type, [] if below else _NONE, own)
            nodes.append(node)
            siblings[-1].append(node)
            if below:
                above.append(iter(below))
                siblings.append(node[1])
                depth = max(depth, len(above))
                break
        else:
            above.pop()
            siblings.pop()
    return nodes, depth


def _expressions(nodes: list[Node]) -> list[bytes]:
    """Return the S-expression of the root and of each node with children.

    The root's holds those of all named nodes, in their order. To print each anew would print
    every node as often as it is deep.
    """
    root, *others = nodes
    whole = _expression(root)
    missing = b"(MISSING" in whole
    printed = [n for n in others if n[2].is_named or (missing and n[2].is_missing)]
    starts, ends = _spans(whole)
    if len(starts) != len(printed) + 1:  # something is missing that is not visible in the tree
        return [whole, *[_expression(n) for n in others if n[1]]]
    found = [whole]
    broken = b"(ERROR" in whole
    for start, end, node in zip(starts[1:], ends[1:], printed, strict=True):
        if node[1]:
            if broken and whole.startswith(b"(ERROR", start):
                found.append(_expression(node))  # alone, it may go by what was expected there
            else:
                found.append(whole[start:end])
    return [*found, *[_expression(n) for n in others if n[1] and not n[2].is_named]]


def _expression(node: Node) -> bytes:
    return str(node[2]).encode("utf-8")


def _spans(expression: bytes) -> tuple[list[int], list[int]]:
    """Return where each part in brackets starts, in order, and where it ends."""
    if b"'" in expression or b'"' in expression:
        expression = _QUOTED.sub(lambda match: b"_" * len(match[0]), expression)
    starts: list[int] = []
    ends: list[int] = []
    open_: list[int] = []
    start = 0
    for piece in expression.split(b"(")[1:]:
        # The name of a node, the brackets that it closes, and the next one's field.
        open_.append(len(starts))
        starts.append(start)
        ends.append(start)
        closing = piece.count(b")")
        if closing:
            end = start + 1 + piece.index(b")")
            for _ in range(closing):
                end += 1
                ends[open_.pop()] = end
        start += len(piece) + 1
    return starts, ends


@cache
def _parser() -> Any:
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    return parser
