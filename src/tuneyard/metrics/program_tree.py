"""What CodeBLEU compares of one program: its syntax subtrees and its data flow.

The grammar is tree-sitter's. Comments and docstrings are taken out by the package ``codebleu``.
"""

from __future__ import annotations

import hashlib
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

# Characters that no rule takes and anonymous missing tokens stand in an S-expression as they are.
_QUOTED = re.compile(rb"'\\?.'|\"[^\"]*\"", re.DOTALL)


_NONE: list[Node] = []  # of every node without children; never changed


class ProgramTree(NamedTuple):
    """The syntax subtrees, and the data-flow edges with variables numbered by appearance.

    ``subtrees`` maps a digest of each inner node's S-expression to how often it occurs.
    """

    subtrees: Counter[bytes]
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
    nodes, depth = _read(_parser().parse(code.encode("utf-8")))
    if depth > MAX_DEPTH:
        return ProgramTree(Counter(), Counter())
    subtrees = Counter(
        hashlib.blake2b(text, digest_size=16).digest() for text in _expressions(nodes)
    )
    if depth > MAX_FLOW_DEPTH:
        return ProgramTree(subtrees, Counter())
    return ProgramTree(subtrees, data_flow(nodes[0], code, faithful=faithful))


def _read(tree: Any) -> tuple[list[Node], int]:
    """Return all nodes of a tree, parents before children, and its depth."""
    cursor = tree.walk()
    down, along, up = cursor.goto_first_child, cursor.goto_next_sibling, cursor.goto_parent
    nodes: list[Node] = []
    siblings: list[Node] = []
    above: list[list[Node]] = []
    depth = 1
    while True:
        own = cursor.node
        kind = own.type
        if down():
            children: list[Node] = []
            node: Node = (kind, children, own)
            nodes.append(node)
            siblings.append(node)
            above.append(siblings)
            siblings = children
            if len(above) >= depth:
                depth = len(above) + 1
        else:
            node = (kind, _NONE, own)
            nodes.append(node)
            siblings.append(node)
            while not along():
                if not up():
                    return nodes, depth
                siblings = above.pop()


def _expressions(nodes: list[Node]) -> list[bytes]:
    """Return the S-expression of the root and of each node with children.

    The root's holds those of all named nodes, in their order. To print each anew would print
    every node as often as it is deep.
    """
    whole = str(nodes[0][2]).encode("utf-8")
    missing = b"(MISSING" in whole
    printed = [n for n in nodes[1:] if n[2].is_named or (missing and n[2].is_missing)]
    spans = _spans(whole)[1:]
    if len(spans) != len(printed):  # something is missing that is not visible in the tree
        return [whole, *(_expression(n) for n in nodes[1:] if n[1])]
    return [
        whole,
        *(whole[start:end] for (start, end), n in zip(spans, printed, strict=True) if n[1]),
        *(_expression(n) for n in nodes[1:] if n[1] and not n[2].is_named),
    ]


def _expression(node: Node) -> bytes:
    return str(node[2]).encode("utf-8")


def _spans(expression: bytes) -> list[list[int]]:
    """Return where each part in brackets starts and ends, in the order of starts."""
    found: list[list[int]] = []
    open_: list[list[int]] = []
    if b"'" in expression or b'"' in expression:
        expression = _QUOTED.sub(lambda match: b"_" * len(match[0]), expression)
    start = 0
    for piece in expression.split(b"(")[1:]:
        # The name of a node, the brackets that it closes, and the next one's field.
        span = [start, start]
        found.append(span)
        open_.append(span)
        closing = piece.count(b")")
        if closing:
            end = start + 1 + piece.index(b")")
            for _ in range(closing):
                end += 1
                open_.pop()[1] = end
        start += len(piece) + 1
    return found


@cache
def _parser() -> Any:
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    return parser
