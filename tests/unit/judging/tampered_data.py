# ruff: noqa: E501
"""Answers that change the data of their tests; and honest ones that do alike.

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
}
