"""The data flow of a Python program as CodeBLEU takes it (Ren et al. 2020, section 3.3).

An edge says where the value of a token comes from: ``computedFrom`` the tokens on the right of an
assignment, or ``comesFrom`` where its name last got a value. The edges are those of the package
``codebleu`` 0.7.0, in which a loop's body counts twice. The package walks the tree again for each
turn of each loop; here a tree is read once, and its loops run over a list of operations.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from operator import itemgetter

from tuneyard.metrics.flow_operations import (
    COMES,
    Bind,
    Branch,
    Loop,
    Operation,
    UnreadableError,
    operations,
)
from tuneyard.metrics.syntax_nodes import Node

MAX_WORK = 2_000_000
"""A program that needs more has no edges: loops nested in loops double the work each time. Counted
are operations, the sources of edges, and the variables that branches bring together."""

Flow = tuple[int, str, tuple[int, ...]]
"""An edge: variable, relation, source variables. Variables are numbered by appearance."""

_Edge = tuple[int, str, str, list[str], list[int]]
"""Place and text of a token, relation, texts and places of its sources."""
_States = dict[str, list[int]]
"""The places at which each name may have got its value, ascending. A list is never changed."""
_Unique = Callable[[list[str]], Iterable[str]]


def data_flow(root: Node, *, faithful: bool = False) -> Counter[Flow]:
    """Return a program's data-flow edges and how often each occurs.

    Args:
        root: the program's tree.
        faithful: order a token's sources by iterating over sets of strings, as the package does,
            so that the result changes with ``PYTHONHASHSEED``; else in order of appearance.
    """
    run = _Run(set if faithful else dict.fromkeys)
    try:
        run.run(operations(root), {})
        return _numbered(run.merged())
    except UnreadableError:
        return Counter()


class _Run:
    """Runs operations, with what each name holds, and collects edges."""

    def __init__(self, unique: _Unique) -> None:
        self.unique = unique
        self.edges: list[_Edge] = []
        self.left = MAX_WORK

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise UnreadableError

    def run(self, operations: list[Operation], states: _States) -> _States:
        """Run in order; ``states`` may be changed, and what is returned is what holds after."""
        self.spend(len(operations))
        edges = self.edges
        for operation in operations:
            if isinstance(operation, tuple):
                place, text, is_name = operation
                held = states.get(text)
                if held is not None:
                    edges.append((place, text, COMES, [text], held))
                    self.left -= len(held)
                else:
                    if is_name:
                        states[text] = [place]
                    edges.append((place, text, COMES, [], []))
            elif isinstance(operation, Bind):
                self.spend(operation.work)
                relation, sources = operation.relation, operation.sources
                for place, text, _ in operation.targets:
                    for texts, places in sources:
                        edges.append((place, text, relation, texts, places))
                    states[text] = [place]
            elif isinstance(operation, Loop):
                first = len(edges)
                states = self.run(operation.body, states)
                second = len(edges)
                states = self.run(operation.body, states)
                edges[first:] = self.turns(edges[first:second], edges[second:])
            else:
                states = self.branch(operation, states)
        return states

    def branch(self, operation: Branch, states: _States) -> _States:
        before = states.copy()
        others = []
        for anew, part in operation.parts:
            if anew:
                others.append(self.run(part, before.copy()))
            else:
                states = self.run(part, states)
        if not operation.complete:
            others.append(before)
        self.spend(len(states) * (len(others) + 1))
        for other in others:
            for name, places in other.items():
                held = states.setdefault(name, places)
                if held is not places and held != places:
                    states[name] = sorted({*held, *places})
        return states

    def merged(self) -> list[_Edge]:
        """Return one edge a token, in the order of tokens; those that lead nowhere are left out."""
        linked = {edge[0] for edge in self.edges if edge[4]}
        linked.update(*[edge[4] for edge in self.edges if edge[4]])
        edges = [edge for edge in self.edges if edge[0] in linked]
        edges.sort(key=itemgetter(0))
        return self.joined(edges, [edge[0] for edge in edges])

    def turns(self, first: list[_Edge], second: list[_Edge]) -> list[_Edge]:
        """Join the edges of a loop's two turns, which are for the same tokens in the same order."""
        keys = [(edge[0], edge[2]) for edge in first]
        if len(set(keys)) < len(keys):
            return self.joined([*first, *second], [*keys, *keys])
        return [
            one if one == two and len(one[3]) < 2 else self.join(one, two)
            for one, two in zip(first, second, strict=True)
        ]

    def joined(self, edges: list[_Edge], keys: Sequence[object]) -> list[_Edge]:
        """Return one edge for each key, where it first occurs, with the sources of all."""
        if len(set(keys)) == len(keys):
            return edges
        found: dict[object, _Edge] = {}
        for key, edge in zip(keys, edges, strict=True):
            known = found.get(key)
            found[key] = edge if known is None else self.join(known, edge)
        return list(found.values())

    def join(self, one: _Edge, two: _Edge) -> _Edge:
        """Return an edge with the sources of both.

        Its relation is the last one's: tokens without width may share a place.
        """
        place, text, _, texts, places = one
        self.spend(len(texts) + len(places) + 1)
        if texts != two[3] or len(texts) > 1:
            texts = list(self.unique(texts + two[3]))
        if places != two[4]:
            places = sorted({*places, *two[4]})
        return place, text, two[2], texts, places


def _numbered(edges: list[_Edge]) -> Counter[Flow]:
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    number = numbers.__getitem__
    found = []
    for _, text, relation, texts, _ in edges:
        sources = tuple(map(number, texts))
        found.append((number(text), relation, sources))
    return Counter(found)
