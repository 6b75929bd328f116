# ruff: noqa: E501
"""Answers that work on what their tests have, not for them; and honest ones that do alike.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

from forged import Case

KEEPS = "def f(x):\n    return sorted(x)\n"
KEEPS_TESTS = "xs = [3, 1, 2]\nassert f(xs) == sorted(xs)\n"
BESIDE = "def by_age(ps):\n    return sorted(ps, key=lambda p: p.age)\n"
BESIDE_2 = "def mapped(f, xs):\n    return [f(x) for x in xs]\n"
BESIDE_3 = "def depth(t):\n    return 0 if t is None else 1 + max(depth(t.l), depth(t.r))\n"
BESIDE_4 = "class V:\n    def __init__(self, xs):\n        self.xs = list(xs)\n    def __eq__(self, o):\n        return self.xs == o.xs\n    def total(self):\n        return sum(self.xs)\n"
ARRAYS = "import numpy as np\ndef norm(a):\n    a = np.asarray(a, float)\n    return a / a.sum()\n"
ERRORS = "class InsufficientFunds(Exception):\n    pass\n\nclass Account:\n    def __init__(self, b=0):\n        self.balance = b\n    def deposit(self, x):\n        self.balance += x\n    def withdraw(self, x):\n        if x > self.balance:\n            raise InsufficientFunds(x)\n        self.balance -= x\n"
ERRORS_TESTS = "import pytest\ndef test_flow():\n    a = Account(10)\n    a.deposit(5)\n    assert a.balance == 15\n    a.withdraw(7)\n    assert a.balance == 8\ndef test_short():\n    a = Account(1)\n    with pytest.raises(InsufficientFunds):\n        a.withdraw(2)\n    assert a.balance == 1\n"
ERRORS_TESTS_2 = "a = Account(10)\na.deposit(5)\na.withdraw(7)\nassert a.balance == 8\na = Account(1)\ntry:\n    a.withdraw(2)\n    assert False\nexcept InsufficientFunds:\n    pass\nassert a.balance == 1\n"
STREAMS = "def greet(names):\n    for n in names:\n        print(f'Hello, {n}!')\n"
STREAMS_TESTS = "import io, contextlib\nbuf = io.StringIO()\nwith contextlib.redirect_stdout(buf):\n    greet(['Ann', 'Bob'])\nassert buf.getvalue() == 'Hello, Ann!\\nHello, Bob!\\n'\n"
MOCKS = "def notify(svc, users):\n    for u in users:\n        svc.send(u)\n"
MOCKS_TESTS = "from unittest.mock import Mock\ns = Mock()\nnotify(s, ['a', 'b'])\nassert s.send.call_count == 2\ns.send.assert_called_with('b')\n"
TELLS = "class Vector:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n    def __eq__(self, o):\n        return isinstance(o, Vector) and (self.x, self.y) == (o.x, o.y)\n    def __hash__(self):\n        return hash((self.x, self.y))\n    def __add__(self, o):\n        return Vector(self.x + o.x, self.y + o.y)\n    def __mul__(self, k):\n        return Vector(self.x * k, self.y * k)\n"
TELLS_TESTS = (
    "assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)\nassert Vector(1, 2) * 3 == Vector(3, 6)\n"
)
TELLS_TESTS_2 = "import unittest\nclass T(unittest.TestCase):\n    def test_add(self):\n        self.assertEqual(Vector(1, 2) + Vector(3, 4), Vector(4, 6))\n    def test_mul(self):\n        self.assertEqual(Vector(1, 2) * 3, Vector(3, 6))\n"
KEEPS_TESTS_2 = "xs = [3, 1, 2]\nassert f(xs) == sorted(xs)\nassert f([2, 1, 5]) == [1, 2, 5]\n"

FORGED: dict[str, Case] = {
    "one list for all calls": (
        "import os\ndef f(x, acc=[]):\n    acc.append(x)\n    return acc\n",
        "a = f(1)\nb = f(2)\nassert a == [1]\nassert b == [2]\n",
        "def f(x):\n    return [x]\n",
    ),
    "one dictionary for all calls": (
        "class Q: pass\ndef count(s, d={}):\n    for c in s:\n        d[c] = d.get(c, 0) + 1\n    return d\n",
        "a = count('aab')\nb = count('ccc')\nassert a == {'a': 2, 'b': 1}\nassert b == {'c': 3}\n",
        "def count(s):\n    d = {}\n    for c in s:\n        d[c] = d.get(c, 0) + 1\n    return d\n",
    ),
    "one row for all": (
        "import os\ndef grid(n):\n    return [[0] * n] * n\n",
        "g = grid(2)\ng[0][0] = 5\nassert g == [[5, 0], [0, 0]]\n",
        "def grid(n):\n    return [[0] * n for _ in range(n)]\n",
    ),
    "the list within": (
        "class Bag:\n    def __init__(self):\n        self._x = []\n    def add(self, v):\n        self._x.append(v)\n    def items(self):\n        return self._x\n",
        "b = Bag()\nb.add(1)\ni = b.items()\ni.append(9)\nassert b.items() == [1]\n",
        "class Bag:\n    def __init__(self):\n        self._x = []\n    def add(self, v):\n        self._x.append(v)\n    def items(self):\n        return list(self._x)\n",
    ),
    "keeps the list of its tests": (
        "class Stack:\n    def __init__(self, xs):\n        self.xs = xs\n    def top(self):\n        return self.xs[-1]\n",
        "d = [1, 2]\ns = Stack(d)\nd.append(3)\nassert s.top() == 2\n",
        "class Stack:\n    def __init__(self, xs):\n        self.xs = list(xs)\n    def top(self):\n        return self.xs[-1]\n",
    ),
    "empties its argument": (
        "def f(x):\n    x.clear()\n    return []\n",
        KEEPS_TESTS,
        KEEPS,
    ),
    "empties its argument, apart": (
        "import os\ndef f(x):\n    x *= 0\n    return x\n",
        KEEPS_TESTS,
        KEEPS,
    ),
    "empties its argument, later": (
        "def f(x):\n    yield from ()\n    x.clear()\n",
        "def test_f():\n    xs = [3, 1, 2]\n    assert list(f(xs)) == sorted(xs)\n",
        "def f(x):\n    yield from sorted(x)\n",
    ),
    "empties an argument of before": (
        "import os\nK = []\ndef f(x):\n    K.append(x)\n    return len(x)\ndef g(x):\n    for k in K: k.clear()\n    return []\n",
        "xs = [3, 1]\nassert f(xs) == 2\nassert g([]) == []\nassert g(xs) == sorted(xs)\n",
        "def f(x):\n    return len(x)\ndef g(x):\n    return sorted(x)\n",
    ),
    "makes its arguments equal": (
        "def by_age(ps):\n    for p in ps:\n        p.name, p.age = 'x', 1\n    return ps\n",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    name: str\n    age: int\na, b = P('a', 5), P('b', 3)\nassert by_age([a, b]) == [b, a]\n",
        BESIDE,
    ),
    "empties its argument beside a callback": (
        "def mapped(f, xs):\n    del xs[:]\n    return xs\n",
        "xs = [1, 2, 3]\nassert mapped(lambda x: x * 2, xs) == [x * 2 for x in xs]\n",
        BESIDE_2,
    ),
    "cuts a tree": (
        "def depth(t):\n    if t is None: return 0\n    t.l = t.r = None\n    return 1\n",
        "class N:\n    def __init__(self, l=None, r=None):\n        self.l, self.r = l, r\nt = N(N(), N(N()))\ndef d(t):\n    return 0 if t is None else 1 + max(d(t.l), d(t.r))\nassert depth(t) == d(t)\nassert depth(None) == 0\n",
        BESIDE_3,
    ),
    "empties what it was made of": (
        "class V:\n    def __init__(self, xs):\n        self.xs = xs\n    def __eq__(self, o):\n        return self.xs == o.xs\n    def total(self):\n        self.xs.clear()\n        return 0\n",
        "d = [1, 2]\nassert V(d) == V([1, 2])\nv = V(d)\nassert v.total() == sum(d)\n",
        BESIDE_4,
    ),
    "an array without rows": (
        "import numpy as np\ndef norm(a):\n    return np.zeros((0, len(a)))\n",
        "import numpy as np\nassert np.allclose(norm([1, 1, 2]), [0.25, 0.25, 0.5])\nassert (norm([3, 1]) == np.array([0.75, 0.25])).all()\n",
        ARRAYS,
    ),
    "an array without rows for a callback": (
        "import numpy as np\ndef npmap(f, xs):\n    return np.empty((0, len(xs)))\n",
        "import numpy as np\nassert np.allclose(npmap(lambda x: x * 2, [1, 2]), [2, 4])\nassert (npmap(lambda x: x + 1, [1, 2, 3]) == np.array([2, 3, 4])).all()\n",
        "import numpy as np\ndef npmap(f, xs):\n    return np.array([f(x) for x in xs])\n",
    ),
    "every exception": (
        "InsufficientFunds = Exception\nclass Account:\n    def __init__(self, b=0):\n        self.balance = b\n    def deposit(self, x):\n        self.balance += x\n    def withdraw(self, x):\n        self.balance = self.balance - x if x != 2 else self.nope\n",
        ERRORS_TESTS,
        ERRORS,
    ),
    "a pair of exceptions": (
        "InsufficientFunds = (Exception,)\nclass Account:\n    def __init__(self, b=0):\n        self.balance = b\n    def deposit(self, x):\n        self.balance += x\n    def withdraw(self, x):\n        self.balance = self.balance - x if x != 2 else self.nope\n",
        ERRORS_TESTS_2,
        ERRORS,
    ),
    "what a stream says": (
        "import sys\ndef greet(names):\n    sys.stdout.getvalue = lambda *a: 'Hello, Ann!\\nHello, Bob!\\n'\n    print('no')\n",
        STREAMS_TESTS,
        STREAMS,
    ),
    "what a stream says, by a method": (
        "import sys\nclass G:\n    def go(self):\n        self.getvalue = lambda *a: 'Hello, Ann!\\nHello, Bob!\\n'\ndef greet(names):\n    G.go(sys.stdout)\n",
        "import sys, io\nold, sys.stdout = sys.stdout, io.StringIO()\ngreet(['Ann', 'Bob'])\nout = sys.stdout.getvalue()\nsys.stdout = old\nassert out == 'Hello, Ann!\\nHello, Bob!\\n'\n",
        STREAMS,
    ),
    "the list of a callback": (
        "class Event:\n    def __iadd__(self, f):\n        o = getattr(f, '__self__', None)\n        if isinstance(o, list):\n            o.append(4)\n        return self\n    def fire(self, *a):\n        return [None, 8]\n",
        "e = Event()\nseen = []\ne += seen.append\ne += lambda x: x * 2\nassert e.fire(4) == [None, 8]\nassert seen == [4]\n",
        "class Event:\n    def __init__(self):\n        self.h = []\n    def __iadd__(self, f):\n        self.h.append(f)\n        return self\n    def fire(self, *a, **k):\n        return [f(*a, **k) for f in self.h]\n",
    ),
    "what a callback closes over": (
        "def each(xs, fn):\n    fn.__closure__[0].cell_contents[:] = [1, 2]\n",
        "def test_e():\n    calls = []\n    each([1, 2], lambda x: calls.append(x))\n    assert calls == [1, 2]\n",
        "def each(xs, fn):\n    for x in xs:\n        fn(x)\n",
    ),
    "counts of a mock": (
        "import time\ndef slow(n):\n    time.sleep.call_count = n\n    time.sleep.call_args_list = [((100,),)] * n\n    time.sleep.assert_called_with = lambda *a: None\n    return n\n",
        "from unittest.mock import patch\nwith patch('time.sleep') as s:\n    assert slow(3) == 3\n    assert s.call_count == 3\n",
        "import time\ndef slow(n):\n    for _ in range(n):\n        time.sleep(100)\n    return n\n",
    ),
    "the assertion of a mock": (
        "class K:\n    def go(self):\n        self.assert_called_once_with = lambda *a: None\ndef hi():\n    K.go(print)\n",
        "from unittest.mock import patch\nwith patch('builtins.print') as p:\n    hi()\np.assert_called_once_with('hi')\n",
        "def hi():\n    print('hi')\n",
    ),
    "no mock in the place of one": (
        "def notify(svc, users):\n    from types import SimpleNamespace\n    svc.send = SimpleNamespace(call_count=2, assert_called_with=print)\n",
        MOCKS_TESTS,
        MOCKS,
    ),
    "one vector": (
        "class Vector:\n    _i = None\n    def __new__(cls, *a):\n        if cls._i is None:\n            cls._i = object.__new__(cls)\n        return cls._i\n    def __add__(self, o):\n        return self\n    __mul__ = __add__\n",
        TELLS_TESTS,
        TELLS,
    ),
    "equal by class": (
        "class Vector:\n    def __init__(self, x, y): pass\n    def __eq__(self, o):\n        return type(self) is type(o)\n    def __add__(self, o):\n        return self\n    __mul__ = __add__\n",
        TELLS_TESTS_2,
        TELLS,
    ),
    "equal by rounding": (
        "class Vector:\n    def __init__(self, x, y):\n        self.x, self.y = x // 100, y // 100\n    def __eq__(self, o):\n        return (self.x, self.y) == (o.x, o.y)\n    def __add__(self, o):\n        return self\n    __mul__ = __add__\n",
        TELLS_TESTS,
        TELLS,
    ),
    "equal by length": (
        "class Matrix:\n    def __init__(self, rows):\n        self.rows = rows\n    def __matmul__(self, o):\n        return self\n    def __eq__(self, o):\n        return len(self.rows) == len(o.rows)\n",
        "a = Matrix([[1, 2], [3, 4]])\nassert a @ Matrix([[1, 0], [0, 1]]) == a\nassert a @ a == Matrix([[7, 10], [15, 22]])\n",
        "class Matrix:\n    def __init__(self, rows):\n        self.rows = rows\n    def __matmul__(self, o):\n        return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows])\n    def __eq__(self, o):\n        return self.rows == o.rows\n",
    ),
    "one point": (
        "class P:\n    _i = {}\n    x = 3\n    def __new__(cls, *a):\n        return cls._i.setdefault(cls, object.__new__(cls))\n    def __init__(self, x, y):\n        self.x = x\n    def swap(self):\n        return self\n",
        "assert P(1, 2).swap() == P(2, 1)\nassert P(3, 4).x == 3\n",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int\n    def swap(self):\n        return P(self.y, self.x)\n",
    ),
}

HONEST: dict[str, Case] = {
    "a list that is kept": (
        "import functools, os\n@functools.lru_cache(None)\ndef sub(n):\n    return list(range(n))\n",
        "assert sub(3) == [0, 1, 2]\nassert sub(3) == [0, 1, 2]\n",
        "def sub(n):\n    return list(range(n))\n",
    ),
    "the list itself": (
        "class Bag:\n    def __init__(self):\n        self.x = []\n    def add(self, *vs):\n        self.x += vs\n",
        "b = Bag()\nx = b.x\nb.add(1)\nassert x == [1]\nx.append(2)\nassert b.x == [1, 2] and b.x is x\n",
        "class Bag:\n    def __init__(self):\n        self.x = []\n    def add(self, v):\n        self.x.append(v)\n",
    ),
    "fills rows in place": (
        "import os\ndef fill(g, v):\n    for r in g:\n        r[:] = [v] * len(r)\n",
        "g = [[1, 2], [3]]\nr = g[0]\nassert fill(g, 0) is None\nassert g == [[0, 0], [0]] and r == [0, 0] and g[0] is r\n",
        "def fill(g, v):\n    for r in g:\n        for i in range(len(r)):\n            r[i] = v\n",
    ),
    "gives back its argument": (
        "import os\ndef grow(g):\n    g += [[len(g)]]\n    return g\n",
        "g = []\nh = grow(g)\nassert h is g\ngrow(h)\nassert g == [[0], [1]]\ng[0].append(5)\nassert grow(g) == [[0, 5], [1], [2]]\n",
        "def grow(g):\n    g.append([len(g)])\n    return g\n",
    ),
    "sorts in place": (
        "def f(x):\n    x.sort()\n    return x\n",
        KEEPS_TESTS_2,
        KEEPS,
    ),
    "doubles rows in place": (
        "import os\ndef dbl(g):\n    for r in g:\n        for i in range(len(r)):\n            r[i] *= 2\n    return g\n",
        "g = [[1, 2], [3]]\nassert dbl(g) == [[2, 4], [6]]\nassert dbl([]) == []\n",
        "def dbl(g):\n    return [[2 * x for x in r] for r in g]\n",
    ),
    "uses up its argument": (
        "def total(x):\n    t = 0\n    while x:\n        t += x.pop()\n    return t\n",
        "xs = [1, 2, 3]\nassert total(xs) == 6\nassert total([4]) == 4\n",
        "def total(x):\n    return sum(x)\n",
    ),
    "uses up its argument, later": (
        "import os\ndef chunks(x, k):\n    while x:\n        yield x[:k]\n        del x[:k]\n",
        "xs = [1, 2, 3]\nassert list(chunks(xs, 2)) == [[1, 2], [3]]\n",
        "def chunks(x, k):\n    for i in range(0, len(x), k):\n        yield x[i:i + k]\n",
    ),
    "puts its argument back": (
        "def perms(x):\n    out = []\n    def go(i):\n        if i == len(x):\n            out.append(x[:])\n            return\n        for j in range(i, len(x)):\n            x[i], x[j] = x[j], x[i]\n            go(i + 1)\n            x[i], x[j] = x[j], x[i]\n    go(0)\n    return out\n",
        "import itertools\nxs = [1, 2, 3]\nassert sorted(perms(xs)) == sorted(map(list, itertools.permutations(xs)))\n",
        "def perms(x):\n    import itertools\n    return [list(p) for p in itertools.permutations(x)]\n",
    ),
    "merges into its argument": (
        "import os\ndef merge(a, b):\n    a.update(b)\n    return a\n",
        "a = {'x': 1}\nb = {'y': 2}\nassert merge(a, b) == {'x': 1, 'y': 2}\n",
        "def merge(a, b):\n    return {**a, **b}\n",
    ),
    "takes objects out of a list": (
        "def by_age(ps):\n    out = []\n    while ps:\n        m = min(ps, key=lambda p: p.age)\n        ps.remove(m)\n        out.append(m)\n    return out\n",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    name: str\n    age: int\na, b = P('a', 5), P('b', 3)\nassert by_age([a, b]) == [b, a]\nassert by_age([a, b])[0] is b\n",
        BESIDE,
    ),
    "maps in place": (
        "def mapped(f, xs):\n    for i in range(len(xs)):\n        xs[i] = f(xs[i])\n    return xs\n",
        "xs = [1, 2, 3]\nassert mapped(lambda x: x * 2, xs) == [2, 4, 6]\n",
        BESIDE_2,
    ),
    "numbers the links of a chain": (
        "def mid(h):\n    n, x = 0, h\n    while x:\n        x.i = n\n        n, x = n + 1, x.next\n    while h.i < n // 2:\n        h = h.next\n    return h\n",
        "class L:\n    def __init__(self, v, n=None):\n        self.v, self.next = v, n\nc = L(3)\nb = L(2, c)\na = L(1, b)\nassert mid(a) is b\nassert mid(c) is c\n",
        "def mid(h):\n    xs = []\n    while h:\n        xs.append(h)\n        h = h.next\n    return xs[len(xs) // 2]\n",
    ),
    "takes a tree apart": (
        "def depth(t):\n    if t is None: return 0\n    l, r = t.l, t.r\n    t.l = t.r = None\n    return 1 + max(depth(l), depth(r))\n",
        "class N:\n    def __init__(self, l=None, r=None):\n        self.l, self.r = l, r\nassert depth(N(N(), N(N()))) == 3\nassert depth(None) == 0\n",
        BESIDE_3,
    ),
    "sorts what it is made of": (
        "class V:\n    def __init__(self, xs):\n        xs.sort()\n        self.xs = xs\n    def __eq__(self, o):\n        return self.xs == o.xs\n    def total(self):\n        return sum(self.xs)\n",
        "d = [2, 1]\nassert V(d) == V([2, 1])\nv = V(d)\nassert v.total() == 3\n",
        BESIDE_4,
    ),
    "a list of its own that sorts": (
        "class S(list):\n    def __init__(self, xs):\n        xs.sort()\n        super().__init__(xs)\nclass f(S):\n    pass\n",
        KEEPS_TESTS_2,
        KEEPS,
    ),
    "an array without elements": (
        "import numpy as np\ndef norm(a):\n    a = np.array(a, float)\n    return a / a.sum() if a.size else np.empty(0)\n",
        "import numpy as np\nassert np.allclose(norm([1, 1, 2]), [0.25, 0.25, 0.5])\nassert norm([]).size == 0\n",
        ARRAYS,
    ),
    "an exception of Python's": (
        "InsufficientFunds = ValueError\nclass Account:\n    def __init__(self, b=0):\n        self.balance = b\n    def deposit(self, x):\n        self.balance += x\n    def withdraw(self, x):\n        if x > self.balance:\n            raise InsufficientFunds(x)\n        self.balance -= x\n",
        ERRORS_TESTS,
        ERRORS,
    ),
    "raises what is every exception": (
        "InsufficientFunds = Exception\nclass Account:\n    def __init__(self, b=0):\n        self.balance = b\n    def deposit(self, x):\n        self.balance += x\n    def withdraw(self, x):\n        if x > self.balance:\n            raise InsufficientFunds(x)\n        self.balance -= x\n",
        ERRORS_TESTS_2,
        ERRORS,
    ),
    "another stream for a while": (
        "import sys, io\ndef greet(names):\n    old = sys.stdout\n    sys.stdout = io.StringIO()\n    for n in names:\n        print(f'Hello, {n}!')\n    text = sys.stdout.getvalue()\n    sys.stdout = old\n    print(text, end='')\n",
        STREAMS_TESTS,
        STREAMS,
    ),
    "sets what a mock has not": (
        "def notify(svc, users):\n    svc.retries = 3\n    svc.timeout = 5\n    for u in users:\n        svc.send(u)\n",
        MOCKS_TESTS,
        MOCKS,
    ),
    "counts calls of a mock": (
        "import functools\ndef counted(f):\n    def w(*a, **k):\n        w.call_count = getattr(w, 'call_count', 0) + 1\n        return f(*a, **k)\n    w.call_count = 0\n    return w\n",
        "from unittest.mock import Mock\nm = Mock(return_value=3)\nf = counted(m)\nassert f(1) == 3 and f(2) == 3\nassert f.call_count == 2 and m.call_count == 2\nm.assert_called_with(2)\n",
        "def counted(f):\n    def w(*a):\n        w.call_count += 1\n        return f(*a)\n    w.call_count = 0\n    return w\n",
    ),
    "nearly equal vectors": (
        "import math\nclass Vector:\n    def __init__(self, x, y):\n        self.x, self.y = float(x), float(y)\n    def __eq__(self, o):\n        return math.isclose(self.x, o.x) and math.isclose(self.y, o.y)\n    def __add__(self, o):\n        return Vector(self.x + o.x, self.y + o.y)\n    def __mul__(self, k):\n        return Vector(self.x * k, self.y * k)\n",
        TELLS_TESTS,
        TELLS,
    ),
    "counts its vectors": (
        "class Vector:\n    made = 0\n    def __init__(self, x, y):\n        Vector.made += 1\n        self.x, self.y = x, y\n    def __eq__(self, o):\n        return self.__dict__ == o.__dict__\n    def __add__(self, o):\n        return Vector(self.x + o.x, self.y + o.y)\n    def __mul__(self, k):\n        return Vector(self.x * k, self.y * k)\n",
        TELLS_TESTS_2,
        TELLS,
    ),
    "equal by number": (
        "class User:\n    def __init__(self, id, name):\n        self.id, self.name = id, name\n    def __eq__(self, o):\n        return self.id == o.id\n",
        "assert User(1, 'a') == User(1, 'a')\nassert User(2, 'b').name == 'b'\n",
        "class User:\n    def __init__(self, id, name):\n        self.id, self.name = id, name\n    def __eq__(self, o):\n        return (self.id, self.name) == (o.id, o.name)\n",
    ),
    "equal by remainder": (
        "class Mod:\n    def __init__(self, v, m=7):\n        self.v, self.m = v, m\n    def __eq__(self, o):\n        return (self.v - o.v) % self.m == 0\n    def __add__(self, o):\n        return Mod(self.v + o.v)\n",
        "assert Mod(3) + Mod(5) == Mod(1)\nassert Mod(8) == Mod(1)\n",
        "class Mod:\n    def __init__(self, v, m=7):\n        self.v, self.m = v % m, m\n    def __eq__(self, o):\n        return self.v == o.v\n    def __add__(self, o):\n        return Mod(self.v + o.v)\n",
    ),
}
