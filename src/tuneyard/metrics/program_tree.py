"""What CodeBLEU compares of one program: its syntax subtrees and its data flow.

The grammar is tree-sitter's; the data-flow extraction is that of the package ``codebleu``. The
package orders the sources of a variable by iterating over sets of strings, so its result changes
with ``PYTHONHASHSEED``; here the same functions run with sets that keep insertion order.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from types import FunctionType
from typing import Any, NamedTuple

MAX_CHARS = 50_000
"""Longer programs have no tree: the work grows with length times depth."""
MAX_DEPTH = 2000
"""Deeper trees have none either: tree-sitter prints by recursion in C and would crash."""
MAX_FLOW_DEPTH = 400
"""Deeper trees have no data flow: its extraction recurses in Python."""
MAX_FLOW_WORK = 5_000_000
"""Nor have programs whose extraction does more: 20 for each visit of a node, and one for each
variable known there. Loops nested in loops double it; a few hundred ordinary lines stay below."""
_VISIT_WORK = 20

Flow = tuple[str, str, tuple[str, ...]]


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
    code = _strip_comments(source.encode("utf-8", "replace").decode("utf-8"))
    root = _parser().parse(code.encode("utf-8")).root_node
    inner, depth = _inner_nodes(root)
    if depth > MAX_DEPTH:
        return ProgramTree(Counter(), Counter())
    subtrees = Counter(
        hashlib.blake2b(str(node).encode("utf-8"), digest_size=16).digest() for node in inner
    )
    if depth > MAX_FLOW_DEPTH:
        return ProgramTree(subtrees, Counter())
    return ProgramTree(subtrees, _data_flow(code, faithful=faithful))


def _inner_nodes(root: Any) -> tuple[list[Any], int]:
    """Return the root and all nodes with children, and the tree's depth."""
    inner = []
    depth = 0
    stack = [(root, 1)]
    while stack:
        node, level = stack.pop()
        inner.append(node)
        depth = max(depth, level)
        stack.extend((child, level + 1) for child in node.children if child.child_count)
    return inner, depth


def _strip_comments(code: str) -> str:
    from codebleu.parser import remove_comments_and_docstrings

    try:
        return str(remove_comments_and_docstrings(code, "python"))
    except Exception:  # it tokenizes, which fails in many ways on text that is no Python
        return code


@cache
def _parser() -> Any:
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    return parser


def _data_flow(code: str, *, faithful: bool) -> Counter[Flow]:
    from codebleu.dataflow_match import get_data_flow, normalize_dataflow
    from codebleu.parser import DFG_python

    # The package's functions run with some names replaced; the package stays as it is.
    sets = {} if faithful else {"set": _InsertionOrderedSet}
    budget = MAX_FLOW_WORK

    def visit(node: Any, index: Any, states: Any) -> Any:
        nonlocal budget
        budget -= _VISIT_WORK + len(states)
        if budget < 0:
            raise OverflowError("too much work")  # get_data_flow then gives no edges
        return visit_node(node, index, states)

    visit_node = _rebound(DFG_python, {**sets, "DFG_python": visit})
    extract = _rebound(get_data_flow, sets)
    flow = normalize_dataflow(extract(code, [_parser(), visit]))
    return Counter((target, relation, tuple(sources)) for target, relation, sources in flow)


def _rebound(function: Any, names: dict[str, Any]) -> Any:
    """Return a copy of a function that sees these global names first."""
    scope = {**function.__globals__, **names}
    return FunctionType(function.__code__, scope, function.__name__, function.__defaults__)


class _InsertionOrderedSet(dict[Any, None]):
    """As much of ``set`` as the package's data-flow functions use, in insertion order."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(dict.fromkeys(items))

    def add(self, item: Any) -> None:
        self[item] = None
