"""Which classes of tests count, and what a program touches of them."""

from __future__ import annotations

import pytest

from tuneyard.sandbox.limited import oracles
from tuneyard.sandbox.oracles import READS, SETS, touches

TESTS = """
class Secret:
    limit = 3
    def __init__(self, x):
        self._x, self.n, self.log = x, 0, []
    def ask(self, v):
        self.n += 1
        assert self.n <= self.limit
        self.log = [*self.log, v]
        return v == self._x
    def again(self):
        self.n = 0
"""


def test_a_class_that_counts_is_known_by_its_text() -> None:
    (found,) = oracles(TESTS)
    assert found == ("Secret", {"n"}, {"_x"}, {"limit"}, set())


@pytest.mark.parametrize(
    "line",
    [
        "self.n -= 1",
        "self.n += v",
        "self.n = v",
        "self.n = self.m + 1",
        "n = 1",
        "self.items.append(v)",
    ],
)
def test_what_changes_otherwise_is_no_count(line: str) -> None:
    source = f"class A:\n def f(self, v):\n  {line}\n  assert self.n < 3\n"
    assert [*oracles(source)] == []


def test_how_many_are_made_is_no_count() -> None:
    source = "class A:\n n = 0\n def __init__(self): A.n += 1\nassert A.n < 3\n"
    assert [*oracles(source)] == []


def test_a_size_that_is_counted_is_no_count_of_questions() -> None:
    source = "class A:\n def __init__(self): self.n = 0\n def f(self): self.n += 1\n"
    assert [*oracles(f"{source}assert A().n == 0\n")] == []
    assert len([*oracles(f"{source}assert A().n <= 0\n")]) == 1


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(o): return o.ask(1)", set()),
        ("def f(o): return o._x", {f"{READS}Secret._x"}),
        ("def f(o): return getattr(o, '_x')", {f"{READS}Secret._x"}),
        ("def f(o): o.n = 0", {f"{SETS}Secret.n"}),
        ("def f(o): o.limit += 1", {f"{SETS}Secret.limit"}),
        ("def f(o): del o.n", {f"{SETS}Secret.n"}),
        ("def f(o): setattr(o, 'n', 0)", {f"{SETS}Secret.n"}),
        ("def f(o): return o.log", set()),
        ("class A:\n def __init__(me): me.n = me._x = me.limit = 0", set()),
        ("class A:\n def f(me, o): o.n = 0", {f"{SETS}Secret.n"}),
        ("def f(o): o.__init__(1)", {f"{SETS}Secret (made anew)"}),
        ("class A:\n def f(me, o): o.__init__(1)", {f"{SETS}Secret (made anew)"}),
        ("def f(o): type(o).__init__(o, 1)", {f"{SETS}Secret (made anew)"}),
        ("class A(list):\n def __init__(me): list.__init__(me)", set()),
        ("class A(list):\n def __init__(me): super().__init__()", set()),
        ("def f(o): return '{._x}'.format(o)", {f"{READS}Secret._x"}),
        ("def f(o): return eval('o._x')", {f"{READS}Secret (eval)"}),
        ("def f(o):\n match o:\n  case object(_x=x): return x", {f"{READS}Secret._x"}),
        ("def f(o, patch): patch.object(o, 'n', 0).start()", {f"{SETS}Secret.n"}),
    ],
)
def test_what_a_program_touches(source: str, found: set[str]) -> None:
    assert touches(source, TESTS) == found


def test_tests_that_count_nothing_keep_nothing() -> None:
    assert touches("def f(o): return vars(o)", "class A:\n def __init__(s): s._x = 1\n") == set()
