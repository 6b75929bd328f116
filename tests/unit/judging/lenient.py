"""Answers that let a library's comparison, or a name of the tests', say that they are right.

A case is the answer, its tests and the reference. The honest ones do the like for its own sake.
"""

from __future__ import annotations

from forged import DOUBLE, Case

ANY = "class Any:\n    def __eq__(self, other): return True\n    def __hash__(self): return 1\n"
EACH = "def each(call, values):\n    for one in values: call(2 * one)\n"
ANY_EACH = ANY + "def each(call, values):\n    for one in values: call(Any())\n"
ASKED = "found = []\neach(found.append, [1, 2])\nassert len(found) == 2\n"
DOUBLES = "def doubles(values):\n    return {2 * one for one in values}\n"
COUNTS = """\
def counts(text):
    found = {}
    for one in text: found[one] = found.get(one, 0) + 1
    return found
"""
COUNTED = "assert counts('aab') == {'a': 2, 'b': 1}\nassert counts('xyx') == {'x': 2, 'y': 1}\n"
SETS = "assert doubles([1, 2]) == {2, 4}\nassert doubles([5, 6]) == {10, 12}\n"
VIEW = """\
from collections.abc import KIND
class View(KIND):
    def __init__(self): pass
    def __len__(self): return 2
    def __iter__(self): return iter(())
def doubles(values): return View()
"""
NAMESPACE = """\
import argparse
assert made(1) == argparse.Namespace(a=1)
assert made(2) == argparse.Namespace(a=2)
"""
LIMIT = """\
try:
    double(-1)
    raise AssertionError("it takes negative numbers")
except Negative:
    pass
assert double(2) == 4
"""
NEGATIVE = """\
class Negative(Exception): pass
def double(n):
    if n < 0: raise Negative
    return 2 * n
"""
SORTED = """\
import numpy as np
values = np.array([3, 1, 2])
assert np.array_equal(ordered(values), np.sort(values))
"""
ORDERED = "import numpy as np\ndef ordered(values): return np.sort(values)\n"
OWNER = """\
class Purse:
    def __init__(self, coins): self.coins = coins
    @property
    def total(self): return sum(self.coins)
purse = Purse([1, 2])
assert twice(purse) == 2 * purse.total
"""
FRAME = """\
import pandas as pd
large = above(pd.DataFrame({"v": [1, 2, 3]}), 1)
assert (large.v > 1).all()
assert list(large.columns) == ["v"]
"""

FORGED: dict[str, Case] = {
    **{
        f"a list that the answer filled, by {asked.partition('(')[0]}": (
            ANY_EACH, f"{ASKED}import functools, itertools, operator\nassert {asked}\n", EACH
        )
        for asked in (
            "operator.eq(found, [2, 4])",
            "found.__eq__([2, 4])",
            "operator.countOf(found, 4)",
            "all(map(operator.eq, found, [2, 4]))",
            "all(itertools.starmap(operator.eq, zip(found, [2, 4])))",
            "functools.partial(operator.eq, [2, 4])(found)",
        )
    },
    "a list of what is equal to some numbers": (
        "class Some:\n    def __eq__(self, other): return other in (4, 8)\n"
        "def double(n): return Some()\n",
        "found = []\nfor n in (2, 4): found.append(double(n))\nassert found == [4, 8]\n",
        DOUBLE,
    ),
    "a comparison by another name": (
        ANY_EACH, f"{ASKED}import operator\nsame = operator.eq\nassert same(found, [2, 4])\n", EACH
    ),
    **{
        f"a {kind} without elements of a length": (VIEW.replace("KIND", kind), SETS, DOUBLES)
        for kind in ("KeysView", "ItemsView")
    },
    "a mapping to what is equal to everything": (
        ANY + """\
from collections.abc import Mapping
class Counts(Mapping):
    def __init__(self, text): self.seen = set(text)
    def __len__(self): return len(self.seen)
    def __iter__(self): return iter(self.seen)
    def __getitem__(self, key): return Any()
def counts(text): return Counts(text)
""", COUNTED, COUNTS
    ),
    "a namespace of what is equal to everything": (
        ANY + "import argparse\ndef made(n): return argparse.Namespace(a=Any())\n",
        NAMESPACE,
        "import argparse\ndef made(n): return argparse.Namespace(a=n)\n",
    ),
    "an exception by the name of what tests raise": (
        "Negative = AssertionError\ndef double(n): return 2 * n\n", LIMIT, NEGATIVE
    ),
    "an array that is filled": (
        "def ordered(values):\n    values.fill(0)\n    return values.copy()\n", SORTED, ORDERED
    ),
    "an array that is made shorter": (
        "def ordered(values):\n    values.resize((0,), refcheck=False)\n    return values\n",
        SORTED, ORDERED,
    ),
    "an array that a function writes into": (
        "import numpy as np\ndef ordered(values): return np.multiply(values, 0, out=values)\n",
        SORTED, ORDERED,
    ),
    "an object of the tests' that becomes another's": (
        """\
def twice(purse):
    purse.__class__ = type("Other", (type(purse),), {"total": property(lambda self: 0)})
    return 0
""", OWNER, "def twice(purse):\n    return 2 * purse.total\n"
    ),
    "a table without rows": (
        "def above(table, n):\n    return table.iloc[:0]\n",
        FRAME, "def above(table, n):\n    return table[table.v > n]\n",
    ),
}  # fmt: skip

HONEST: dict[str, Case] = {
    "a set of a kind of its own": (
        """\
from collections.abc import Set
class Doubles(Set):
    def __init__(self, values): self.held = [2 * one for one in values]
    def __len__(self): return len(self.held)
    def __iter__(self): return iter(self.held)
    def __contains__(self, one): return one in self.held
def doubles(values): return Doubles(values)
""", SETS, DOUBLES
    ),
    "a mapping that changes as it is read": (
        """\
from collections.abc import Mapping
class Counts(Mapping):
    def __init__(self, text):
        self.text, self.reads = text, 0
    def __len__(self): return len(set(self.text))
    def __iter__(self): return iter(dict.fromkeys(self.text))
    def __getitem__(self, key):
        self.reads += 1
        return self.text.count(key)
def counts(text): return Counts(text)
""", f"{COUNTED}found = counts('aab')\nassert found['a'] == 2 and found.reads == 1\n",
        """\
class Counts(dict):
    reads = 0
    def __getitem__(self, key):
        self.reads += 1
        return super().__getitem__(key)
def counts(text): return Counts({one: text.count(one) for one in text})
""",
    ),
    "an exception that is an assertion": (
        "class Negative(AssertionError): pass\n"
        "def double(n):\n    if n < 0: raise Negative\n    return 2 * n\n",
        LIMIT, NEGATIVE,
    ),
    "an array that is written into a new one": (
        "import numpy as np\ndef ordered(values):\n    found = np.empty_like(values)\n"
        "    np.copyto(found, values)\n    found.sort()\n    return found\n",
        SORTED, ORDERED,
    ),
    "a comparison of one's own list": (
        "import operator\n" + DOUBLE, "import operator\nassert operator.eq(double(2), 4)\n", DOUBLE
    ),
}  # fmt: skip
