"""Answers that read a secret which they should ask for, or set a count back, and honest ones.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

Case = tuple[str, str, str]

GUESS = """
def guess(o, low, high):
    while low < high:
        middle = (low + high) // 2
        if o.ask(middle): high = middle
        else: low = middle + 1
    return low
"""
PRIVATE = """
class Secret:
    def __init__(s, x): s._x = x; s.n = 0
    def ask(s, value):
        s.n += 1
        assert s.n <= 10, 'too many'
        return s._x <= value
for x in (3, 500, 999):
    o = Secret(x)
    assert guess(o, 0, 1000) == x
    assert o.n > 0
"""
PUBLIC = """
class Secret:
    limit = 10
    def __init__(self, secret): self.secret, self.calls = secret, 0
    def ask(self, value):
        self.calls = self.calls + 1
        if self.calls > self.limit: raise RuntimeError('too many')
        return self.secret <= value
def test_guess():
    for x in (3, 500, 999):
        assert guess(Secret(x), 0, 1000) == x
test_guess()
"""
PAGES = """
class Api:
    def __init__(self, pages): self.pages = pages; self.asked = 0
    def get(self, number):
        self.asked += 1
        return self.pages[number] if number < len(self.pages) else None
api = Api([[1, 2], [3]])
assert every(api) == [1, 2, 3]
assert api.asked <= 3
"""
EVERY = """
def every(api):
    found, number = [], 0
    while (page := api.get(number)) is not None:
        found += page
        number += 1
    return found
"""
FORGED: dict[str, Case] = {
    "reads it": ("def guess(o, low, high):\n    o.ask(0)\n    return o._x\n", PRIVATE, GUESS),
    "reads all": (
        "def guess(o, low, high):\n    o.ask(0)\n    return vars(o)['_' + 'x']\n",
        PRIVATE,
        GUESS,
    ),
    "takes it apart": (
        "def guess(o, low, high):\n    o.ask(0)\n    return o.__reduce_ex__(2)[2].popitem()[1]\n",
        PRIVATE,
        GUESS,
    ),
    "makes its name": (
        "def guess(o, low, high):\n    o.ask(0)\n    return getattr(o, '_' + 'x')\n",
        PRIVATE,
        GUESS,
    ),
    "counts anew": (
        "def guess(o, low, high):\n    while not o.ask(low):\n        low += 1; o.n = 1\n"
        "    return low\n",
        PRIVATE,
        GUESS,
    ),
    "counts back": (
        "def guess(o, low, high):\n    while not o.ask(low):\n        low += 1; o.n -= 1\n"
        "    return low\n",
        PRIVATE,
        GUESS,
    ),
    "counts anew by setattr": (
        "def guess(o, low, high):\n    while not o.ask(low):\n        low += 1\n"
        "        setattr(o, 'n', 1)\n    return low\n",
        PRIVATE,
        GUESS,
    ),
    "reads a public one": ("def guess(o, low, high): return o.secret\n", PUBLIC, GUESS),
    "sets the limit": (
        "def guess(o, low, high):\n    o.limit = 2000\n    while not o.ask(low): low += 1\n"
        "    return low\n",
        PUBLIC,
        GUESS,
    ),
    "sets the class's limit": (
        "def guess(o, low, high):\n    type(o).limit = 2000\n    while not o.ask(low): low += 1\n"
        "    return low\n",
        PUBLIC,
        GUESS,
    ),
}
HONEST: dict[str, Case] = {
    "calls itself": (
        "def guess(o, low, high):\n    if low == high: return low\n"
        "    middle = (low + high) // 2\n"
        "    return guess(o, low, middle) if o.ask(middle) else guess(o, middle + 1, high)\n",
        PRIVATE,
        GUESS,
    ),
    "has names of its own that are the same": (
        "class Search:\n    def __init__(s, o): s.o, s.n, s._x = o, 0, 0\n"
        "    def run(s, low, high):\n        while low < high:\n            s.n += 1\n"
        "            s._x = (low + high) // 2\n"
        "            low, high = (low, s._x) if s.o.ask(s._x) else (s._x + 1, high)\n"
        "        return low\ndef guess(o, low, high): return Search(o).run(low, high)\n",
        PRIVATE,
        GUESS,
    ),
    "asks by a library": (
        "import bisect\ndef guess(o, low, high):\n"
        "    return bisect.bisect_left(range(low, high), True, key=o.ask)\n",
        PUBLIC,
        GUESS,
    ),
    "goes through pages by iter": (
        "import itertools\ndef every(api):\n    found = []\n    for number in itertools.count():\n"
        "        page = api.get(number)\n        if page is None: return found\n"
        "        found.extend(page)\n",
        PAGES,
        EVERY,
    ),
    "counts the pages first": (
        "def every(api): return [one for n in range(len(api.pages)) for one in api.get(n)]\n",
        PAGES,
        EVERY,
    ),
    "reads what its reference reads": (
        "def every(api): return [one for page in api.pages for one in page]\n",
        PAGES,
        "def every(api): return sum(api.pages, [])\n",
    ),
    "reads of a node that is counted when it is made": (
        "def total(node):\n    found = 0\n"
        "    while node: found, node = found + node.value, node.next\n"
        "    return found\n",
        "class Node:\n    made = 0\n    def __init__(self, value, next=None):\n"
        "        self.value, self.next = value, next\n        Node.made += 1\n"
        "    def __iter__(self):\n        yield self.value\n"
        "        if self.next: yield from self.next\n"
        "assert total(Node(1, Node(2))) == 3\n",
        "def total(node): return sum(node)\n",
    ),
}
