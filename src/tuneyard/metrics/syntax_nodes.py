"""Reads tree-sitter's tree of a Python program into tuples, each node once.

Tree-sitter's own nodes find each answer anew in the tree.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from tuneyard.borrowed import python_grammar

Token = tuple[int, str, bool]
"""A word of the program: place, text, and whether it is an identifier. Places are ascending and
each token's own. A string is one token; comments, and what is spelled as its type (keywords and
operators), are none."""

Node = tuple[str, list["Node"], list["Node | None"], Token | None]
"""A node: its type, its children, those in the fields that ``FIELDS`` names, and its token, if it
is one."""

FIELDS = {
    "assignment": ("left", "right"),
    "augmented_assignment": ("left", "right"),
    "default_parameter": ("name", "value"),
    "for_in_clause": ("left",),
    "for_statement": ("left", "right"),
}
"""The fields that are read, by type of node."""

_ERROR = 0xFFFF  # ts_builtin_sym_error
# Of every node without; never changed.
_NO_NODES: list[Node] = []
_NO_FIELDS: list[Node | None] = []
_PART: Node = ("", _NO_NODES, _NO_FIELDS, None)  # of a string: not read, only counted


class SyntaxNodes(NamedTuple):
    """What was read of a tree.

    Attributes:
        root: the root.
        depth: levels of nodes, at most one too many.
        shown: how many nodes an S-expression shows: those with a name, and missing ones.
        nested: how many named nodes have children that it shows; no errors.
        bare: the types of named nodes with children of which it shows none; no errors.
        apart: tree-sitter's nodes of all others with children: errors, and nodes without a name.
    """

    root: Node
    depth: int
    shown: int
    nested: int
    bare: list[str]
    apart: list[Any]


def read_nodes(root: Any, code: str) -> SyntaxNodes:
    """Read the tree below tree-sitter's ``root`` of a program."""
    kinds = _kinds()
    cut = None if code.isascii() else _cutter(code)  # with it, nothing need be spelled as its type
    top: Node = (root.type, [], [], None)
    level = [(root, kinds[root.kind_id][1], top)]
    broken = root.has_error
    depth, shown, nested = 1, 1, 0
    bare: list[str] = []
    apart: list[Any] = []
    while level:
        depth += 1
        below = []
        for parent, parent_named, (parent_kind, siblings, fields, _) in level:
            owns = parent.children
            before = shown
            for own in owns:
                kind, named, plain = kinds[own.kind_id]
                size = own.child_count
                if named:
                    shown += 1
                elif not (size or cut) and own.end_byte - own.start_byte == len(kind):
                    siblings.append(plain)  # a keyword or an operator
                    continue
                token = None
                if not size or kind == "string":
                    start, end = own.start_byte, own.end_byte
                    text = cut(start, end) if cut else code[start:end]
                    if kind == "identifier" and text != kind:
                        token = start + end, text, True
                    elif text != kind and kind != "comment":
                        text = text.replace("\n", "")
                        if text != kind:
                            token = start + end, text, False
                    if start == end and not named and own.is_missing:
                        shown += 1
                if not size:
                    siblings.append((kind, _NO_NODES, _NO_FIELDS, token))
                elif kind == "string" and own.descendant_count == size + 1:
                    nested += 1
                    shown += size  # each with a name
                    siblings.append((kind, [_PART] * size, _NO_FIELDS, token))
                else:
                    node: Node = (kind, [], [], token)
                    siblings.append(node)
                    below.append((own, named, node))
            if parent_kind in FIELDS:
                for name in FIELDS[parent_kind]:
                    found = parent.child_by_field_name(name)
                    fields.append(None if found is None else siblings[owns.index(found)])
            # The type of an error may be that of what was expected there.
            if not parent_named or (broken and parent.grammar_id == _ERROR):
                apart.append(parent)
            elif shown > before:
                nested += 1
            else:
                bare.append(parent_kind)
        level = below
    return SyntaxNodes(top, depth, shown, nested, bare, apart)


@cache
def _kinds() -> dict[int, tuple[str, bool, Node]]:
    """Return the type of each kind of node, whether it has a name, and a node without children."""
    language = python_grammar()
    kinds = {_ERROR: ("ERROR", True)}
    for kind in range(language.node_kind_count):
        kinds[kind] = language.node_kind_for_id(kind) or "", language.node_kind_is_named(kind)
    return {
        kind: (name, named, (name, _NO_NODES, _NO_FIELDS, None))
        for kind, (name, named) in kinds.items()
    }


def _cutter(code: str) -> Callable[[int, int], str]:
    """Return a function from a span of bytes to its text.

    Columns count bytes, but cut the text by characters, as in the package ``codebleu``.
    """
    lines = code.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-8")) + 1)

    def cut(start: int, end: int) -> str:
        top, bottom = bisect_right(starts, start) - 1, bisect_right(starts, end) - 1
        begin, stop = start - starts[top], end - starts[bottom]
        if top == bottom:
            return lines[top][begin:stop]
        return "".join([lines[top][begin:], *lines[top + 1 : bottom], lines[bottom][:stop]])

    return cut
