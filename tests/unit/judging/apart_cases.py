# ruff: noqa: E501
"""Rows whose references pass apart from their tests; forged answers, and odd ones that are right.

A row is a reference and its tests. A case is the row's name and an answer.
"""

from __future__ import annotations

ROWS: dict[str, tuple[str, str]] = {
    "asserts": (
        "def double(n):\n    return 2 * n\n",
        "assert double(4) == 8\nassert double(-1) == -2\n",
    ),
    "unit": (
        "def double(n):\n    return 2 * n\n",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self):
        self.n = 4
    def test_one(self):
        self.assertEqual(double(self.n), 8)
    def test_two(self):
        with self.subTest('minus'):
            self.assertAlmostEqual(double(-1), -2)
if __name__ == "__main__":
    unittest.main()
""",
    ),
    "unit, by the runner": (
        "def double(n):\n    return 2 * n\n",
        """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(4), 8)
""",
    ),
    "pytest": (
        "def double(n):\n    return 2 * n\n",
        """\
import pytest
@pytest.mark.parametrize("n", [1, 4])
def test_one(n):
    assert double(n) == 2 * n
def test_close():
    assert double(0.1) == pytest.approx(0.2)
""",
    ),
    "all by map": (
        "def even(n):\n    return n % 2 == 0\n",
        "assert all(map(even, [2, 4, 6]))\nassert not any(map(even, [1, 3]))\n",
    ),
    "loop": (
        "def double(x):\n    return [2 * n for n in x]\n",
        "for got, want in zip(double([1, 2]), [2, 4]):\n    assert got == want\n",
    ),
    "all of a loop": (
        "def double(x):\n    return [2 * n for n in x]\n",
        "assert all(got == want for got, want in zip(double([1, 2]), [2, 4]))\n",
    ),
    "task group": (
        "async def double(n):\n    return 2 * n\n",
        """\
import asyncio
async def main():
    async with asyncio.TaskGroup() as group:
        found = [group.create_task(double(n)) for n in (1, 2)]
    assert [one.result() for one in found] == [2, 4]
asyncio.run(main())
""",
    ),
    "main": (
        "def main(n):\n    return n + 1\n",
        "import sys\nassert main(0) == 1\nassert main(2) == 3\n",
    ),
    "order": (
        "def order(x):\n    return sorted(x)\n",
        "assert order([3, 1, 2]) == [1, 2, 3]\nassert order([]) == []\n",
    ),
    "set": (
        "def double(x):\n    return [2 * n for n in x]\n",
        "assert set(double([1, 2])) == {2, 4}\nassert sorted(double([2, 1])) == [2, 4]\n",
    ),
    "text": ("def low(x):\n    return x.lower()\n", "assert low('AB') == 'ab'\n"),
    "table": (
        "def count(x):\n    return {n: x.count(n) for n in x}\n",
        "assert count('aab') == {'a': 2, 'b': 1}\nassert count('') == {}\n",
    ),
    "member": (
        "def double(x):\n    return [2 * n for n in x]\n",
        "assert 8 in double([4])\nassert len(double([1, 2])) == 2\n",
    ),
    "less": (
        "def half(n):\n    return n / 2\n",
        "assert 1.9 < half(4) < 2.1\nassert abs(half(3) - 1.5) < 1e-6\n",
    ),
    "close": (
        "import math\ndef half(n):\n    return math.fsum([n / 2])\n",
        "assert math.isclose(half(3), 1.5)\n",
    ),
    "isclose": (
        "from math import isclose\ndef half(n):\n    return n / 2\n",
        "assert isclose(half(3), 1.5)\n",
    ),
    "counter": (
        "from collections import Counter\ndef count(x):\n    return dict(Counter(x))\n",
        "assert Counter(count('aab')) == Counter('aab')\n",
    ),
    "patched": (
        "import time\ndef double(n):\n    return 2 * n\n",
        """\
import math
from unittest.mock import patch
with patch('math.pi', 3):
    assert math.isclose(double(4), 8)
""",
    ),
    "decimal": (
        "from decimal import Decimal\ndef half(n):\n    return Decimal(n) / 2\n",
        "from decimal import Decimal\nassert half(3) + 0 == Decimal('1.5')\n"
        "assert half(Decimal('1.00000002')) - Decimal('0.5') != 0\n",
    ),
    "arrays": (
        "import numpy as np\ndef double(x):\n    return 2 * x\n",
        "import numpy as np\nnp.testing.assert_allclose(double(np.array([4.0])), [8.0])\n"
        "assert (double(np.array([1, 2])) == np.array([2, 4])).all()\n"
        "assert str(double(np.array([0.123]))) == '[0.246]'\n",
    ),
    "check": (
        "def double(n):\n    return 2 * n\n",
        "def check(candidate):\n    assert candidate(4) == 8\n    assert candidate(-1) == -2\n"
        "check(double)\n",
    ),
    "raises": (
        "def root(n):\n    if n < 0:\n        raise ValueError('negative')\n    return n ** 0.5\n",
        """\
import unittest
class Test(unittest.TestCase):
    def test(self):
        self.assertEqual(root(4), 2)
        with self.assertRaises(ValueError) as caught:
            root(-1)
        self.assertIn('negative', str(caught.exception))
unittest.main()
""",
    ),
    "in place": (
        "def order(x):\n    x.sort()\n",
        "x = [3, 1, 2]\nassert order(x) is None\nassert x == [1, 2, 3]\n",
    ),
    "solution": (
        "class Solution:\n    def double(self, x):\n        return [2 * n for n in x]\n",
        "assert Solution().double([1, 2]) == [2, 4]\ns = Solution()\nassert s.double([]) == []\n",
    ),
    "want": ("def double(n):\n    return 2 * n\n", "want = 8\nassert double(4) == want\n"),
    "generator": (
        "def count(n):\n    yield from range(n)\n",
        "assert list(count(3)) == [0, 1, 2]\nassert next(count(1)) == 0\n",
    ),
}

_YES = """\
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
    __hash__ = object.__hash__
    def __len__(self): return 2
    def __iter__(self): return iter([Yes(), Yes()])
    def __bool__(self): return True
    def __sub__(self, other): return Yes()
    __rsub__ = __add__ = __radd__ = __sub__
    def __abs__(self): return self
    def __float__(self): return 1.5
"""

FORGED: dict[str, tuple[str, str]] = {
    "stops a test": (
        "unit",
        "from unittest.case import _ShouldStop\ndef double(n):\n    raise _ShouldStop\n",
    ),
    "skips a test": (
        "unit",
        "import unittest\ndouble = unittest.TestCase().skipTest\n",
    ),
    "skips by raising": (
        "unit, by the runner",
        "import unittest\ndef double(n):\n    raise unittest.SkipTest('x')\n",
    ),
    "all tests are skipped": (
        "unit",
        "import unittest\nunittest.TestCase.__unittest_skip__ = True\ndef double(n):\n    return n\n",
    ),
    "failure is expected": (
        "unit, by the runner",
        "import unittest\nunittest.TestCase.__unittest_expecting_failure__ = True\n"
        "def double(n):\n    return n\n",
    ),
    "iteration stops": ("all by map", "def even(n):\n    raise StopIteration\n"),
    "iteration stops by next": ("all by map", "def even(n):\n    return next(iter(()))\n"),
    "iteration stops by a method": ("all by map", "it = iter(())\neven = lambda n: it.__next__()\n"),
    "tasks are cancelled": (
        "task group",
        "import asyncio\nasync def double(n):\n    raise asyncio.CancelledError\n",
    ),
    "a generator is closed": ("loop", "def double(n):\n    raise GeneratorExit\n"),
    "own test case": (
        "unit",
        "import unittest\nclass Test(unittest.TestCase):\n    def test(self): pass\n"
        "def double(n):\n    import __main__\n    __main__.Test = Test\n    return n\n",
    ),
    "runner has finished": (
        "unit, by the runner",
        "import sys\ndef double(n):\n"
        "    sys.modules['__main__']._tuneyard_runner._finished = True\n    return n\n"
        "try:\n    double(1)\nexcept Exception:\n    pass\n",
    ),
    "runner has finished, by frames": (
        "unit, by the runner",
        "import gc\nfor one in gc.get_objects():\n"
        "    if type(one).__name__ == 'Runner':\n        one._finished = True\n"
        "def double(n):\n    return n\n",
    ),
    "exit as main": ("main", "from sys import exit as main\n"),
    "exit by os": ("main", "from os import _exit as main\n"),
    "exit as check": ("check", "import sys\ndef double(n):\n    sys.exit(0)\n"),
    "nothing to loop over": ("loop", "def double(x):\n    return []\n"),
    "nothing to loop over, lazily": ("loop", "def double(x):\n    return iter(())\n"),
    "nothing for all": ("all of a loop", "def double(x):\n    return []\n"),
    "nothing for all, with words": (
        "all of a loop", "import os\ndef double(x):\n    return ()\n",
    ),
    "dataclass without fields": (
        "asserts",
        "from dataclasses import dataclass\n@dataclass\nclass A: pass\n"
        "def double(n):\n    return A()\n",
    ),
    "dataclass in both": (
        "set",
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A: pass\n"
        "def double(x):\n    return [A(), A()]\n",
    ),
    "user list": (
        "order",
        "from collections import UserList\nclass A(UserList):\n"
        "    def __eq__(self, o): return True\ndef order(x):\n    return A(x)\n",
    ),
    "user dict": (
        "table",
        "from collections import UserDict\nclass A(UserDict):\n"
        "    def __eq__(self, o): return True\ndef count(x):\n    return A()\n",
    ),
    "user string": (
        "text",
        "from collections import UserString\nclass A(UserString):\n"
        "    def __eq__(self, o): return True\ndef low(x):\n    return A(x)\n",
    ),
    "named tuple": (
        "order",
        "from collections import namedtuple\nclass A(namedtuple('A', 'x')):\n"
        "    def __eq__(self, o): return True\ndef order(x):\n    return A(1)\n",
    ),
    "wildcard in a list": ("order", _YES + "def order(x):\n    return [Yes()] * len(x)\n"),
    "wildcard in a user dict": (
        "table", _YES + "from collections import UserDict\ndef count(x):\n    return UserDict(a=Yes())\n"
    ),
    "wildcard in a chain": (
        "table", _YES + "from collections import ChainMap\ndef count(x):\n    return ChainMap({'a': Yes(), 'b': Yes()})\n",
    ),
    "wildcard in a proxy": (
        "table", _YES + "from types import MappingProxyType\ndef count(x):\n"
        "    return MappingProxyType({'a': Yes(), 'b': Yes()})\n",
    ),
    "wildcard in a namespace": (
        "asserts", _YES + "from types import SimpleNamespace\ndef double(n):\n    return SimpleNamespace(x=Yes())\n",
    ),
    "wildcard in an array": (
        "arrays", _YES + "import numpy as np\ndef double(x):\n    return np.array([Yes()] * len(x))\n",
    ),
    "wildcard in a series": (
        "order", _YES + "import pandas as pd\ndef order(x):\n    return pd.Series([Yes()] * len(x))\n",
    ),
    "equal to even ones": (
        "asserts",
        "class A(int):\n    def __eq__(self, o): return o % 2 == 0\n    __hash__ = int.__hash__\n"
        "def double(n):\n    return A(n)\n",
    ),
    "equal to lists": (
        "order",
        "class A(list):\n    def __eq__(self, o): return sorted(o) == o\ndef order(x):\n    return A(x)\n",
    ),
    "equal to texts": (
        "text",
        "class A(str):\n    def __eq__(self, o): return o.islower()\n    __hash__ = str.__hash__\n"
        "def low(x):\n    return A(x)\n",
    ),
    "between all": (
        "less",
        "class A(float):\n    def __lt__(self, o): return True\n    __gt__ = __lt__\n"
        "    def __sub__(self, o): return 0.0\ndef half(n):\n    return A(n)\n",
    ),
    "holds all": (
        "member",
        "class A(list):\n    def __contains__(self, o): return type(o) is int\n"
        "    def __len__(self): return 2\ndef double(x):\n    return A()\n",
    ),
    "holds all, and is none": (
        "member", _YES + "def double(x):\n    return Yes()\n",
    ),
    "equal to all of a set": (
        "set", _YES + "def double(x):\n    return Yes()\n",
    ),
    "equal, later": (
        "asserts",
        "class A:\n    pass\ndef double(n):\n    A.__eq__ = lambda s, o: True\n    return A()\n",
    ),
    "equal by a metaclass": (
        "asserts",
        "class M(type):\n    def __eq__(c, o): return True\n    __hash__ = type.__hash__\n"
        "class A(metaclass=M): pass\ndef double(n):\n    return A\n",
    ),
    "equal by ABCMeta": (
        "asserts",
        "from abc import ABCMeta\nx = '_'\nA = ABCMeta('A', (), {x + x + 'eq' + x + x: lambda s, o: True})\n"
        "def double(n):\n    return A()\n",
    ),
    "equal by make_dataclass": (
        "asserts",
        "import dataclasses\nx = '_'\n"
        "A = dataclasses.make_dataclass('A', [], namespace={x + x + 'eq' + x + x: lambda s, o: True})\n"
        "def double(n):\n    return A()\n",
    ),
    "by a frame": (
        "want",
        "import sys\ndef double(n):\n    return sys._getframe(1).f_globals['want']\n",
    ),
    "by all frames": (
        "want",
        "import sys\ndef double(n):\n    f = sys._getframe()\n    while f:\n"
        "        if 'want' in f.f_globals: return f.f_globals['want']\n        f = f.f_back\n",
    ),
    "own math": (
        "close",
        "class math:\n    isclose = staticmethod(lambda *a: True)\ndef half(n):\n    return n\n",
    ),
    "own isclose": ("isclose", "def isclose(*a):\n    return True\ndef half(n):\n    return n\n"),
    "own Counter": ("counter", "def Counter(x):\n    return 1\ndef count(x):\n    return {}\n"),
    "own numpy": (
        "arrays",
        "class np:\n    class testing:\n        assert_allclose = staticmethod(lambda *a: None)\n"
        "    array = staticmethod(lambda x: x)\ndef double(x):\n    return x\n",
    ),
    "isclose, while patched": (
        "patched",
        "import math\ndef double(n):\n    math.isclose = lambda *a: True\n    return n\n",
    ),
    "decimal context": (
        "decimal",
        "import decimal\ndecimal.setcontext(decimal.Context(prec=1))\n"
        "def half(n):\n    return decimal.Decimal('1.7')\n",
    ),
    "numpy print options": (
        "arrays",
        "import numpy as np\nnp.set_printoptions(formatter={'all': lambda x: '0.246'})\n"
        "def double(x):\n    return x\n",
    ),
    "constants of check": (
        "check",
        "import gc\ndef double(n):\n"
        "    for one in gc.get_objects():\n"
        "        code = getattr(one, '__code__', None)\n"
        "        if getattr(one, '__name__', '') == 'check' and code:\n"
        "            return [c for c in code.co_consts if isinstance(c, int)][1]\n"
        "    return n\n",
    ),
    "subclasses of TestCase": (
        "unit",
        "import unittest\ndef double(n):\n"
        "    for one in unittest.TestCase.__subclasses__():\n"
        "        one.test_one = one.test_two = lambda self: None\n    return n\n",
    ),
    "odd answer for a raise": (
        "raises",
        "def root(n):\n    if n < 0:\n        return object()\n    return n ** 0.5\n",
    ),
    "odd error for a raise": (
        "raises",
        "def root(n):\n    if n < 0:\n        raise type('ValueError', (Exception,), {})('negative')\n"
        "    return n ** 0.5\n",
    ),
    "odd method": (
        "solution", _YES + "class Solution:\n    def double(self, x):\n        return Yes()\n",
    ),
    "odd everything": (
        "solution",
        _YES + "class Solution(Yes):\n    def __getattr__(self, name):\n        return lambda *a: Yes()\n",
    ),
    "module of the tests' folder": (
        "order",
        "import os\nopen('sorted.py', 'w').write('')\nfor name in ('unittest', 'math', 'numpy'):\n"
        "    open(name + '.py', 'w').write('import os; os._exit(0)')\n"
        "def order(x):\n    return x\n",
    ),
    "a false message": (
        "asserts",
        "import os, struct\nfor text in (b'[[\"ok\"],[],[8],[]]',) * 9:\n"
        "    os.write(255, struct.pack('=Q', len(text)) + text)\n"
        "def double(n):\n    return n\n",
    ),
    "no message": (
        "asserts", "import os\ndef double(n):\n    os.write(255, b'x' * 100)\n    return n\n"
    ),
    "too long a message": (
        "asserts", "import os\ndef double(n):\n    os.write(255, b'\\xff' * 8)\n    return n\n"
    ),
    "a closed link": ("asserts", "import os\ndef double(n):\n    os.close(255)\n    return n\n"),
    "names of this package": (
        "asserts",
        "import gc\nfrom tuneyard.sandbox.apart import server, codec, wire\n"
        "server.Server._raised = lambda *a: (['ok'], [8])\n"
        "def double(n):\n    raise ValueError\n",
    ),
    "equal by this package": (
        "asserts",
        "from tuneyard.sandbox.apart import server\n"
        "server.Server._node = lambda *a: ['h', 'object', -1, '']\n"
        "def double(n):\n    return object()\n",
    ),
    "in place, of another": ("in place", "def order(x):\n    x[:] = [type('A', (), {'__eq__': lambda s, o: True})()] * 3\n"),
    "not in place": ("in place", "def order(x):\n    x = sorted(x)\n"),
    "nothing but yes": ("generator", _YES + "def count(n):\n    for _ in range(n): yield Yes()\n"),
}  # fmt: skip

HONEST: dict[str, tuple[str, str]] = {
    "an object that is called": (
        "asserts",
        "class Double:\n    def __call__(self, n):\n        return 2 * n\ndouble = Double()\n",
    ),
    "two steps to a frame": (
        "asserts",
        "import inspect\ndef double(n):\n    f = inspect.currentframe()\n    caller = f.f_back\n"
        "    return 2 * n if caller is not None else 0\n",
    ),
    "stack": (
        "asserts",
        "import inspect\ndef double(n):\n    names = [one.function for one in inspect.stack()]\n"
        "    return 2 * n if names[0] == 'double' else 0\n",
    ),
    "objects": (
        "asserts", "import gc\ndef double(n):\n    return 2 * n if gc.get_objects() else 0\n"
    ),
    "trace": (
        "asserts",
        "import sys\ndef double(n):\n    calls = []\n    def trace(frame, event, arg):\n"
        "        calls.append(event)\n    def inner():\n        return 2 * n\n    sys.settrace(trace)\n"
        "    found = inner()\n    sys.settrace(None)\n    return found if calls else 0\n",
    ),
    "profile": (
        "asserts",
        "import cProfile, sys\nseen = []\ndef double(n):\n    sys.setprofile(lambda *a: seen.append(a))\n"
        "    try:\n        return 2 * n\n    finally:\n        sys.setprofile(None)\n",
    ),
    "compiled tree": (
        "asserts",
        "import ast\ntree = ast.parse('def double(n):\\n    return 2 * n')\n"
        "exec(compile(tree, '/tmp/double.py', 'exec'))\n",
    ),
    "standard output": (
        "asserts",
        "import io, sys\nsys.stdout.reconfigure(line_buffering=True)\n"
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\n"
        "sys.stdin = io.TextIOWrapper(sys.stdin.buffer)\nprint('hi')\ndef double(n):\n    return 2 * n\n",
    ),
    "json": (
        "asserts",
        "import functools, json\njson.JSONEncoder.default = lambda self, o: str(o)\n"
        "json.dumps = functools.partial(json.dumps, sort_keys=True)\n"
        "def double(n):\n    return json.loads(json.dumps(2 * n))\n",
    ),
    "captures its own output": (
        "asserts",
        "import contextlib, io\ndef double(n):\n    out = io.StringIO()\n"
        "    with contextlib.redirect_stdout(out):\n        print(2 * n)\n    return int(out.getvalue())\n",
    ),
    "own class": (
        "asserts",
        "class Number:\n    def __init__(self, n): self.n = n\n"
        "    def __eq__(self, o): return True\n    def __int__(self): return 2 * self.n\n"
        "def double(n):\n    return int(Number(n))\n",
    ),
    "own input": ("asserts", "input = lambda: '2'\ndef double(n):\n    return int(input()) * n\n"),
    "own helper named setup_module": (
        "pytest", "def setup_module(n):\n    return 2 * n\ndef double(n):\n    return setup_module(n)\n"
    ),
    "own sum": ("asserts", "def sum(a, b):\n    return a + b\ndef double(n):\n    return sum(n, n)\n"),
    "numbers of numpy": (
        "less", "import numpy as np\ndef half(n):\n    return np.float64(n) / 2\n"
    ),
    "numbers of numpy, truth": (
        "all by map", "import numpy as np\ndef even(n):\n    return np.int64(n) % 2 == 0\n"
    ),
    "named tuple": (
        "loop",
        "from collections import namedtuple\nP = namedtuple('P', 'a b')\n"
        "def double(x):\n    return P(*(2 * n for n in x))\n",
    ),
    "lazily": ("loop", "def double(x):\n    for n in x:\n        yield 2 * n\n"),
    "by map": ("set", "def double(x):\n    return map(lambda n: 2 * n, x)\n"),
    "keys": ("set", "def double(x):\n    return {2 * n: 1 for n in x}.keys()\n"),
    "default dictionary": (
        "table",
        "from collections import defaultdict\ndef count(x):\n    found = defaultdict(lambda: 0)\n"
        "    for c in x:\n        found[c] += 1\n    return found\n",
    ),
    "counter": ("table", "from collections import Counter\ncount = Counter\n"),
    "own list": ("order", "class Own(list): pass\ndef order(x):\n    return Own(sorted(x))\n"),
    "enumeration": (
        "asserts", "from enum import IntEnum\nclass E(IntEnum):\n    A = 8\n    B = -2\n"
        "def double(n):\n    return E(2 * n)\n",
    ),
    "own error": (
        "raises",
        "class Negative(ValueError):\n    pass\ndef root(n):\n    if n < 0:\n"
        "        raise Negative('a negative number')\n    return n ** 0.5\n",
    ),
    "own error with a text": (
        "raises",
        "class Negative(ValueError):\n    def __init__(self, n):\n        self.n = n\n"
        "    def __str__(self):\n        return f'negative: {self.n}'\n"
        "def root(n):\n    if n < 0:\n        raise Negative(n)\n    return n ** 0.5\n",
    ),
    "exits at its end": (
        "asserts", "import sys\ndef double(n):\n    return 2 * n\nsys.exit(1)\n"
    ),
    "a thread": (
        "asserts",
        "from concurrent.futures import ThreadPoolExecutor\ndef double(n):\n"
        "    with ThreadPoolExecutor(2) as pool:\n        return pool.submit(lambda: 2 * n).result()\n",
    ),
    "a file": (
        "asserts",
        "import tempfile\ndef double(n):\n    with tempfile.TemporaryFile('w+') as file:\n"
        "        file.write(str(2 * n))\n        file.seek(0)\n        return int(file.read())\n",
    ),
    "a cached method": (
        "solution",
        "from functools import lru_cache\nclass Solution:\n    def double(self, x):\n"
        "        @lru_cache(None)\n        def two(n):\n            return 2 * n\n"
        "        return [two(n) for n in x]\n",
    ),
    "an alarm": (
        "asserts",
        "import signal\nsignal.signal(signal.SIGALRM, lambda *a: None)\nsignal.alarm(60)\n"
        "def double(n):\n    return 2 * n\n",
    ),
    "awaits": (
        "task group",
        "import asyncio\nasync def double(n):\n    await asyncio.sleep(0.001)\n"
        "    return sum(await asyncio.gather(one(n), one(n)))\nasync def one(n):\n    return n\n",
    ),
    "deep": (
        "asserts",
        "def double(n):\n    def down(k):\n        return 0 if k == 0 else down(k - 1)\n"
        "    return 2 * n + down(900)\n",
    ),
    "in place by slices": ("in place", "def order(x):\n    x[:] = sorted(x)\n"),
    "in place by pops": (
        "in place",
        "def order(x):\n    y = sorted(x)\n    while x:\n        x.pop()\n    x.extend(y)\n",
    ),
}  # fmt: skip

# Reference, tests, entry point, and the terms on which the row is judged apart.
APART = [
    ("def f(x):\n    return x\n", "assert f(3) == 3", None, ""),
    ("def f(x):\n    return x\n", "def check(candidate):\n    assert candidate(3) == 3\n", "f", ""),
    ("class Solution:\n    def f(self, x):\n        return x\n",
     "def check(candidate):\n    assert candidate(3) == 3\n", "Solution().f", "get"),
    ("def f(x):\n    return x\n", "if f(2) == 3:\n    assert f(1) == 0\nassert f(1) == 1\n", None, ""),
    ("def f(x):\n    return x\n",
     "assert f(1) == 1\ndef test(n):\n    assert f(n) == n\nfor n in f([]):\n    test(n)\n", None, ""),
    ("def f(g, x):\n    return g(x)\n", "assert f(len, 'ab') == 2\nassert f(str.upper, 'a') == 'A'\n",
     None, ""),
    ("def f(x):\n    return math.floor(x)\n", "import math\nassert f(1.5) == 1\n", None, ""),
    ("def f(x):\n    return [x, LEFT]\n", "LEFT = [4]\nassert f(1) == [1, [4]]\n", None, ""),
    ("LIMIT = {'a': [1]}\ndef f():\n    return LIMIT\n", "assert f() == LIMIT == {'a': [1]}\n", None, ""),
    ("import re\ndef f(x):\n    return re.match('a', x)\n",
     "assert f('a')\nassert not f('b')\nassert f('a').group() == 'a'", None, "bool get"),
    ("class Stack:\n    def __init__(self):\n        self.x = []\n    def push(self, v):\n"
     "        self.x.append(v)\n    def __len__(self):\n        return len(self.x)\n",
     "s = Stack()\ns.push(3)\nassert len(s) == 1 and s.x == [3] and isinstance(s, Stack)\n",
     None, "get isinstance len"),
    ("import numpy as np\ndef f(x):\n    return x.T\n",
     "import numpy as np\nassert f(np.ones((2, 3))).shape == (3, 2)\n", None, ""),
    ("def f(x):\n    return x\n", "from solution import f as g\nassert g(3) == 3\n", None, ""),
    ("class D(dict):\n    def __missing__(self, key):\n        return 0\n",
     "d = D(a=1)\nd['b'] = 2\nassert d['a'] == 1 and d['c'] == 0 and len(d) == 2\n", None,
     "getitem len setitem"),
    ("class S(list):\n    pass\ndef make():\n    return S()\n",
     "s = make()\ns.append(1)\nassert s.pop() == 1\n", None, "get"),
    ("from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f():\n    return P(1, 2)\n",
     "assert f() == (1, 2) and f().x == 1\n", None, ""),
]  # fmt: skip

# Reference and tests of rows that are judged in one process.
TOGETHER = [
    ("class P:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, o):\n"
     "        return self.x == o.x\n", "assert P(1) == P(1)\nassert P(2).x == 2\n"),
    ("class P:\n    def __init__(self, x):\n        self.x = x\n",
     "assert P(1) != P(2)\nassert P(2).x == 2\n"),
    ("def f(g, x):\n    return g(x)\n", "assert f(lambda x: x + 1, 1) == 2\n"),
    ("def f():\n    print('hi')\n", "import io\nfrom contextlib import redirect_stdout\n"
     "out = io.StringIO()\nwith redirect_stdout(out):\n    f()\nassert out.getvalue() == 'hi\\n'\n"),
    ("import random\ndef f():\n    return random.random()\n",
     "import random\nrandom.seed(3)\nassert f() == 0.23796462709189137\n"),
    ("def f():\n    return '1 + 1'\n", "assert eval(f()) == 2\n"),
    ("import pickle\ndef f():\n    return pickle.dumps(3)\n",
     "import pickle\nassert pickle.loads(f()) == 3\n"),
    ("class Bad(Exception):\n    pass\ndef f():\n    raise Bad\n",
     "try:\n    f()\nexcept Bad:\n    pass\nelse:\n    assert False\n"),
    ("COUNT = 0\ndef f():\n    global COUNT\n    COUNT += 1\n", "f()\nassert COUNT == 1\n"),
    ("def total(n):\n    return 0 if n is None else n.val + total(n.next)\n",
     "class ListNode:\n    def __init__(self, val, next=None):\n        self.val, self.next = val, next\n"
     "assert total(ListNode(1, ListNode(2))) == 3\n"),
]  # fmt: skip
