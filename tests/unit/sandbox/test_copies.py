"""What tests give an answer stays as it is, whatever library it is of."""

from __future__ import annotations

import ast
import sqlite3
from array import array
from collections import UserDict, deque
from collections.abc import Callable
from configparser import ConfigParser
from email.message import EmailMessage
from queue import PriorityQueue, Queue, SimpleQueue
from types import SimpleNamespace
from typing import Any
from xml.dom import minidom
from xml.etree import ElementTree

import pytest

from tuneyard.sandbox.arguments import Arguments
from tuneyard.sandbox.copies import Copies
from tuneyard.sandbox.extras import Extras

PROGRAM = compile("", "<program>", "exec")


def database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute("create table t(x)")
    made.execute("insert into t values(1)")
    return made


def parser() -> ConfigParser:
    made = ConfigParser()
    made.read_string("[a]\nx=1")
    return made


def filled(made: Any) -> Any:
    made.put(1)
    return made


def mail() -> EmailMessage:
    made = EmailMessage()
    made["To"] = "a@b.c"
    return made


def chain() -> list[Any]:
    made: list[Any] = []
    for _ in range(5000):
        made = [made]
    return made


class Named(list[int]):
    pass


def named() -> Named:
    made = Named([1, 2])
    made.extra = {"k": 1}  # type: ignore[attr-defined]
    return made


CASES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "an element": (
        lambda: ElementTree.fromstring("<r><i n='a'/></r>"),
        lambda v: [e.attrib["n"] for e in v.iter("i")],
        lambda v: v.clear(),
    ),
    "an inner element": (
        lambda: ElementTree.fromstring("<r><i n='a'/></r>"),
        lambda v: [e.attrib["n"] for e in v.iter("i")],
        lambda v: v[0].set("n", "b"),
    ),
    "a document": (
        lambda: minidom.parseString("<r><i/></r>"),
        lambda v: len(v.getElementsByTagName("i")),
        lambda v: v.documentElement.removeChild(v.documentElement.firstChild),
    ),
    "a tree": (
        lambda: ast.parse("x = 1\ny = 2"),
        ast.unparse,
        lambda v: v.body.pop(),
    ),
    "a node": (
        lambda: ast.parse("x = 1"),
        ast.unparse,
        lambda v: setattr(v.body[0].targets[0], "id", "z"),
    ),
    "a queue": (lambda: filled(Queue()), lambda v: v.qsize(), lambda v: v.get()),
    "a heap": (lambda: filled(PriorityQueue()), lambda v: [*v.queue], lambda v: v.put(0)),
    "a parser": (parser, lambda v: v.sections(), lambda v: v.clear()),
    "a mail": (mail, lambda v: v["To"], lambda v: v.__delitem__("To")),
    "a mapping": (lambda: UserDict(a=1), lambda v: sorted(v), lambda v: v.clear()),
    "numbers": (lambda: array("i", [1, 2]), lambda v: [*v], lambda v: v.pop()),
    "a database": (
        database,
        lambda v: v.execute("select count(*) from t").fetchone(),
        lambda v: v.execute("delete from t"),
    ),
    "a database's rows": (
        database,
        lambda v: v.execute("select x from t").fetchone(),
        lambda v: setattr(v, "row_factory", lambda cursor, row: 7),
    ),
    "a list of one's own": (named, lambda v: ([*v], dict(v.extra)), lambda v: v.clear()),
    "what hangs on it": (named, lambda v: ([*v], dict(v.extra)), lambda v: v.extra.clear()),
    "a namespace": (
        lambda: SimpleNamespace(q=deque([1])),
        lambda v: [*v.q],
        lambda v: v.q.clear(),
    ),
}
"""How a value is made, what is seen of it, and how it is changed."""


@pytest.mark.parametrize(("make", "see", "change"), CASES.values(), ids=CASES.keys())
def test_what_is_changed_is_seen_and_kept(
    make: Callable[[], Any], see: Callable[[Any], Any], change: Callable[[Any], Any]
) -> None:
    value = make()
    seen = see(value)

    found = Arguments(PROGRAM, [])
    found.calls("reads", see)(value)
    assert found.changed == set()
    copies = Copies(PROGRAM, [], Extras(None), originals=False)
    assert copies.calls("f", lambda given: given)(value) is value
    copies.calls("changes", change)(value)
    assert see(value) == seen
    assert copies.changed == set()
    copies.calls("changes", lambda held: change(held["v"][0]))({"v": (value,)})
    assert see(value) == seen

    found = Arguments(PROGRAM, [])
    found.calls("changes", lambda held: change(held[0]))([value])
    assert {one.partition(" ")[0] for one in found.changed} == {"changes"}


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: filled(SimpleQueue()), lambda v: v.get()),
        (chain, lambda v: v.append(1)),
        (lambda: database().cursor(), lambda v: v.execute("delete from t")),
    ],
    ids=["a plain queue", "a long chain", "a cursor"],
)
def test_what_cannot_be_copied_is_told(
    make: Callable[[], Any], change: Callable[[Any], Any]
) -> None:
    copies = Copies(PROGRAM, [], Extras(None), originals=False)
    copies.calls("keeps", lambda given: None)(make())
    assert copies.changed == set()
    copies.calls("changes", change)(make())
    assert copies.changed == {"changes"}


def test_a_way_that_the_reference_has_is_no_licence_for_another() -> None:
    found = Arguments(PROGRAM, ["f adds"])
    call = found.calls(
        "f", lambda held, key: held.pop(key) if key in held else held.update({key: 1})
    )
    held = {"a": 1}
    call(held, "b")
    assert found.changed == set()
    call(held, "a")
    assert found.changed == {"f removes @0"}


def test_attributes_that_tests_never_name_are_found_again() -> None:
    thing = SimpleNamespace(kids=[1])
    copies = Copies(PROGRAM, [], Extras("thing.kids.append(2)"), originals=False)

    def mark(given: Any) -> None:
        given.mine = [given]
        given.mine.append("more")

    copies.calls("mark", mark)(thing)
    assert thing.mine[0] is thing
    copies.calls("more", lambda given: given.mine.append("last"))(thing)
    assert thing.mine[1:] == ["more", "last"]
    assert copies.calls("gives", lambda given: given)(thing) is thing

    def spoil(given: Any) -> None:
        given.kids.clear()
        given.other = 1

    copies.calls("spoil", spoil)(thing)
    assert (thing.kids, thing.other) == ([1], 1)
    assert copies.changed == set()
