"""Reads a Python syntax tree into the operations that ``data_flow`` runs.

What counts as a use, a target or a source is what the package ``codebleu`` 0.7.0 takes for one,
oddities included, because published scores have them:

- Where one statement cannot be read (a loop without a right side, or ``a.b = 'text'``, whose
  three parts are paired with the string's three), the whole program has no edges.
- A ``for`` that ends in an ``else`` or a comment has no body.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuneyard.metrics.syntax_nodes import Node, Token


@dataclass(slots=True)
class Bind:
    """Targets that take their value from sources, each list (texts, places) whole.

    ``computed`` tells assignments from default values of parameters.
    """

    computed: bool
    targets: list[Token]
    sources: list[tuple[list[str], list[int]]]


@dataclass(slots=True)
class Loop:
    """Operations of a loop's head and body."""

    body: list[Operation]


@dataclass(slots=True)
class Branch:
    """The parts of an ``if``.

    Attributes:
        parts: whether it starts anew from what held before the statement, and its operations.
        complete: some part is always taken.
    """

    parts: list[tuple[bool, list[Operation]]]
    complete: bool


Operation = Token | Bind | Loop | Branch
"""A token on its own is a use of its name, or a first sight of it."""


class UnreadableError(Exception):
    """The program has no edges."""


def operations(node: Node) -> list[Operation]:
    """Return the operations of a node and what is below it.

    Raises:
        UnreadableError: see the module.
    """
    found: list[Operation] = []
    _read([node], found)
    return found


def _read(nodes: Sequence[Node], found: list[Operation]) -> None:
    for node in nodes:
        kind, children, _, token = node
        if token is not None:
            found.append(token)
        elif not children:
            continue
        elif kind in _STATEMENTS:
            _STATEMENTS[kind](node, found)
        elif "for_in_clause" in [child[0] for child in children]:
            # A comprehension's loops come before what they feed.
            _read([child for child in children if child[0] == "for_in_clause"], found)
            _read([child for child in children if child[0] != "for_in_clause"], found)
        else:
            _read(children, found)


def _tokens(node: Node | None) -> list[Token]:
    """Return the tokens below a node."""
    if node is None:
        raise UnreadableError
    found: list[Token] = []
    _collect([node], found)
    return found


def _collect(nodes: Sequence[Node], found: list[Token]) -> None:
    for _, children, _, token in nodes:
        if token is not None:
            found.append(token)
        elif children:
            _collect(children, found)


def _default(node: Node, found: list[Operation]) -> None:
    names = _tokens(_field(node, "name"))
    value = _field(node, "value")
    if value is None:
        found.append(Bind(False, names, [([], [])]))
        return
    _read([value], found)
    sources = [(texts, [place]) for place, _, texts, _ in _tokens(value)]
    found.append(Bind(False, names, sources))


def _assignment(node: Node, found: list[Operation]) -> None:
    if _field(node, "right") is not None:  # else an annotation
        _bind(*_paired(node), found)


def _clause(node: Node, found: list[Operation]) -> None:
    _bind([_field(node, "left")], [node[1][-1]], found)


def _bind(
    targets: Sequence[Node | None], values: Sequence[Node], found: list[Operation]
) -> None:
    _read(values, found)
    for target, value in zip(targets, values, strict=True):
        tokens = _tokens(value)
        sources = [token[1] for token in tokens], [token[0] for token in tokens]
        found.append(Bind(True, _tokens(target), [sources]))


def _for(node: Node, found: list[Operation]) -> None:
    body: list[Operation] = []
    _bind(*_paired(node), body)
    last = node[1][-1]
    if last[0] == "block":
        _read([last], body)
    found.append(Loop(body))


def _while(node: Node, found: list[Operation]) -> None:
    body: list[Operation] = []
    _read(node[1], body)
    found.append(Loop(body))


def _if(node: Node, found: list[Operation]) -> None:
    parts = [
        (child[0] in ("elif_clause", "else_clause"), operations(child)) for child in node[1]
    ]
    found.append(Branch(parts, any("else" in child[0] for child in node[1])))


_STATEMENTS: dict[str, Callable[[Node, list[Operation]], None]] = {
    "default_parameter": _default,
    "assignment": _assignment,
    "augmented_assignment": _assignment,
    "for_in_clause": _clause,
    "for_statement": _for,
    "while_statement": _while,
    "if_statement": _if,
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
