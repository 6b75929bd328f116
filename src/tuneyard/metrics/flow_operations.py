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

    Attributes:
        work: the edges that it makes, and their sources.
    """

    relation: str
    targets: list[Token]
    sources: list[tuple[list[str], list[int]]]
    work: int


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


COMES, COMPUTED = "comesFrom", "computedFrom"
"""The relation of a token to what it is a use of, or to what is assigned to it."""


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
    """Read siblings. A comprehension's loops come before what they feed."""
    first = len(found)
    for node in nodes:
        kind, children, _, token = node
        if token is not None:
            found.append(token)
        elif children:
            statement = _STATEMENTS.get(kind)
            if statement is None:
                _read(children, found)
            elif statement is _clause:
                clause: list[Operation] = []
                _clause(node, clause)
                found[first:first] = clause
                first += len(clause)
            else:
                statement(node, found)


def _tokens(node: Node | None) -> list[Token]:
    """Return the tokens below a node."""
    if node is None:
        raise UnreadableError
    _, children, _, token = node
    if token is not None:
        return [token]
    found: list[Token] = []
    _collect(children, found)
    return found


def _collect(nodes: Sequence[Node], found: list[Token]) -> None:
    for _, children, _, token in nodes:
        if token is not None:
            found.append(token)
        elif children:
            _collect(children, found)


def _default(node: Node, found: list[Operation]) -> None:
    name, value = node[2]
    names = _tokens(name)
    if value is None:
        sources: list[tuple[list[str], list[int]]] = [([], [])]
    else:
        _read([value], found)
        sources = [([text], [place]) for place, text, _ in _tokens(value)]
    found.append(Bind(COMES, names, sources, 2 * len(names) * len(sources)))


def _assignment(node: Node, found: list[Operation]) -> None:
    left, right = node[2]
    if right is not None:  # else an annotation
        _bind(*_paired(left, right), found)


def _clause(node: Node, found: list[Operation]) -> None:
    _bind(node[2], [node[1][-1]], found)


def _bind(targets: Sequence[Node | None], values: Sequence[Node], found: list[Operation]) -> None:
    for value in values:
        _read([value], found)
    for target, value in zip(targets, values, strict=True):
        names, tokens = _tokens(target), _tokens(value)
        sources = [token[1] for token in tokens], [token[0] for token in tokens]
        found.append(Bind(COMPUTED, names, [sources], len(names) * (len(tokens) + 1)))


def _for(node: Node, found: list[Operation]) -> None:
    body: list[Operation] = []
    left, right = node[2]
    _bind(*_paired(left, right), body)
    last = node[1][-1]
    if last[0] == "block":
        _read([last], body)
    found.append(Loop(body))


def _while(node: Node, found: list[Operation]) -> None:
    body: list[Operation] = []
    for child in node[1]:
        _read([child], body)
    found.append(Loop(body))


def _if(node: Node, found: list[Operation]) -> None:
    parts = [(child[0] in ("elif_clause", "else_clause"), operations(child)) for child in node[1]]
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


def _paired(left: Node | None, right: Node | None) -> tuple[list[Node], list[Node]]:
    """Return targets and values, part by part where there are as many of both."""
    if left is None or right is None:
        raise UnreadableError
    if not left[1]:
        return [left], [right]
    targets = [child for child in left[1] if child[0] != ","]
    values = [child for child in right[1] if child[0] != ","]
    if not targets or len(targets) != len(values):
        return [left], [right]
    if "string" in (left[0], right[0]):  # its parts are no tokens
        raise UnreadableError
    return targets, values
