"""Reads a Python syntax tree into the operations that ``data_flow`` runs.

What counts as a use, a target or a source is what the package ``codebleu`` 0.7.0 takes for one,
oddities included, because published scores have them:

- Where one statement cannot be read (a loop without a right side, or ``a.b = 'text'``, whose
  three parts are paired with the string's three), the whole program has no edges.
- A ``for`` that ends in an ``else`` or a comment has no body.
- Columns count bytes, but cut the text by characters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Node = tuple[str, list["Node"], Any]
"""A node of a syntax tree: tree-sitter's type of it, its children, and tree-sitter's own node,
which makes its answers anew at each question."""

Read = tuple[int, str, list[str], bool]
"""A token on its own, a use of its name or a first sight of it: place, text, the text as a list,
and whether it is an identifier. Places are ascending and each token's own."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Targets (place, text) that take their value from sources, each list (texts, places) whole.

    ``computed`` tells assignments from default values of parameters.
    """

    computed: bool
    targets: list[tuple[int, str]]
    sources: list[tuple[list[str], list[int]]]


@dataclass(frozen=True, slots=True)
class Loop:
    """Operations of a loop's head and body."""

    body: list[Operation]


@dataclass(frozen=True, slots=True)
class Branch:
    """The parts of an ``if``.

    Attributes:
        parts: whether it starts anew from what held before the statement, and its operations.
        complete: some part is always taken.
    """

    parts: list[tuple[bool, list[Operation]]]
    complete: bool


Operation = Read | Bind | Loop | Branch


class UnreadableError(Exception):
    """The program has no edges."""


class Reader:
    """Turns the nodes of one program into operations.

    Args:
        code: the program's text.
    """

    def __init__(self, code: str) -> None:
        self._cut = _cutter(code)

    def operations(self, node: Node) -> list[Operation]:
        """Return the operations of a node and what is below it.

        Raises:
            UnreadableError: see the module.
        """
        found: list[Operation] = []
        self._read([node], found)
        return found

    def _read(self, nodes: Sequence[Node], found: list[Operation]) -> None:
        for node in nodes:
            kind, children, own = node
            if not children or kind == "string":
                if kind != "comment":
                    start, end = own.start_byte, own.end_byte
                    text = self._cut(start, end)
                    if text != kind:
                        found.append((start + end, text, [text], kind == "identifier"))
            elif kind in _STATEMENTS:
                _STATEMENTS[kind](self, node, found)
            elif "for_in_clause" in [child[0] for child in children]:
                # A comprehension's loops come before what they feed.
                self._read([c for c in children if c[0] == "for_in_clause"], found)
                self._read([c for c in children if c[0] != "for_in_clause"], found)
            else:
                self._read(children, found)

    def _variables(self, node: Node | None) -> list[tuple[int, str]]:
        """Return place and text of the tokens below, but for those spelled as their type."""
        if node is None:
            raise UnreadableError
        kind, children, own = node
        if not children or kind == "string":
            start, end = own.start_byte, own.end_byte
            text = self._cut(start, end)
            return [] if kind in ("comment", text) else [(start + end, text)]
        return [token for child in children for token in self._variables(child)]

    def _default(self, node: Node, found: list[Operation]) -> None:
        names = self._variables(_field(node, "name"))
        value = _field(node, "value")
        if value is None:
            found.append(Bind(False, names, [([], [])]))
            return
        self._read([value], found)
        sources = [([text], [place]) for place, text in self._variables(value)]
        found.append(Bind(False, names, sources))

    def _assignment(self, node: Node, found: list[Operation]) -> None:
        if _field(node, "right") is not None:  # else an annotation
            self._bind(*_paired(node), found)

    def _clause(self, node: Node, found: list[Operation]) -> None:
        self._bind([_field(node, "left")], [node[1][-1]], found)

    def _bind(
        self, targets: Sequence[Node | None], values: Sequence[Node], found: list[Operation]
    ) -> None:
        self._read(values, found)
        for target, value in zip(targets, values, strict=True):
            tokens = self._variables(value)
            sources = [text for _, text in tokens], [place for place, _ in tokens]
            found.append(Bind(True, self._variables(target), [sources]))

    def _for(self, node: Node, found: list[Operation]) -> None:
        body: list[Operation] = []
        self._bind(*_paired(node), body)
        last = node[1][-1]
        if last[0] == "block":
            self._read([last], body)
        found.append(Loop(body))

    def _while(self, node: Node, found: list[Operation]) -> None:
        body: list[Operation] = []
        self._read(node[1], body)
        found.append(Loop(body))

    def _if(self, node: Node, found: list[Operation]) -> None:
        parts = [
            (child[0] in ("elif_clause", "else_clause"), self.operations(child))
            for child in node[1]
        ]
        found.append(Branch(parts, any("else" in child[0] for child in node[1])))


_STATEMENTS: dict[str, Callable[[Reader, Node, list[Operation]], None]] = {
    "default_parameter": Reader._default,
    "assignment": Reader._assignment,
    "augmented_assignment": Reader._assignment,
    "for_in_clause": Reader._clause,
    "for_statement": Reader._for,
    "while_statement": Reader._while,
    "if_statement": Reader._if,
}


def _field(node: Node, name: str) -> Node | None:
    found = node[2].child_by_field_name(name)
    return None if found is None else next(child for child in node[1] if child[2] == found)


def _paired(node: Node) -> tuple[list[Node], list[Node]]:
    """Return targets and values, part by part where there are as many of both."""
    left, right = _field(node, "left"), _field(node, "right")
    if left is None or right is None:
        raise UnreadableError
    targets = [child for child in left[1] if child[0] != ","]
    values = [child for child in right[1] if child[0] != ","]
    if not targets or len(targets) != len(values):
        return [left], [right]
    if "string" in (left[0], right[0]):  # its parts are no tokens
        raise UnreadableError
    return targets, values


def _cutter(code: str) -> Callable[[int, int], str]:
    """Return a function from a span of bytes to its text, without line ends."""
    if code.isascii():
        return lambda start, end: code[start:end].replace("\n", "")
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
