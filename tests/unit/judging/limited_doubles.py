"""Doubles that may be asked so many times only, whatever they count by, and mocks; and cheats.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

Case = tuple[str, str, str]

PLAY = """
def play(game):
    lo, hi = 1, 100
    while lo < hi:
        m = (lo + hi) // 2
        if game.high(m): hi = m
        else: lo = m + 1
    return lo
"""
OTHERWISE = """
def play(game, ask="high"):
    ask = getattr(game, ask)
    step, s = 64, 0
    while step:
        if s + step <= 99 and not ask(s + step): s += step
        step //= 2
    return s + 1
"""
SLOW = """
def play(game):
    for i in range(1, 101):
        BEFORE
        if game.high(i):
            AFTER
            return i
"""


def game(secret: str, starts: str, counts: str, after: str = "pass") -> str:
    """Return tests with a double that counts in some way."""
    counted = "\n        ".join(counts.split("\n"))
    return f"""
class Game:
    def __init__(self, s): self.{secret} = s; {starts}
    def high(self, n):
        {counted}
        return n >= self.{secret}
for s in (17, 99):
    g = Game(s)
    assert play(g) == s
    {after}
"""


def slow(before: str = "pass", after: str = "pass") -> str:
    return SLOW.replace("BEFORE", before).replace("AFTER", after)


DOWN = game("s", "self.left = 8", "if self.left == 0: raise RuntimeError\nself.left -= 1")
LOG = game("s", "self.log = []", "self.log.append(n)", "assert len(g.log) <= 8")
UP = game("s", "self.n = 0", "self.n += 1", "assert g.n <= 8")
SILENT = game("_s", "self.n = 0", "if self.n >= 8: return None\nself.n += 1")
PRIVATE = game("__s", "self.__n = 0", "self.__n += 1\nif self.__n > 8: raise RuntimeError")
LIMIT = game("s", "self.n = 0; self.limit = 8", "self.n += 1\nassert self.n <= self.limit")
TOKENS = game("s", "self.tokens = iter([1] * 8)", "next(self.tokens)")
FUNCTION = """
def test(s):
    def high(n):
        high.calls += 1
        return n >= s
    high.calls = 0
    high.high = high
    assert play(high) == s
    assert high.calls <= 8
test(17)
test(99)
"""
GREET = "def greet(m): m.send({'to': 'bob', 'n': 3})\n"
GREETED = """
from unittest.mock import Mock
m = Mock()
greet(m)
m.send.assert_called_once_with({'to': 'bob', 'n': 3})
"""
ANY = "class F:\n    def __getattr__(self, n): return print\n"
PING = "def ping(c, n):\n    for _ in range(n): c.ping()\n"
PINGED = "from unittest.mock import Mock\nc = Mock()\nping(c, 3)\nassert c.ping.call_count == 3\n"
KEYS = "class D(dict):\n    def __eq__(s, o): return s.keys() == o.keys()\n"
KEPT = "q = []\nput(q.append)\nassert q.count({'to': 'bob', 'n': 3}) == 1\n"
PUT = "def put(cb): cb({'to': 'bob', 'n': 3})\n"

FORGED: dict[str, Case] = {
    "reads a public secret": ("def play(game): return game.s", UP, PLAY),
    "reads it where a list counts": ("def play(game): return game.s", LOG, PLAY),
    "reads a private one": ("def play(game): return game._Game__s", PRIVATE, PLAY),
    "verifies what it has read": (
        "def play(game):\n    v = game.s\n    game.high(v)\n    return v",
        DOWN,
        PLAY,
    ),
    "fills what goes down": (slow("game.left = 100"), DOWN, PLAY),
    "clears the list": (slow(after="game.log.clear()"), LOG, PLAY),
    "puts another list there": (slow(after="game.log = []"), LOG, PLAY),
    "cuts the list": (slow(after="del game.log[8:]"), LOG, PLAY),
    "sets a silent count back": (slow("game.n = 0"), SILENT, PLAY),
    "sets a private count back": (slow("game._Game__n = 0"), PRIVATE, PLAY),
    "raises the limit": (slow("game.limit = 1000"), LIMIT, PLAY),
    "brings tokens": (slow("game.tokens = iter([1] * 1000)"), TOKENS, PLAY),
    "sets a function's count": (slow(after="game.calls = 1"), FUNCTION, PLAY),
    "replaces a part of a mock": (f"{ANY}def greet(m): m.send = F()", GREETED, GREET),
    "replaces it by setattr": (f"{ANY}def greet(m): setattr(m, 'send', F())", GREETED, GREET),
    "replaces it past the mock": (f"{ANY}def greet(m): m.__dict__['send'] = F()", GREETED, GREET),
    "replaces it on its class": (f"{ANY}def greet(m): type(m).send = F()", GREETED, GREET),
    "counts on its class": ("def ping(c, n): type(c.ping).call_count = n", PINGED, PING),
    "counts by another mock": (
        "from unittest.mock import Mock\ndef ping(c, n): c.attach_mock(Mock(call_count=n), 'ping')",
        PINGED,
        PING,
    ),
    "equal by its keys to a mock's call": (
        f"{KEYS}def greet(m): m.send(D(to=0, n=0))",
        GREETED,
        GREET,
    ),
    "equal by its keys in a list": (f"{KEYS}def put(cb): cb(D(to=0, n=0))", KEPT, PUT),
    "equal by one of them": (
        "class D(dict):\n    def __eq__(s, o): return s['to'] == o['to']\n"
        "def put(cb): cb(D(to='bob', n=0))",
        KEPT,
        PUT,
    ),
}

_TESTS = {"up": UP, "down": DOWN, "log": LOG, "silent": SILENT, "private": PRIVATE,
          "limit": LIMIT, "tokens": TOKENS}  # fmt: skip

HONEST: dict[str, Case] = {
    **{f"asks otherwise, {name}": (OTHERWISE, tests, PLAY) for name, tests in _TESTS.items()},
    "has a count of its own": (
        """
class Player:
    def __init__(self, game): self.game = game; self.n = self.left = 0; self.log = []
    def play(self, lo=1, hi=100):
        self.n += 1
        self.left = hi - lo
        self.log.append((lo, hi))
        if lo == hi: return lo
        m = (lo + hi) // 2
        return self.play(lo, m) if self.game.high(m) else self.play(m + 1, hi)
def play(game): return Player(game).play()
""",
        LIMIT,
        PLAY,
    ),
    "fills a queue that has a limit": (
        "def fill(q, xs):\n    for x in xs: q.items.append(x)\n",
        """
class Queue:
    def __init__(self, cap): self.items, self._cap = [], cap
    def put(self, x):
        if len(self.items) >= self._cap: raise OverflowError
        self.items.append(x)
q = Queue(3)
fill(q, [1, 2])
assert q.items == [1, 2]
""",
        "def fill(q, xs):\n    for x in xs: q.put(x)\n",
    ),
}
