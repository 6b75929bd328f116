"""What CodeBLEU compares of one program: its syntax subtrees and its data flow.

The grammar is tree-sitter's. Comments and docstrings are taken out first.
"""

from __future__ import annotations

import gc
from collections import Counter
from functools import cache, lru_cache
from typing import Any, NamedTuple

from tuneyard.borrowed import python_grammar
from tuneyard.metrics.comments import without_comments
from tuneyard.metrics.data_flow import Flow, data_flow
from tuneyard.metrics.subtrees import expressions
from tuneyard.metrics.syntax_nodes import read_nodes

MAX_CHARS = 50_000
"""Longer programs have no tree: the work grows with length times depth."""
MAX_DEPTH = 2000
"""Deeper trees have none either: tree-sitter prints by recursion in C and would crash."""
MAX_FLOW_DEPTH = 400
"""Deeper trees have no data flow: its extraction recurses in Python."""


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
    collects = gc.isenabled()
    gc.disable()  # it would look for cycles, of which a tree has none, among all its nodes
    try:
        return _analysed(source, faithful)
    finally:
        if collects:
            gc.enable()


def _analysed(source: str, faithful: bool) -> ProgramTree:
    if len(source) > MAX_CHARS:
        return ProgramTree(Counter(), Counter())
    # Lone surrogates, which JSON can carry, cannot be encoded.
    code = without_comments(source.encode("utf-8", "replace").decode("utf-8"))
    root = _parser().parse(code.encode("utf-8")).root_node
    nodes = read_nodes(root, code)
    if nodes.depth > MAX_DEPTH:
        return ProgramTree(Counter(), Counter())
    subtrees = Counter(map(hash, expressions(root, nodes)))
    if nodes.depth > MAX_FLOW_DEPTH:
        return ProgramTree(subtrees, Counter())
    return ProgramTree(subtrees, data_flow(nodes.root, faithful=faithful))


@cache
def _parser() -> Any:
    from tree_sitter import Parser

    parser = Parser()
    parser.language = python_grammar()
    return parser
