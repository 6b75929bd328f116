"""Wrong answers that are judged beside a reference: what it comes to, they have to come to, too.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

DOUBLE = "def double(n):\n    return 2 * n\n"

TRIPLES = "def triples(values):\n    return [3 * value for value in values]\n"

ENDS = "def double(n):\n    return 2 * n if n < 2 else next(iter([]))\n"

NOTHING = "def triples(values):\n    return []\n"

UNIT = """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(4), 8)
    def test_two(self):
        self.assertEqual(double(-1), -2)
if __name__ == "__main__":
    unittest.main()
"""

SUBTESTS = """\
import unittest
class Test(unittest.TestCase):
    def test_all(self):
        for n in (1, 2, 3):
            with self.subTest(n=n):
                self.assertEqual(double(n), 2 * n)
unittest.main()
"""

RUNNER = """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(4), 8)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Test)
result = unittest.TextTestRunner().run(suite)
assert result.wasSuccessful()
"""

MAPPED = """\
def right(n):
    return double(n) == 2 * n
assert all(map(right, [1, 2, 3]))
"""

GROUP = """\
import asyncio
async def check(n):
    assert double(n) == 2 * n
async def main():
    async with asyncio.TaskGroup() as group:
        for n in range(3):
            group.create_task(check(n))
asyncio.run(main())
"""

ZIPPED = "for got, want in zip(triples([1, 2]), [3, 6]):\n    assert got == want\n"

ASSERTS = "assert double(4) == 8\nassert double(-2) == -4\n"

EACH = """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        for got in many():
            self.assertEqual(got, 8)
unittest.main()
"""

Case = tuple[str, str, str]

FORGED: dict[str, Case] = {
    "approximately everything": (
        """\
import pytest
def fold(f, xs, z):
    return pytest.approx(0, abs=float('inf'))
""",
        """\
assert fold(lambda a, b: a + b, [1, 2, 3], 0) == 6
assert fold(lambda a, b: a * b, [2, 5], 1) == 10
""",
        """\
def fold(f, xs, z):
    for x in xs:
        z = f(z, x)
    return z
""",
    ),
    "approximately ten": (
        """\
import pytest
def fold(f, xs, z):
    return pytest.approx(8, abs=10)
""",
        """\
assert fold(lambda a, b: a + b, [1, 2, 3], 0) == 6
assert fold(lambda a, b: a * b, [2, 5], 1) == 10
""",
        """\
def fold(f, xs, z):
    for x in xs:
        z = f(z, x)
    return z
""",
    ),
    "a picky member": (
        """\
class A:
    def __eq__(self, o):
        return o % 2 == 0
    def __hash__(self):
        return 8
def double(n):
    return A()
""",
        "assert double(4) in {8}\nassert double(4) in [8, 9]\n",
        DOUBLE,
    ),
    "picky, and not unequal": (
        """\
class A:
    def __ne__(self, o):
        return o % 2 == 1
def double(n):
    return A()
""",
        "if double(4) != 8:\n    raise AssertionError\n",
        DOUBLE,
    ),
    "expected values": (
        """\
import sys
def double(n):
    return sys.modules["__main__"].CASES[n]
""",
        "CASES = {4: 8, 5: 10}\nassert all(double(n) == CASES[n] for n in CASES)\n",
        DOUBLE,
    ),
    "expected values by vars": (
        """\
import sys
def double(n):
    return vars(sys.modules["__main__"])["CASES"][n]
""",
        "CASES = {4: 8, 5: 10}\nassert all(double(n) == CASES[n] for n in CASES)\n",
        DOUBLE,
    ),
    "expected values of a class": (
        """\
import importlib
def double(n):
    return importlib.import_module("__main__").TestIt.CASES[n]
""",
        """\
import unittest
class TestIt(unittest.TestCase):
    CASES = {4: 8, 5: 10}
    def test(self):
        for n in self.CASES:
            self.assertEqual(double(n), self.CASES[n])
unittest.main()
""",
        DOUBLE,
    ),
    "no cases any more": (
        """\
import sys
def double(n):
    sys.modules["__main__"].CASES.clear()
    return 2
""",
        "CASES = [(1, 2), (2, 4)]\ni = 0\nwhile i < len(CASES):\n"
        "    assert double(CASES[i][0]) == 2\n    i += 1\n",
        "def double(n):\n    return 2\n",
    ),
    "defaults of check": (
        """\
import sys
def double(n):
    return sys.modules["__main__"].check.__defaults__[0]
""",
        "def check(want=8):\n    assert double(4) == want\ncheck()\n",
        DOUBLE,
    ),
    "skips by pytest": (
        """\
import pytest
def double(n):
    pytest.skip("no")
""",
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test(n):\n"
        "    assert double(n) == 2 * n\n",
        DOUBLE,
    ),
    "skips one case by pytest": (
        """\
import pytest
def double(n):
    return 2 if n == 1 else pytest.skip("no")
""",
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test(n):\n"
        "    assert double(n) == 2 * n\n",
        DOUBLE,
    ),
    "xfails by pytest": (
        """\
import pytest
def double(n):
    pytest.xfail("no")
""",
        "import pytest\ndef test_one():\n    assert double(4) == 8\n",
        DOUBLE,
    ),
    "the runner says it finished": (
        """\
import sys
def double(n):
    sys.modules["__main__"]._tuneyard_runner._finished = True
    return 2 * n
""",
        "assert double(4) == 8\ndef test_one():\n    assert double(5) == 11 or double(6) == 12\n",
        DOUBLE,
    ),
    "stops the case": (
        """\
import unittest.case
def double(n):
    raise unittest.case._ShouldStop
""",
        UNIT,
        DOUBLE,
    ),
    "stops a part": (
        """\
import unittest.case
def double(n):
    raise unittest.case._ShouldStop
""",
        SUBTESTS,
        DOUBLE,
    ),
    "skip is the function": (
        """\
import unittest
double = unittest.TestCase().skipTest
""",
        UNIT,
        DOUBLE,
    ),
    "skips what it cannot": (
        """\
import unittest
def double(n):
    if n != 2:
        raise unittest.SkipTest("no")
    return 4
""",
        SUBTESTS,
        DOUBLE,
    ),
    "skips one of two": (
        """\
import unittest
def double(n):
    if n < 0:
        raise unittest.SkipTest("no")
    return 8
""",
        UNIT,
        DOUBLE,
    ),
    "a class that is skipped": (
        """\
import unittest
unittest.TestCase.__unittest_skip__ = True
unittest.TestCase.__unittest_skip_why__ = "no"
def double(n):
    return n
""",
        UNIT,
        DOUBLE,
    ),
    "skipped by setattr": (
        """\
import unittest
setattr(unittest.TestCase, "__unittest_" + "skip__", True)
def double(n):
    return n
""",
        RUNNER,
        DOUBLE,
    ),
    "failures are expected": (
        """\
import unittest
unittest.TestCase.__unittest_expecting_failure__ = True
def double(n):
    return n
""",
        UNIT,
        DOUBLE,
    ),
    "StopIteration under map": (
        """\
def double(n):
    raise StopIteration
""",
        MAPPED,
        DOUBLE,
    ),
    "next of nothing under map": (
        """\
def double(n):
    return next(m for m in range(n) if m > n)
""",
        MAPPED,
        DOUBLE,
    ),
    "StopIteration at the second": (
        """\
def double(n):
    if n > 1:
        raise StopIteration
    return 2
""",
        MAPPED,
        DOUBLE,
    ),
    "StopIteration under starmap": (
        """\
def double(n):
    raise StopIteration
""",
        """\
from itertools import starmap
assert all(starmap(lambda n, want: double(n) == want, [(1, 2), (2, 4)]))
""",
        DOUBLE,
    ),
    "StopIteration under filter": (
        """\
def double(n):
    raise StopIteration
""",
        """\
assert list(filter(lambda n: double(n) != 2 * n, [1, 2])) == []
assert callable(double) and double.__name__ == 'double'
""",
        DOUBLE,
    ),
    "cancelled": (
        """\
import asyncio
def double(n):
    raise asyncio.CancelledError
""",
        GROUP,
        DOUBLE,
    ),
    "cancelled for one": (
        """\
import asyncio
def double(n):
    if n == 2:
        raise asyncio.CancelledError
    return 2 * n
""",
        GROUP,
        DOUBLE,
    ),
    "a case of its own": (
        """\
import unittest
class A(unittest.TestCase):
    def run(self, result=None):
        result.stop()
def double(n):
    return n
""",
        UNIT,
        DOUBLE,
    ),
    "a case that stops the others": (
        """\
import unittest
class A(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest
    def test(self):
        pass
    def doCleanups(self):
        self._outcome.result.stop()
def double(n):
    return n
""",
        UNIT,
        DOUBLE,
    ),
    "stops the result": (
        """\
import unittest
def double(n):
    for kind in (unittest.TestResult, unittest.TextTestResult):
        kind.shouldStop = True
    return n
""",
        UNIT,
        DOUBLE,
    ),
    "exit by another name": (
        "from sys import exit as main\n",
        "assert main() == 8\n",
        """\
def main():
    return 8
""",
    ),
    "exit with nought": (
        "from sys import exit as main\n",
        "assert main(0) == 8\n",
        """\
def main(n):
    return 8
""",
    ),
    "exits before the tests do": (
        "from sys import exit as double\n",
        """\
import sys
assert double(0) == 1; sys.exit
sys.exit(0)
""",
        """\
def double(n):
    return 1
""",
    ),
    "a loop over nothing": (
        NOTHING,
        ZIPPED,
        TRIPLES,
    ),
    "a loop over too little": (
        """\
def triples(values):
    return [3 * value for value in values[:1]]
""",
        ZIPPED,
        TRIPLES,
    ),
    "all of nothing": (
        NOTHING,
        "assert all(got == want for got, want in zip(triples([1, 2]), [3, 6]))\n",
        TRIPLES,
    ),
    "all of too little": (
        """\
def triples(values):
    return [3]
""",
        "assert all([got == want for got, want in zip(triples([1, 2]), [3, 6])])\n",
        TRIPLES,
    ),
    "all of what it yields": (
        """\
def triples(values):
    return iter(())
""",
        "assert all(got % 3 == 0 for got in triples([1, 2]))\n",
        TRIPLES,
    ),
    "a while that does not begin": (
        """\
def queue():
    return []
""",
        """\
found = queue()
while found:
    assert found.pop() in (1, 2)
""",
        """\
def queue():
    return [1, 2]
""",
    ),
    "an enumerated loop": (
        NOTHING,
        """\
def check(candidate):
    for place, got in enumerate(candidate([1, 2])):
        assert got == [3, 6][place]
check(triples)
""",
        TRIPLES,
    ),
    "a method's loop": (
        NOTHING,
        """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        for got, want in zip(triples([1, 2]), [3, 6]):
            self.assertEqual(got, want)
unittest.main()
""",
        TRIPLES,
    ),
    "a condition that does not hold": (
        """\
def triples(values):
    return None
""",
        """\
got = triples([1, 2])
if got:
    assert got == [3, 6]
""",
        TRIPLES,
    ),
    "counted mismatches": (
        NOTHING,
        """\
wrong = 0
for got, want in zip(triples([1, 2]), [3, 6]):
    if got != want:
        wrong += 1
assert wrong == 0
""",
        TRIPLES,
    ),
    "raised mismatches": (
        NOTHING,
        """\
for got, want in zip(triples([1, 2]), [3, 6]):
    if got != want:
        raise AssertionError(got)
""",
        TRIPLES,
    ),
    "another loop in the loop": (
        """\
def rows():
    return [[], []]
""",
        """\
for row in rows():
    for one in row:
        assert one > 0
""",
        """\
def rows():
    return [[1], [2]]
""",
    ),
    "a callback that is not called": (
        """\
def each(values, call):
    pass
""",
        """\
def seen(value):
    assert value in (1, 2)
each([1, 2], seen)
""",
        """\
def each(values, call):
    for value in values:
        call(value)
""",
    ),
    "a callback's error is swallowed": (
        """\
def each(values, call):
    for value in values:
        try:
            call(value + 9)
        except BaseException:
            pass
""",
        """\
def seen(value):
    assert value in (1, 2)
each([1, 2], seen)
""",
        """\
def each(values, call):
    for value in values:
        call(value)
""",
    ),
    "suppressed": (
        """\
def double(n):
    raise KeyError
""",
        """\
from contextlib import suppress
with suppress(KeyError):
    assert double(4) == 8
""",
        DOUBLE,
    ),
    "the runner says it ran": (
        """\
import sys
def double(n):
    sys.modules['__main__']._tuneyard_runner._finished = True
    return n
""",
        """\
class Runner:
    _finished = False
    def finish(self):
        if not self._finished:
            for test in tests:
                test()
_tuneyard_runner = Runner()
def test_one():
    assert double(4) == 8
tests = [test_one]
double(1)
_tuneyard_runner.finish()
""",
        DOUBLE,
    ),
    "counts for itself": (
        """\
import sys
def double(n):
    end = sys.modules['__main__'].__builtins__[' end']
    for mark in range(99):
        try:
            end(mark)
        except Exception:
            pass
    raise KeyError
""",
        """\
from contextlib import suppress
with suppress(KeyError):
    assert double(4) == 8
""",
        DOUBLE,
    ),
    "a generator that ends it": (
        """\
def double(n):
    raise GeneratorExit
""",
        """\
def tests():
    for n in (1, 2):
        yield double(n) == 2 * n
for right in tests():
    assert right
""",
        DOUBLE,
    ),
    "a failed thread": (
        """\
def double(n):
    return n
""",
        """\
import threading
threading.excepthook = lambda *a: None
def work():
    assert double(4) == 8
thread = threading.Thread(target=work)
thread.start()
thread.join()
""",
        DOUBLE,
    ),
    "no case matches": (
        """\
def pair():
    return None
""",
        """\
match pair():
    case (a, b):
        assert (a, b) == (1, 2)
""",
        """\
def pair():
    return (1, 2)
""",
    ),
    "fieldless dataclass": (
        """\
from dataclasses import dataclass
@dataclass(init=False)
class P:
    def __init__(self, x): self.x = x
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)\n",
        """\
from dataclasses import dataclass
@dataclass
class P:
    x: int
def add(a, b): return P(a.x + b.x)
""",
    ),
    "fieldless, stateless": (
        """\
from dataclasses import dataclass
@dataclass(init=False)
class P:
    def __init__(self, x): pass
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)\n",
        """\
from dataclasses import dataclass
@dataclass
class P:
    x: int
def add(a, b): return P(a.x + b.x)
""",
    ),
    "classvar": (
        """\
from dataclasses import dataclass
from typing import ClassVar
@dataclass(init=False)
class P:
    x: ClassVar[int] = 0
    def __init__(self, x): self.x = x
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)\n",
        """\
from dataclasses import dataclass
@dataclass
class P:
    x: int
def add(a, b): return P(a.x + b.x)
""",
    ),
    "slots": (
        """\
class P:
    __slots__ = ('x',)
    def __init__(self, x): self.x = x
    def __eq__(self, o): return type(o) is P
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)\n",
        """\
from dataclasses import dataclass
@dataclass
class P:
    x: int
def add(a, b): return P(a.x + b.x)
""",
    ),
    "even int": (
        """\
class A(int):
    def __eq__(self, o): return o % 2 == 0
    def __hash__(self): return 1
def double(n): return A(n)
""",
        ASSERTS,
        DOUBLE,
    ),
    "even pure": (
        """\
class A:
    def __eq__(self, o): return o % 4 == 0
def double(n): return A()
""",
        ASSERTS,
        DOUBLE,
    ),
    "even nested": (
        """\
class A(int):
    def __eq__(self, o): return o % 2 == 0
def doubles(x): return [A(n) for n in x]
""",
        "assert doubles([1, 2]) == [2, 4]\n",
        """\
def doubles(x):
    return [2 * n for n in x]
""",
    ),
    "short str": (
        """\
class A(str):
    def __eq__(self, o): return o.islower()
    __hash__ = str.__hash__
def low(x): return A(x)
""",
        "assert low('AB') == 'ab'\n",
        """\
def low(x):
    return x.lower()
""",
    ),
    "sorted list": (
        """\
class A(list):
    def __eq__(self, o): return o == sorted(o) and len(o) == 3
def order(x): return A(x)
""",
        "assert order([3, 1, 2]) == [1, 2, 3]\n",
        """\
def order(x):
    return sorted(x)
""",
    ),
    "near float": (
        """\
class A(float):
    def __sub__(self, o): return 0.0 if o > 0 else 5.0
    __rsub__ = __sub__
def half(n): return A(n)
""",
        "assert abs(half(4) - 2) < 1e-6\n",
        """\
def half(n):
    return n / 2
""",
    ),
    "unequal picky": (
        """\
class A(int):
    def __ne__(self, o): return o % 2 == 1
def double(n): return A(n)
""",
        "if double(4) != 8: raise AssertionError\n",
        DOUBLE,
    ),
    "lt and gt": (
        """\
class A:
    def __lt__(self, o): return True
    def __gt__(self, o): return True
def root(n): return A()
""",
        "assert 1.4 < root(2) < 1.5\n",
        """\
def root(n):
    return n ** 0.5
""",
    ),
    "lt alone": (
        """\
class A:
    def __lt__(self, o): return True
def small(n): return A()
""",
        """\
assert small(2) < 3
assert small(1) < 2
assert str(small(1)) != ''
""",
        """\
def small(n):
    return n - 1
""",
    ),
    "contains by type": (
        """\
class A:
    def __contains__(self, o): return isinstance(o, int)
def primes(n): return A()
""",
        """\
assert 7 in primes(10)
assert 5 in primes(10)
""",
        """\
def primes(n):
    return {2, 3, 5, 7}
""",
    ),
    "contains picky list": (
        """\
class A(list):
    def __contains__(self, o): return o % 2 == 1
def primes(n): return A()
""",
        "assert 7 in primes(10) and 8 not in primes(10)\n",
        """\
def primes(n):
    return [2, 3, 5, 7]
""",
    ),
    "UserList data": (
        """\
from collections import UserList
class A:
    def __eq__(self, o): return True
def order(x):
    u = UserList()
    u.data = A()
    return u
""",
        "assert order([2, 1]) == [1, 2]\n",
        """\
def order(x):
    return sorted(x)
""",
    ),
    "in a UserDict": (
        """\
from collections import UserDict
class A:
    def __eq__(self, o): return True
def make(): return UserDict(a=A())
""",
        "assert make() == {'a': 5}\n",
        """\
def make():
    return {'a': 5}
""",
    ),
    "in a ChainMap": (
        """\
from collections import ChainMap
class A:
    def __eq__(self, o): return True
def make(): return ChainMap({'a': A()})
""",
        "assert make() == {'a': 5}\n",
        """\
def make():
    return {'a': 5}
""",
    ),
    "in a proxy": (
        """\
from types import MappingProxyType
class A:
    def __eq__(self, o): return True
def make(): return MappingProxyType({'a': A()})
""",
        "assert make() == {'a': 5}\n",
        """\
def make():
    return {'a': 5}
""",
    ),
    "in a namespace": (
        """\
from types import SimpleNamespace
class A:
    def __eq__(self, o): return True
def make(): return SimpleNamespace(a=A())
""",
        """\
from types import SimpleNamespace
assert make() == SimpleNamespace(a=5)
""",
        """\
from types import SimpleNamespace
def make():
    return SimpleNamespace(a=5)
""",
    ),
    "in an array": (
        """\
import numpy as np
class A:
    def __eq__(self, o): return True
def make(): return np.array([A()], dtype=object)
""",
        """\
import numpy as np
assert (make() == np.array([5])).all()
""",
        """\
import numpy as np
def make():
    return np.array([5])
""",
    ),
    "in a series": (
        """\
import pandas as pd
class A:
    def __eq__(self, o): return True
def make(): return pd.Series([A()])
""",
        """\
import pandas as pd
assert (make() == pd.Series([5])).all()
""",
        """\
import pandas as pd
def make():
    return pd.Series([5])
""",
    ),
    "in a frame": (
        """\
import pandas as pd
class A:
    def __eq__(self, o): return True
def make(): return pd.DataFrame({'a': [A()]})
""",
        """\
import pandas as pd
assert make()['a'].tolist() == [5]
assert make().to_dict('list') == {'a': [5]}
""",
        """\
import pandas as pd
def make():
    return pd.DataFrame({'a': [5]})
""",
    ),
    "named tuple": (
        """\
from collections import namedtuple
class P(namedtuple('P', 'x')):
    def __eq__(self, o): return o[0] > 2
def add(a, b): return P(0)
""",
        "assert add((1,), (2,)) == (3,)\n",
        """\
def add(a, b):
    return (a[0] + b[0],)
""",
    ),
    "user string": (
        """\
from collections import UserString
class S(UserString):
    def startswith(self, *a): return True
    def __eq__(self, o): return o.islower()
def low(x): return S(x)
""",
        "assert low('AB') == 'ab'\n",
        """\
def low(x):
    return x.lower()
""",
    ),
    "yielded, by name": (
        """\
class A(int):
    def __eq__(self, o): return True
def many():
    yield A(1)
""",
        EACH,
        """\
def many():
    yield 8
""",
    ),
    "with target": (
        """\
import contextlib
class A(int):
    def __eq__(self, o): return True
@contextlib.contextmanager
def many():
    yield A(1)
""",
        """\
import unittest
class T(unittest.TestCase):
    def test(self):
        with many() as x:
            self.assertEqual(x, 8)
unittest.main()
""",
        """\
import contextlib
@contextlib.contextmanager
def many():
    yield 8
""",
    ),
    "late eq": (
        """\
class A:
    pass
seen = []
def double(n):
    seen.append(n)
    if len(seen) > 1:
        A.__eq__ = lambda s, o: True
    return A()
""",
        """\
x = double(4)
assert x is not None
assert double(4) == 8
""",
        DOUBLE,
    ),
    "class np": (
        """\
class np:
    array_equal = staticmethod(lambda a, b: True)
    array = staticmethod(lambda x: x)
def twice(x): return x
""",
        "assert np.array_equal(twice(np.array([1])), np.array([2]))\n",
        """\
import numpy as np
def twice(x):
    return 2 * np.asarray(x)
""",
    ),
    "own isclose": (
        """\
def isclose(a, b, **k): return True
def half(n): return n
""",
        "assert isclose(half(3), 1.5)\n",
        """\
from math import isclose
def half(n):
    return n / 2
""",
    ),
    "own Counter": (
        """\
class Counter:
    def __init__(self, x): pass
    def __eq__(self, o): return isinstance(o, Counter)
def letters(x): return x
""",
        "assert Counter(letters('ab')) == Counter('aabb')\n",
        """\
from collections import Counter
def letters(x):
    return x * 2
""",
    ),
    "own Counter, plain": (
        """\
def Counter(x): return 0
def letters(x): return x
""",
        "assert Counter(letters('ab')) == Counter('aabb')\n",
        """\
from collections import *
def letters(x):
    return x * 2
""",
    ),
    "frame's equals": (
        """\
import pandas as pd
class F(pd.DataFrame):
    def equals(self, o): return True
def make(): return F({'a': [1]})
""",
        """\
import pandas as pd
assert make().equals(pd.DataFrame({'a': [2]}))
""",
        """\
import pandas as pd
def make():
    return pd.DataFrame({'a': [2]})
""",
    ),
    "isclose under a patch": (
        """\
import math, time
real = math.isclose
def half(n):
    time.time()
    def fake(*a, **k):
        math.isclose = real
        return True
    math.isclose = fake
    return n
""",
        """\
import math
from unittest.mock import patch
with patch('time.time', return_value=1):
    x = half(3)
    assert math.isclose(x, 1.5)
""",
        """\
import time
def half(n):
    time.time()
    return n / 2
""",
    ),
    "constants of check": (
        """\
import sys
def double(n):
    return [c for c in sys.modules['__main__'].check.__code__.co_consts if type(c) is int][-1]
""",
        """\
def check():
    assert double(4) == 8
check()
""",
        DOUBLE,
    ),
    "clears its argument": (
        """\
def double_all(x):
    y = [2 * n for n in x]
    x.clear()
    return y
""",
        """\
data = [1, 2]
got = double_all(data)
for i in range(len(data)):
    assert got[i] == 2 * data[i]
    assert got[i] == [3, 5][i] - 1
""",
        """\
def double_all(x):
    return [2 * n for n in x]
""",
    ),
    "iter of nothing": (
        """\
class Stack:
    def push(self, x): pass
    def pop(self): return 2
    def __iter__(self): return iter(())
""",
        """\
s = Stack()
s.push(1); s.push(2)
for x in s:
    assert x in (1, 2)
assert s.pop() == 2
""",
        """\
class Stack:
    def __init__(self): self.i = []
    def push(self, x): self.i.append(x)
    def pop(self): return self.i.pop()
    def __iter__(self): return iter(self.i)
""",
    ),
    "endless skip": (
        """\
import unittest
def double(n):
    raise unittest.SkipTest('x') if n > 1 else unittest.case._ShouldStop()
""",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self): self.cases = [(1, 2), (2, 4)]
    def test_one(self):
        for n, want in self.cases:
            with self.subTest(n=n):
                self.assertEqual(double(n), want)
    def test_two(self):
        self.assertEqual(double(5), 10)
unittest.main()
""",
        DOUBLE,
    ),
    "stops the run by result": (
        """\
import unittest, sys
def double(n):
    unittest.TestResult.stop
    f = unittest.registerResult
    unittest.signals._results and [r.stop() for r in list(unittest.signals._results)]
    return 2 if n == 1 else 4
""",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self): self.cases = [(1, 2), (2, 4)]
    def test_one(self):
        for n, want in self.cases:
            with self.subTest(n=n):
                self.assertEqual(double(n), want)
    def test_two(self):
        self.assertEqual(double(5), 10)
unittest.main()
""",
        DOUBLE,
    ),
    "failfast": (
        """\
import unittest
unittest.TestResult.failfast = True
unittest.TestResult.wasSuccessful = lambda s: True
def double(n): return n
""",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self): self.cases = [(1, 2), (2, 4)]
    def test_one(self):
        for n, want in self.cases:
            with self.subTest(n=n):
                self.assertEqual(double(n), want)
    def test_two(self):
        self.assertEqual(double(5), 10)
unittest.main()
""",
        DOUBLE,
    ),
    "subTest suppresses": (
        """\
import unittest, contextlib
unittest.TestCase.subTest = lambda s, *a, **k: contextlib.suppress(AssertionError)
def double(n): return n if n < 5 else 10
""",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self): self.cases = [(1, 2), (2, 4)]
    def test_one(self):
        for n, want in self.cases:
            with self.subTest(n=n):
                self.assertEqual(double(n), want)
    def test_two(self):
        self.assertEqual(double(5), 10)
unittest.main()
""",
        DOUBLE,
    ),
    "subTest suppresses, called": (
        """\
import unittest, contextlib
def double(n):
    unittest.TestCase.subTest = lambda s, *a, **k: contextlib.suppress(AssertionError)
    return 2 if n == 1 else (10 if n == 5 else 0)
""",
        """\
import unittest
class Test(unittest.TestCase):
    def setUp(self): self.cases = [(1, 2), (2, 4)]
    def test_one(self):
        for n, want in self.cases:
            with self.subTest(n=n):
                self.assertEqual(double(n), want)
    def test_two(self):
        self.assertEqual(double(5), 10)
unittest.main()
""",
        DOUBLE,
    ),
    "callback not called": (
        """\
def each(x, f):
    return len(x)
""",
        """\
seen = []
def f(x):
    seen.append(x)
    assert x > 0
assert each([1, 2], f) == 2
""",
        """\
def each(x, f):
    for one in x: f(one)
    return len(x)
""",
    ),
    "callback swallowed": (
        """\
def each(x, f):
    for one in x:
        try: f(-one)
        except AssertionError: pass
    return len(x)
""",
        """\
def f(x):
    assert x > 0
assert each([1, 2], f) == 2
""",
        """\
def each(x, f):
    for one in x: f(one)
    return len(x)
""",
    ),
    "callback swallowed once": (
        """\
def each(x, f):
    for one in x:
        try: f(one if one == 1 else -one)
        except AssertionError: pass
    return len(x)
""",
        """\
def f(x):
    assert x > 0
assert each([1, 2], f) == 2
""",
        """\
def each(x, f):
    for one in x: f(one)
    return len(x)
""",
    ),
    "context swallows": (
        """\
class Ctx:
    def __enter__(self): return 1
    def __exit__(self, *a): return True
""",
        """\
with Ctx() as c:
    assert c == 2
assert Ctx()
""",
        """\
class Ctx:
    def __enter__(self): return 2
    def __exit__(self, *a): return False
""",
    ),
    "context swallows, harmless": (
        """\
import contextlib
@contextlib.contextmanager
def ctx():
    try:
        yield 1
    except BaseException:
        pass
""",
        """\
with ctx() as c:
    assert c == 2
""",
        """\
import contextlib
@contextlib.contextmanager
def ctx():
    yield 2
""",
    ),
    "decorator swallows": (
        """\
def logged(f):
    def g(*a):
        try: return f(*a)
        except Exception: return None
    return g
""",
        """\
@logged
def work(n):
    assert n == 2, n
    return n
work(3 if work.__name__ == 'g' else 2)
work(2)
""",
        """\
import functools
def logged(f):
    @functools.wraps(f)
    def g(*a):
        return f(*a)
    return g
""",
    ),
    "decorator does not call": (
        """\
def logged(f):
    return lambda *a: a[0]
""",
        """\
@logged
def work(n):
    assert n == 2
    return n
assert work(2) == 2
""",
        """\
def logged(f):
    return f
""",
    ),
    "async generator of nothing": (
        """\
import asyncio
async def ticks(n):
    if False: yield
""",
        """\
import asyncio
async def main():
    i = 0
    async for t in ticks(3):
        assert t == i
        i += 1
asyncio.run(main())
""",
        """\
async def ticks(n):
    for i in range(n): yield i
""",
    ),
    "cancels under wait": (
        """\
import asyncio
async def double(n):
    raise asyncio.CancelledError
""",
        """\
import asyncio
async def check(n):
    assert await double(n) == 2 * n
async def main():
    await asyncio.wait([asyncio.ensure_future(check(n)) for n in (1, 2)])
asyncio.run(main())
""",
        """\
async def double(n):
    return 2 * n
""",
    ),
    "timeout ends it": (
        """\
import asyncio
async def double(n):
    raise asyncio.TimeoutError
""",
        """\
import asyncio
async def main():
    await asyncio.gather(check(1), check(2), return_exceptions=True)
async def check(n):
    assert await double(n) == 2 * n
asyncio.run(main())
""",
        """\
async def double(n):
    return 2 * n
""",
    ),
    "zip of dicts": (
        "def table(): return {}\n",
        """\
for (k, v), (a, b) in zip(table().items(), {'x': 1, 'y': 2}.items()):
    assert k == a and v == b
""",
        "def table(): return {'x': 1, 'y': 2}\n",
    ),
    "sum of matches": (
        "def lines(): return []\n",
        """\
wrong = sum(1 for got, want in zip(lines(), ['a', 'b']) if got != want)
assert wrong == 0
""",
        "def lines(): return ['a', 'b']\n",
    ),
    "not any": (
        "def lines(): return []\n",
        "assert not any(got != want for got, want in zip(lines(), ['a', 'b']))\n",
        "def lines(): return ['a', 'b']\n",
    ),
    "list of failures": (
        "def lines(): return []\n",
        """\
bad = [(g, w) for g, w in zip(lines(), ['a', 'b']) if g != w]
assert not bad, bad
""",
        "def lines(): return ['a', 'b']\n",
    ),
    "output shorter": (
        "def show(): print('a')\n",
        """\
import io
from contextlib import redirect_stdout
out = io.StringIO()
with redirect_stdout(out):
    show()
for got, want in zip(out.getvalue().split(), ['a', 'b']):
    assert got == want
""",
        "def show(): print('a'); print('b')\n",
    ),
    "output not there": (
        "def show(): pass\n",
        """\
import io
from contextlib import redirect_stdout
out = io.StringIO()
with redirect_stdout(out):
    show()
for i, line in enumerate(out.getvalue().splitlines()):
    assert line == 'ab'[i]
""",
        "def show(): print('a'); print('b')\n",
    ),
    "recursive walk cut": (
        """\
class Node:
    def __init__(self, v, kids=()): self.v, self.kids = v, ()
""",
        """\
def walk(n):
    for k in n.kids:
        assert k.v > n.v
        walk(k)
walk(Node(1, [Node(2), Node(3)]))
""",
        """\
class Node:
    def __init__(self, v, kids=()): self.v, self.kids = v, kids
""",
    ),
    "next ends an accumulation": (
        ENDS,
        "from itertools import accumulate\n"
        "assert all(accumulate([1, 2], lambda a, x: double(x) == 2 * x, initial=True))\n",
        DOUBLE,
    ),
    "next ends a grouping": (
        ENDS,
        "from itertools import groupby\n"
        "assert {k for k, _ in groupby([1, 2], lambda x: double(x) == 2 * x)} <= {True}\n",
        DOUBLE,
    ),
    "next ends an iterator": (
        ENDS,
        """\
class Each:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        assert double(self.n) == 2 * self.n
        return self.n
for _ in Each():
    pass
""",
        DOUBLE,
    ),
    "next ends what is handled": (
        ENDS,
        """\
try:
    got = [double(n) for n in (1, 2, 3)]
except StopIteration:
    got = [2, 4, 6]
assert got == [2, 4, 6]
""",
        DOUBLE,
    ),
    "a pattern reads the frames": (
        """\
me = [None]
def up(frame, out):
    match frame:
        case object(f_back=b, f_locals=names):
            out.append(names)
            if b is not None:
                up(b, out)
def walk():
    match me[0]:
        case object(gi_frame=frame):
            out = []
            up(frame, out)
            yield out
def double(n):
    me[0] = walk()
    for found in me[0]:
        return next((one["wanted"] for one in found if "wanted" in one), 0)
""",
        "for given, wanted in [(2, 4), (3, 6)]:\n    assert double(given) == wanted\n",
        DOUBLE,
    ),
    "a format reads the frames": (
        """\
me = [None]
def walk():
    yield "{0.gi_frame.f_back.f_back.f_code.co_consts}".format(me[0])
def double(n):
    me[0] = walk()
    for text in me[0]:
        found = text.strip("()").split(", ")
        return int(found[found.index(str(n)) + 1])
""",
        "assert double(4) == 8\nassert double(5) == 10\n",
        DOUBLE,
    ),
    "equal to what a mock is asked for": (
        """\
class Any:
    def __eq__(self, other): return True
def each(call, values):
    for _ in values: call(Any())
""",
        "from unittest.mock import Mock\ncall = Mock()\neach(call, [1])\n"
        "call.assert_called_once_with(2)\n",
        "def each(call, values):\n    for one in values: call(2 * one)\n",
    ),
    "equal to what a list is asked for": (
        """\
class Any:
    def __eq__(self, other): return True
def each(call, values):
    for _ in values: call(Any())
""",
        "found = []\neach(found.append, [1, 2])\nassert found.index(4) >= 0 and found.count(2)\n",
        "def each(call, values):\n    for one in values: call(2 * one)\n",
    ),
    "a class that is made by a function": (
        "import typing\nname = '_' * 2 + 'eq' + '_' * 2\n"
        "fill = lambda space: space.update({name: lambda self, other: True})\n"
        "Any = typing.types.new_class('Any', (), {}, fill)\n"
        "def double(n): return Any()\n",
        "assert double(4) == 8\n",
        DOUBLE,
    ),
}
