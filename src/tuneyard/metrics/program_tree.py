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

MAX_CHARS = 100_000
"""Longer programs have no tree: the work grows with length times depth."""
MAX_DEPTH = 2000
"""Deeper trees have none either: tree-sitter prints by recursion in C and would crash."""
MAX_FLOW_DEPTH = 400
"""Deeper trees have no data flow: its extraction recurses in Python."""
MAX_LOOPS = 10
"""Loops nested deeper have no data flow: its extraction visits a loop's body twice, so 2^depth."""

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
    inner, depth, loops = _inner_nodes(root)
    if depth > MAX_DEPTH:
        return ProgramTree(Counter(), Counter())
    subtrees = Counter(
        hashlib.blake2b(str(node).encode("utf-8"), digest_size=16).digest() for node in inner
    )
    if depth > MAX_FLOW_DEPTH or loops > MAX_LOOPS:
        return ProgramTree(subtrees, Counter())
    return ProgramTree(subtrees, _data_flow(code, faithful=faithful))


def _inner_nodes(root: Any) -> tuple[list[Any], int, int]:
    """Return the root and all nodes with children, the tree's depth, and how deep loops nest."""
    inner = []
    depth = loops = 0
    stack = [(root, 1, 0)]
    while stack:
        node, level, around = stack.pop()
        inner.append(node)
        around += node.type in ("for_statement", "while_statement")
        depth, loops = max(depth, level), max(loops, around)
        stack.extend((child, level + 1, around) for child in node.children if child.child_count)
    return inner, depth, loops


def _strip_comments(code: str) -> str:
    from codebleu.parser import remove_comments_and_docstrings

    try:
        return str(remove_comments_and_docstrings(code, "python"))
    except Exception:  # it tokenizes, which fails in many ways on text that is no Python
        return code


def _data_flow(code: str, *, faithful: bool) -> Counter[Flow]:
    from codebleu.dataflow_match import normalize_dataflow

    extract, edges_of = _faithful_flow() if faithful else _ordered_flow()
    flow = normalize_dataflow(extract(code, [_parser(), edges_of]))
    return Counter((target, relation, tuple(sources)) for target, relation, sources in flow)


@cache
def _parser() -> Any:
    from codebleu.utils import get_tree_sitter_language
    from tree_sitter import Parser

    parser = Parser()
    parser.language = get_tree_sitter_language("python")
    return parser


@cache
def _faithful_flow() -> tuple[Any, Any]:
    from codebleu.dataflow_match import get_data_flow
    from codebleu.parser import DFG_python

    return get_data_flow, DFG_python


class _InsertionOrderedSet(dict[Any, None]):
    """As much of ``set`` as the package's data-flow functions use, in insertion order."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(dict.fromkeys(items))

    def add(self, item: Any) -> None:
        self[item] = None


@cache
def _ordered_flow() -> tuple[Any, Any]:
    """Return the package's two functions with ``set`` replaced; the package stays as it is."""
    extract, edges_of = _faithful_flow()
    return _with_ordered_sets(extract), _with_ordered_sets(edges_of)


def _with_ordered_sets(function: Any) -> Any:
    scope = {**function.__globals__, "set": _InsertionOrderedSet}
    copy = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    scope[function.__name__] = copy  # DFG_python calls itself by name
    return copy
