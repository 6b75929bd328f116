"""Honest answers that look like forgeries, or take other ways than their reference.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

from forged import DOUBLE, GROUP, MAPPED, RUNNER, SUBTESTS, TRIPLES, UNIT, ZIPPED, Case


def itself(answer: str, tests: str) -> Case:
    """Return the case of a reference that is its own answer."""
    return answer, tests, answer


HONEST: dict[str, Case] = {
    "the signature of a callback": (
        """\
import inspect
def curry(f, n=None):
    n = len(inspect.signature(f).parameters)
    def g(*a):
        return f(*a) if len(a) >= n else lambda *b: g(*a, *b)
    return g
""",
        """\
add3 = curry(lambda a, b, c: a + b + c, 3)
assert add3(1)(2)(3) == 6
assert add3(1, 2)(3) == 6
""",
        """\
def curry(f, n):
    def g(*a):
        return f(*a) if len(a) >= n else lambda *b: g(*a, *b)
    return g
""",
    ),
    "a callback's code": (
        """\
def curry(f, n=None):
    n = f.__code__.co_argcount
    def g(*a):
        return f(*a) if len(a) >= n else lambda *b: g(*a, *b)
    return g
""",
        """\
add3 = curry(lambda a, b, c: a + b + c, 3)
assert add3(1)(2)(3) == 6
assert add3(1, 2)(3) == 6
""",
        """\
def curry(f, n):
    def g(*a):
        return f(*a) if len(a) >= n else lambda *b: g(*a, *b)
    return g
""",
    ),
    "a loop": (
        TRIPLES,
        ZIPPED,
        TRIPLES,
    ),
    "unittest": (
        DOUBLE,
        UNIT,
        DOUBLE,
    ),
    "parts": (
        DOUBLE,
        SUBTESTS,
        DOUBLE,
    ),
    "a runner": (
        DOUBLE,
        RUNNER,
        DOUBLE,
    ),
    "mapped": (
        DOUBLE,
        MAPPED,
        DOUBLE,
    ),
    "tasks": (
        DOUBLE,
        GROUP,
        DOUBLE,
    ),
    "tasks of a program that imports": (
        """\
import asyncio, sys
def double(n):
    return 2 * n
""",
        GROUP,
        DOUBLE,
    ),
    "yields where the reference returns": (
        """\
def triples(values):
    for value in values:
        yield 3 * value
""",
        """\
got = triples([1, 2])
if isinstance(got, list):
    assert got == [3, 6]
else:
    for one, want in zip(got, [3, 6]):
        assert one == want
""",
        TRIPLES,
    ),
    "raises where the reference returns": (
        """\
def root(n):
    if n < 0:
        raise ValueError
    return n ** 0.5
""",
        """\
try:
    assert root(-1) is None
except ValueError:
    pass
assert root(4) == 2
""",
        """\
def root(n):
    return None if n < 0 else n ** 0.5
""",
    ),
    "returns where the reference raises": (
        """\
def root(n):
    return None if n < 0 else n ** 0.5
""",
        """\
try:
    assert root(-1) is None
except ValueError:
    assert True
assert root(4) == 2
""",
        """\
def root(n):
    if n < 0:
        raise ValueError
    return n ** 0.5
""",
    ),
    "raises, as it must": (
        """\
def root(n):
    if n < 0:
        raise ValueError('x')
    return n ** 0.5
""",
        """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        with self.assertRaises(ValueError):
            root(-1)
        self.assertEqual(root(4), 2)
unittest.main()
""",
        """\
def root(n):
    if n < 0:
        raise ValueError
    return n ** 0.5
""",
    ),
    "fewer, and right": (
        """\
def primes():
    return [2, 3]
""",
        """\
for prime in primes():
    assert prime in (2, 3, 5, 7)
""",
        """\
def primes():
    return [2, 3, 5]
""",
    ),
    "longer, by an endless generator": (
        """\
def count():
    n = 0
    while True:
        n += 1
        yield n
""",
        "assert all(got == want for got, want in zip(count(), [1, 2, 3]))\n",
        """\
def count():
    return [1, 2, 3]
""",
    ),
    "leaves a loop early": (
        DOUBLE,
        """\
for n in range(5):
    if n == 3:
        break
    assert double(n) == 2 * n
""",
        DOUBLE,
    ),
    "skipped by the author": (
        DOUBLE,
        """\
import unittest
class Test(unittest.TestCase):
    @unittest.skip("no")
    def test_none(self):
        self.assertEqual(double(4), 9)
    def test_one(self):
        self.assertEqual(double(4), 8)
    @unittest.expectedFailure
    def test_two(self):
        self.assertEqual(double(4), 7)
unittest.main()
""",
        DOUBLE,
    ),
    "exits in the end": (
        DOUBLE,
        """\
import sys
def main():
    assert double(4) == 8
    return 0
sys.exit(main())
""",
        DOUBLE,
    ),
    "exits at the end of several branches": (
        DOUBLE,
        """\
import sys
if double(4) == 8:
    sys.exit(0)
else:
    sys.exit(1)
""",
        DOUBLE,
    ),
    "a check with words": (
        DOUBLE,
        """\
def check(candidate):
    \"\"\"It is checked.\"\"\"
    for n, want in [(1, 2), (2, 4)]:
        assert candidate(n) == want, f"{n}"
check(double)
assert check.__doc__ == "It is checked."
""",
        DOUBLE,
    ),
    "threads": (
        DOUBLE,
        """\
from concurrent.futures import ThreadPoolExecutor
def work(n):
    assert double(n) == 2 * n
with ThreadPoolExecutor(4) as pool:
    for _ in pool.map(work, range(200)):
        pass
""",
        DOUBLE,
    ),
    "its own tests beside it": (
        """\
import unittest
def double(n):
    return 2 * n
class TestDouble(unittest.TestCase):
    def test_wrongly(self):
        self.assertEqual(double(2), 5)
if __name__ == "__main__":
    unittest.main()
""",
        UNIT,
        DOUBLE,
    ),
    "a helper that walks": (
        """\
class Node:
    def __init__(self, value, left=None):
        self.value, self.left = value, left
""",
        """\
def walk(node):
    if node is None:
        return
    assert node.value > 0
    walk(node.left)
walk(Node(1, Node(2)))
""",
        """\
class Node:
    def __init__(self, value, left=None):
        self.value = value
        self.left = left
""",
    ),
    "two-step frame": (
        """\
import inspect
def where():
    f = inspect.currentframe()
    caller = f.f_back
    return caller.f_code.co_name
def double(n):
    assert where() == 'double'
    return 2 * n
""",
        """\
assert double(4) == 8
assert double(-1) == -2
""",
        DOUBLE,
    ),
    "caller by sys": (
        """\
import sys
def log(text):
    frame = sys._getframe(1)
    return f"{frame.f_code.co_name}:{frame.f_lineno} {text}"
def double(n):
    log("hi")
    return 2 * n
""",
        "assert double(4) == 8\n",
        DOUBLE,
    ),
    "depth by stack": (
        """\
import inspect
def depth():
    return len(inspect.stack())
def names():
    return [f.function for f in inspect.stack()]
def double(n):
    assert 'double' in names() and depth() > 1
    return 2 * n
""",
        "assert double(4) == 8\n",
        DOUBLE,
    ),
    "gc objects": (
        """\
import gc
def count(kind):
    gc.collect()
    return sum(isinstance(o, kind) for o in gc.get_objects())
class A: pass
""",
        """\
keep = [A(), A()]
assert count(A) == 2
""",
        """\
import gc
def count(kind):
    gc.collect()
    return sum(1 for o in gc.get_objects() if isinstance(o, kind))
class A: pass
""",
    ),
    "gc referrers": itself(
        """\
import gc
def held(o):
    return len(gc.get_referrers(o))
""",
        """\
x = object()
y = [x]
assert held(x) >= 1
""",
    ),
    "settrace of own": itself(
        """\
import sys
def trace_lines(f, *a):
    lines = []
    def tracer(frame, event, arg):
        if event == 'line' and frame.f_code is f.__code__:
            lines.append(frame.f_lineno - f.__code__.co_firstlineno)
        return tracer
    old = sys.gettrace()
    sys.settrace(tracer)
    try:
        f(*a)
    finally:
        sys.settrace(old)
    return lines
def demo(n):
    x = n
    return x
def run():
    return trace_lines(demo, 3)
""",
        "assert run() == [1, 2]\n",
    ),
    "setprofile of own": itself(
        """\
import sys
def count_calls(f, *a):
    calls = []
    def prof(frame, event, arg):
        if event == 'call':
            calls.append(frame.f_code.co_name)
    sys.setprofile(prof)
    try:
        f(*a)
    finally:
        sys.setprofile(None)
    return calls
def fib(n):
    return n if n < 2 else fib(n-1) + fib(n-2)
def run(n):
    return len(count_calls(fib, n))
""",
        "assert run(3) == 5\n",
    ),
    "exec of a tree": itself(
        """\
import ast
def calc(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant): node.value += 1
    ns = {}
    exec(compile(tree, '<ast>', 'exec'), ns)
    return ns['x']
""",
        "assert calc('x = 3') == 4\n",
    ),
    "eval of a tree": itself(
        """\
import ast
def calc(text):
    tree = ast.parse(text, mode='eval')
    return eval(compile(tree, filename='', mode='eval'))
""",
        "assert calc('3 + 4') == 7\n",
    ),
    "compile with a path": itself(
        """\
import os
def load(text):
    ns = {}
    exec(compile(text, os.path.join(os.getcwd(), 'mod.py'), 'exec'), ns)
    return ns
def load2(text):
    ns = {}
    exec(compile(text, '/tmp/x.py', 'exec'), ns)
    return ns
""",
        "assert load('a = 1')['a'] == 1 and load2('b = 2')['b'] == 2\n",
    ),
    "stdout reconfigure": (
        """\
import sys
sys.stdout.reconfigure(encoding='utf-8', line_buffering=True)
def double(n):
    print('x')
    return 2 * n
""",
        "assert double(4) == 8\n",
        DOUBLE,
    ),
    "stdout wrapper": (
        """\
import sys, io
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')
def double(n):
    print('x')
    return 2 * n
""",
        "assert double(4) == 8\n",
        DOUBLE,
    ),
    "stdin wrapper": itself(
        """\
import sys, io
sys.stdin = io.TextIOWrapper(io.BytesIO(b'4\\n'), encoding='utf-8')
def double():
    return 2 * int(sys.stdin.readline())
""",
        "assert double() == 8\n",
    ),
    "stdin lines": itself(
        """\
import sys, io
def read():
    return sys.stdin.readline().strip()
sys.stdin = io.StringIO('7\\n8\\n')
def double():
    return 2 * int(input()) + int(read())
""",
        "assert double() == 22\n",
    ),
    "json default": itself(
        """\
import json, datetime
json.JSONEncoder.default = lambda self, o: o.isoformat() if isinstance(o, datetime.date) else str(o)
def f(d):
    return json.dumps({'d': d})
""",
        """\
import datetime
assert f(datetime.date(2020,1,2)) == '{"d": "2020-01-02"}'
""",
    ),
    "json partial": itself(
        """\
import json
from functools import partial
json.dumps = partial(json.dumps, sort_keys=True)
def f(d):
    return json.dumps(d)
""",
        "assert f({'b': 1, 'a': 2}) == '{\"a\": 2, \"b\": 1}'\n",
    ),
    "json partial, tests import": itself(
        """\
import json
from functools import partial
json.dumps = partial(json.dumps, sort_keys=True)
def f(d):
    return json.dumps(d)
""",
        """\
import json
assert f({'b': 1, 'a': 2}) == '{"a": 2, "b": 1}'
assert json.loads(f({'a': 1})) == {'a': 1}
""",
    ),
    "print capture": (
        """\
def hello(name):
    print('hello', name)
""",
        """\
import builtins
said = []
real = builtins.print
builtins.print = lambda *a, **k: said.append(' '.join(map(str, a)))
hello('bob')
builtins.print = real
assert said == ['hello bob']
""",
        """\
def hello(name):
    print(f'hello {name}')
""",
    ),
    "print capture, watched": itself(
        """\
import os, sys
def hello(name):
    print('hello', name)
""",
        """\
import builtins
said = []
def fake(*a, **k):
    said.append(' '.join(map(str, a)))
real = builtins.print
builtins.print = fake
try:
    hello('bob')
finally:
    builtins.print = real
assert said == ['hello bob']
""",
    ),
    "print in tests' globals": itself(
        """\
import os, sys
def hello(name):
    print('hello', name)
""",
        """\
said = []
def print(*a, **k):
    said.append(' '.join(map(str, a)))
hello.__globals__['print'] = print
hello('bob')
assert said == ['hello bob']
""",
    ),
    "time frozen": itself(
        """\
import time, datetime
def stamp():
    return int(time.time())
def year():
    return datetime.datetime.now().year
""",
        """\
import time, datetime
time.time = lambda: 5.0
class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2001, 2, 3)
datetime.datetime = Frozen
assert stamp() == 5
assert year() == 2001
""",
    ),
    "time frozen, watched": itself(
        """\
import time, os
from datetime import datetime
def stamp():
    return int(time.time())
def year():
    return datetime.now().year
""",
        """\
import time, datetime
from unittest import mock
with mock.patch('time.time', return_value=5.0):
    assert stamp() == 5
class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2001, 2, 3)
import solution
solution.datetime = Frozen
assert year() == 2001
""",
    ),
    "query builder": itself(
        """\
class Field:
    def __init__(self, name): self.name = name
    def __eq__(self, o): return Cond(self.name, '=', o)
    def __ne__(self, o): return Cond(self.name, '!=', o)
    def __lt__(self, o): return Cond(self.name, '<', o)
    def __hash__(self): return hash(self.name)
class Cond:
    def __init__(self, a, op, b): self.t = f'{a} {op} {b!r}'
    def __str__(self): return self.t
class Query:
    def __init__(self): self.c = []
    def where(self, c):
        self.c.append(c); return self
    def sql(self): return ' AND '.join(map(str, self.c))
""",
        """\
age = Field('age')
assert Query().where(age == 3).where(age < 5).sql() == "age = 3 AND age < 5"
q = Query()
assert str(Field('x') == 1) == 'x = 1'
assert str(age != 2) == 'age != 2'
""",
    ),
    "symbolic": itself(
        """\
class Sym:
    def __init__(self, s): self.s = s
    def __add__(self, o): return Sym(f'({self.s}+{getattr(o, "s", o)})')
    def __eq__(self, o): return Sym(f'({self.s}=={getattr(o, "s", o)})')
    def __bool__(self): return True
    def __repr__(self): return self.s
    __hash__ = None
""",
        """\
x = Sym('x')
assert repr(x + 1) == '(x+1)'
assert repr((x + 1) == 2) == '((x+1)==2)'
""",
    ),
    "any": (
        """\
class Anything:
    def __eq__(self, o): return True
    def __ne__(self, o): return False
    def __repr__(self): return 'Anything'
ANY = Anything()
""",
        """\
assert ANY == 1 and ANY == 'x' and not (ANY != 2)
assert [1, ANY] == [1, 'z']
assert repr(ANY) == 'Anything'
""",
        """\
class _Any:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __repr__(self): return 'Anything'
ANY = _Any()
""",
    ),
    "counting eq": itself(
        """\
class Counted:
    calls = 0
    def __init__(self, v): self.v = v
    def __eq__(self, o):
        Counted.calls += 1
        return isinstance(o, Counted) and self.v == o.v
    def __hash__(self): return hash(self.v)
""",
        """\
assert Counted(1) == Counted(1)
assert Counted.calls == 1
assert Counted(1) != Counted(2)
assert Counted.calls == 2
""",
    ),
    "counting lt": itself(
        """\
class C:
    n = 0
    def __init__(self, v): self.v = v
    def __lt__(self, o):
        C.n += 1
        return self.v < o.v
""",
        """\
assert C(1) < C(2)
assert C.n == 1
s = sorted([C(2), C(1)])
assert C.n == 2 and s[0].v == 1
""",
    ),
    "patch main": itself(
        """\
import random
def roll():
    return random.randint(1, 6)
def play():
    return roll() + roll()
""",
        """\
from unittest.mock import patch
import unittest
class T(unittest.TestCase):
    @patch('__main__.roll', return_value=3)
    def test(self, r):
        self.assertEqual(play(), 6)
        self.assertEqual(r.call_count, 2)
if __name__ == '__main__':
    unittest.main()
""",
    ),
    "patch main input": itself(
        """\
def ask():
    return int(input('n? ')) * 2
""",
        """\
from unittest.mock import patch
with patch('__main__.input', return_value='4', create=True):
    assert ask() == 8
""",
    ),
    "patch main module name": itself(
        """\
import os
def here():
    return os.getcwd()
""",
        """\
from unittest.mock import patch
with patch('__main__.os.getcwd', return_value='/x'):
    assert here() == '/x'
with patch('__main__.os') as fake:
    fake.getcwd.return_value = '/y'
    assert here() == '/y'
""",
    ),
    "rebinds a global": itself(
        """\
LIMIT = 10
def ok(n):
    return n < LIMIT
""",
        """\
assert ok(5)
LIMIT = 3
assert not ok(5)
""",
    ),
    "rebinds a global, watched": itself(
        """\
import os
CACHE = {1: 2}
def get(n):
    return CACHE.get(n)
""",
        """\
assert get(1) == 2
CACHE = {}
assert get(1) is None
""",
    ),
    "input lambda": itself(
        """\
def ask():
    return int(input()) * 2
""",
        """\
input = lambda *a: '4'
assert ask() == 8
""",
    ),
    "input def, watched": itself(
        """\
import sys
def ask():
    return int(input()) * 2
""",
        """\
answers = iter(['4', '5'])
def input(prompt=''):
    return next(answers)
assert ask() == 8
assert ask() == 10
""",
    ),
    "leetcode prelude": itself(
        """\
class Solution:
    def head(self, node: Optional[ListNode]) -> List[int]:
        out = []
        while node:
            out.append(node.val); node = node.next
        return out
""",
        """\
from typing import *
class ListNode:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next
assert Solution().head(ListNode(1, ListNode(2))) == [1, 2]
""",
    ),
    "leetcode prelude, prelude last": itself(
        """\
class Solution:
    def head(self, node: Optional[ListNode]) -> Optional[ListNode]:
        return node
    def build(self):
        return ListNode(3)
""",
        """\
class ListNode:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next
from typing import Optional
assert Solution().head(None) is None
assert Solution().build().val == 3
""",
    ),
    "setup_module own": itself(
        """\
state = []
def setup_module():
    state.append(1)
    return state
""",
        "assert setup_module() == [1]\n",
    ),
    "own exec": itself(
        """\
def run(code):
    ns = {}
    exec(code, ns)
    return ns['x']
""",
        "assert run('x = 3') == 3\n",
    ),
    "context profile": itself(
        """\
import cProfile, pstats, io
def f(n):
    p = cProfile.Profile()
    p.enable()
    s = sum(range(n))
    p.disable()
    out = io.StringIO()
    pstats.Stats(p, stream=out).print_stats(3)
    return s, 'function calls' in out.getvalue()
""",
        "assert f(4) == (6, True)\n",
    ),
    "tracemalloc": itself(
        """\
import tracemalloc
def f():
    tracemalloc.start()
    a = [0]*1000
    cur, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak > 0
""",
        "assert f()\n",
    ),
    "warnings": itself(
        """\
import warnings
def f():
    warnings.warn('old', DeprecationWarning, stacklevel=2)
    return 1
""",
        """\
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    assert f() == 1
    assert len(w) == 1
""",
    ),
    "retry with names": itself(
        """\
import functools, inspect
def logged(f):
    @functools.wraps(f)
    def g(*a, **k):
        b = inspect.signature(f).bind(*a, **k)
        b.apply_defaults()
        return f(*b.args, **b.kwargs)
    return g
@logged
def double(n, k=2):
    return k * n
""",
        """\
assert double(4) == 8
assert double.__wrapped__(1) == 2
""",
    ),
    "traceback frames": itself(
        """\
import sys, traceback
def where():
    try:
        raise ValueError
    except ValueError:
        tb = sys.exc_info()[2]
        frames = traceback.extract_tb(tb)
        return frames[-1].name, tb.tb_frame.f_code.co_name, tb.tb_lineno
""",
        "assert where()[:2] == ('where', 'where')\n",
    ),
    "locals of a frame": itself(
        """\
import inspect
def show():
    frame = inspect.currentframe()
    try:
        return dict(frame.f_back.f_locals)
    finally:
        del frame
def f():
    a = 1
    return show()
""",
        "assert f() == {'a': 1}\n",
    ),
    "vector": (
        """\
import os
class V:
    def __init__(self, *c): self.c = c
    def __eq__(self, o): return isinstance(o, V) and self.c == o.c
    def __add__(self, o): return V(*(a + b for a, b in zip(self.c, o.c)))
    def __getitem__(self, i): return self.c[i]
    def __len__(self): return len(self.c)
    def __abs__(self): return sum(x * x for x in self.c) ** .5
    def __contains__(self, x): return x in self.c
    def __lt__(self, o): return abs(self) < abs(o)
""",
        """\
a, b = V(1, 2), V(3, 4)
assert a + b == V(4, 6)
assert a[0] == 1 and len(b) == 2 and abs(b) == 5
assert 3 in b and 9 not in b
assert sorted([b, a]) == [a, b]
assert a != b and a < b
for x, y in zip(a, [1, 2]):
    assert x == y
""",
        """\
class V:
    def __init__(self, *c): self.c = c
    def __eq__(self, o): return isinstance(o, V) and self.c == o.c
    def __add__(self, o): return V(*(a + b for a, b in zip(self.c, o.c)))
    def __getitem__(self, i): return self.c[i]
    def __len__(self): return len(self.c)
    def __abs__(self): return sum(x * x for x in self.c) ** .5
    def __contains__(self, x): return x in self.c
    def __lt__(self, o): return abs(self) < abs(o)
""",
    ),
    "subclassed by tests": (
        """\
import abc, sys
class Animal(abc.ABC):
    @abc.abstractmethod
    def speak(self): ...
    def twice(self): return self.speak() * 2
""",
        """\
class Dog(Animal):
    def speak(self): return 'wuff'
assert Dog().twice() == 'wuffwuff'
try:
    Animal()
    assert False
except TypeError:
    pass
""",
        """\
from abc import ABC, abstractmethod
class Animal(ABC):
    @abstractmethod
    def speak(self): pass
    def twice(self): return 2 * self.speak()
""",
    ),
    "events": (
        """\
import collections, os
class Bus:
    def __init__(self): self.h = collections.defaultdict(list)
    def on(self, e, f): self.h[e].append(f); return f
    def emit(self, e, *a):
        for f in self.h[e]: f(*a)
""",
        """\
bus, seen = Bus(), []
def handler(x):
    assert x in (1, 2)
    seen.append(x)
bus.on('a', handler)
bus.emit('a', 1); bus.emit('b', 7); bus.emit('a', 2)
assert seen == [1, 2]
""",
        """\
class Bus:
    def __init__(self): self.h = {}
    def on(self, e, f): self.h.setdefault(e, []).append(f)
    def emit(self, e, *a):
        for f in self.h.get(e, []): f(*a)
""",
    ),
    "dataclass for a class": (
        """\
import os
from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int = 0
def move(p, d): return P(p.x + d, p.y)
""",
        """\
p = move(P(1), 2)
assert p.x == 3 and p.y == 0
assert isinstance(p, P)
""",
        """\
class P:
    def __init__(self, x, y=0): self.x, self.y = x, y
def move(p, d): return P(p.x + d, p.y)
""",
    ),
    "stack kind of list": (
        """\
import os
class Stack(list):
    def push(self, x): self.append(x)
    def peek(self): return self[-1]
    def __eq__(self, o): return list.__eq__(self, o)
    def is_empty(self): return not self
""",
        """\
s = Stack()
assert s.is_empty()
s.push(1); s.push(2)
assert s.peek() == 2 and s.pop() == 2 and len(s) == 1
assert not s.is_empty()
""",
        """\
class Stack:
    def __init__(self): self.i = []
    def push(self, x): self.i.append(x)
    def pop(self): return self.i.pop()
    def peek(self): return self.i[-1]
    def is_empty(self): return not self.i
    def __len__(self): return len(self.i)
""",
    ),
    "other kinds": (
        """\
import os
from collections import OrderedDict, Counter, defaultdict, namedtuple, deque, UserList
P = namedtuple('P', 'a b')
def pair(): return P(1, 2)
def count(s): return Counter(s)
def group():
    d = defaultdict(list); d['a'].append(1); return d
def keys(d): return d.keys()
def items(): return OrderedDict(a=1)
""",
        """\
assert pair() == (1, 2)
assert count('aab') == {'a': 2, 'b': 1}
assert group() == {'a': [1]}
assert keys({'x': 1}) == {'x'}
assert items() == {'a': 1}
assert all(v > 0 for v in count('ab').values())
""",
        """\
def pair(): return (1, 2)
def count(s): return {c: s.count(c) for c in s}
def group(): return {'a': [1]}
def keys(d): return set(d)
def items(): return {'a': 1}
""",
    ),
    "numbers": (
        """\
import numpy as np
from fractions import Fraction
from decimal import Decimal
def half(n): return np.float64(n) / 2
def third(): return Fraction(1, 3)
def price(): return Decimal('1.50')
def total(x): return np.sum(x)
""",
        """\
assert half(3) == 1.5
assert abs(third() - 1/3) < 1e-9
assert price() == 1.5
assert total([1, 2]) == 3
assert 3 in [total([1, 2])]
""",
        """\
def half(n): return n / 2
def third(): return 1/3
def price(): return 1.5
def total(x): return sum(x)
""",
    ),
    "generator": (
        """\
import os
def evens(n):
    yield from range(0, n, 2)
""",
        """\
assert list(evens(5)) == [0, 2, 4]
for x in evens(9):
    assert x % 2 == 0
""",
        """\
def evens(n):
    return [x for x in range(n) if x % 2 == 0]
""",
    ),
    "lru": itself(
        """\
import os
from collections import OrderedDict
class LRUCache:
    def __init__(self, n): self.n, self.d = n, OrderedDict()
    def get(self, k):
        if k not in self.d: return -1
        self.d.move_to_end(k); return self.d[k]
    def put(self, k, v):
        self.d[k] = v; self.d.move_to_end(k)
        if len(self.d) > self.n: self.d.popitem(last=False)
""",
        """\
ops = [('put', (1, 1), None), ('put', (2, 2), None), ('get', (1,), 1)]
ops += [('put', (3, 3), None), ('get', (2,), -1)]
c = LRUCache(2)
for name, args, want in ops:
    got = getattr(c, name)(*args)
    if want is not None:
        assert got == want, (name, args)
""",
    ),
    "hasattr": (
        """\
import os
class A:
    def __init__(self): self.x = 3
""",
        """\
a = A()
if hasattr(a, 'x'):
    assert a.x == 3
else:
    assert a.get() == 3
""",
        """\
class A:
    def get(self): return 3
""",
    ),
    "locks": itself(
        """\
import threading
class Counter:
    def __init__(self): self.n, self.l = 0, threading.Lock()
    def add(self):
        with self.l: self.n += 1
""",
        """\
import threading
c = Counter()
def work():
    for _ in range(100): c.add()
ts = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
assert c.n == 400
""",
    ),
    "context": itself(
        """\
import time, contextlib
@contextlib.contextmanager
def swallow(*kinds):
    try: yield
    except kinds: pass
class Timer:
    def __enter__(self): self.t = time.time(); return self
    def __exit__(self, *a): self.e = time.time() - self.t
""",
        """\
with swallow(ValueError):
    raise ValueError
with Timer() as t:
    assert t.t > 0
assert t.e >= 0
ran = False
try:
    with swallow(ValueError):
        raise KeyError
except KeyError:
    ran = True
assert ran
""",
    ),
    "expected failure kinds": (
        """\
import os
def f(n):
    if n < 0: raise ValueError('neg')
    return n
""",
        """\
import unittest
class T(unittest.TestCase):
    def setUp(self): self.n = 3
    def test_a(self): self.assertEqual(f(self.n), 3)
    def test_b(self):
        for bad in (-1, -2):
            with self.subTest(bad=bad), self.assertRaises(ValueError):
                f(bad)
    def test_c(self): self.assertRaisesRegex(ValueError, 'neg', f, -1)
    def test_d(self): self.assertCountEqual([f(1), f(2)], [2, 1]); self.assertIn(f(1), [1])
    def test_e(self): self.assertAlmostEqual(f(0.1) + f(0.2), 0.3)
    def test_f(self): self.assertDictEqual({1: f(2)}, {1: 2})
    def tearDown(self): pass
unittest.main(argv=['x'], exit=False)
""",
        """\
def f(n):
    if n < 0:
        raise ValueError('neg')
    return n
""",
    ),
    "mock calls": itself(
        """\
import time
def retry(f, n):
    for i in range(n):
        try: return f()
        except OSError: time.sleep(0.001)
    raise RuntimeError('no')
""",
        """\
from unittest.mock import Mock, patch
m = Mock(side_effect=[OSError, OSError, 5])
with patch('time.sleep') as s:
    assert retry(m, 3) == 5
assert m.call_count == 3 and s.call_count == 2
try:
    retry(Mock(side_effect=OSError), 2)
except RuntimeError as e:
    assert str(e) == 'no'
else:
    raise AssertionError
""",
    ),
    "captured": itself(
        """\
import sys
def hello():
    sys.stdout.write('hi\\n')
    print('there', file=sys.stderr)
""",
        """\
import io
from contextlib import redirect_stdout, redirect_stderr
a, b = io.StringIO(), io.StringIO()
with redirect_stdout(a), redirect_stderr(b):
    hello()
lines = a.getvalue().splitlines()
assert lines == ['hi'] and b.getvalue() == 'there\\n'
for line in lines:
    assert line.islower()
""",
    ),
    "random": (
        """\
import random
def roll(): return random.randint(1, 6)
def shuffle(x):
    y = x[:]; random.shuffle(y); return y
""",
        """\
for _ in range(50):
    r = roll()
    if r == 6:
        continue
    assert 1 <= r < 6
assert sorted(shuffle([1, 2, 3])) == [1, 2, 3]
seen = {roll() for _ in range(200)}
assert all(s in range(1, 7) for s in seen)
""",
        """\
import random
def roll(): return random.choice([1, 2, 3, 4, 5, 6])
def shuffle(x): return random.sample(x, len(x))
""",
    ),
    "recursion check": (
        """\
import sys
def perms(x):
    import itertools
    return [list(p) for p in itertools.permutations(x)]
""",
        """\
got = perms([1, 2, 3])
assert len(got) == 6
for p in got:
    assert sorted(p) == [1, 2, 3]
assert len(set(map(tuple, got))) == 6
assert all(map(lambda p: len(p) == 3, got))
""",
        """\
def perms(x):
    if not x: return [[]]
    return [[x[i]] + p for i in range(len(x)) for p in perms(x[:i] + x[i+1:])]
""",
    ),
    "set of objects": itself(
        """\
class P:
    def __init__(self, x): self.x = x
    def __hash__(self): return hash(self.x)
    def __eq__(self, o): return self.x == o.x
    def __repr__(self): return f'P({self.x})'
def uniq(ps): return set(ps)
""",
        """\
assert len(uniq([P(1), P(1), P(2)])) == 2
assert P(1) in uniq([P(1)])
assert repr(P(1)) == 'P(1)'
assert {P(1): 2}[P(1)] == 2
""",
    ),
    "matrix eq lists": itself(
        """\
class M:
    def __init__(self, r): self.r = [list(x) for x in r]
    def __eq__(self, o): return self.r == (o.r if isinstance(o, M) else o)
    def __matmul__(self, o):
        return M([[sum(a*b for a, b in zip(x, y)) for y in zip(*o.r)] for x in self.r])
""",
        """\
assert M([[1, 2]]) @ M([[3], [4]]) == M([[11]])
assert M([[1]]) == [[1]]
""",
    ),
    "case insensitive dict": itself(
        """\
class CI(dict):
    def __setitem__(self, k, v): super().__setitem__(k.lower(), v)
    def __getitem__(self, k): return super().__getitem__(k.lower())
    def __contains__(self, k): return super().__contains__(k.lower())
    def __eq__(self, o): return dict(self) == {k.lower(): v for k, v in o.items()}
""",
        """\
d = CI()
d['Aa'] = 1
assert d['aA'] == 1 and 'AA' in d and 'b' not in d
assert d == {'AA': 1}
""",
    ),
    "interval": itself(
        """\
class Interval:
    def __init__(self, a, b): self.a, self.b = a, b
    def __contains__(self, x): return self.a <= x <= self.b
class Always:
    def __contains__(self, x): return True
""",
        """\
assert 3 in Interval(1, 5) and 9 not in Interval(1, 5)
assert 3 in Always()
""",
    ),
    "infinities": itself(
        """\
import functools
@functools.total_ordering
class Inf:
    def __lt__(self, o): return False
    def __eq__(self, o): return isinstance(o, Inf)
""",
        """\
assert Inf() > 5 and not Inf() < 10 ** 9 and Inf() == Inf()
assert max(Inf(), Inf()) == Inf()
""",
    ),
    "maybe": itself(
        """\
class Nothing:
    def __eq__(self, o): return isinstance(o, Nothing)
    def map(self, f): return self
class Some:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return isinstance(o, Some) and self.v == o.v
    def map(self, f): return Some(f(self.v))
""",
        """\
assert Nothing().map(str) == Nothing()
assert Some(1).map(lambda x: x + 1) == Some(2)
assert Some(1) != Nothing()
""",
    ),
    "global state by tests": itself(
        """\
import os
TOTAL = 0
def add(n):
    global TOTAL
    TOTAL += n
    return TOTAL
""",
        """\
assert add(2) == 2
assert TOTAL == 2
assert add(3) == 5
assert TOTAL == 5
""",
    ),
    "class attr patch": itself(
        """\
import os
class C:
    rate = 2
    def pay(self): return self.rate * 10
""",
        """\
assert C().pay() == 20
C.rate = 3
assert C().pay() == 30
from unittest.mock import patch
with patch.object(C, 'pay', lambda s: 1):
    assert C().pay() == 1
""",
    ),
    "pickled test class": itself(
        """\
import pickle
def clone(x): return pickle.loads(pickle.dumps(x))
""",
        """\
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x
assert clone(P(3)) == P(3)
assert clone([1, {2: 3}]) == [1, {2: 3}]
""",
    ),
    "main file": itself(
        """\
import sys
def name(): return type(sys.modules['__main__']).__name__ and sys.modules['__main__'].__name__
""",
        "assert name() == '__main__'\n",
    ),
    "type hints": itself(
        """\
import typing
class A:
    x: int
    y: 'str'
def hints(c): return sorted(typing.get_type_hints(c))
""",
        """\
assert hints(A) == ['x', 'y']
class B:
    z: int
assert hints(B) == ['z']
""",
    ),
    "ABC register": itself(
        """\
import abc, sys
class Shape(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, 'area')
def is_shape(x): return isinstance(x, Shape)
""",
        """\
class Sq:
    def area(self): return 1
assert is_shape(Sq()) and not is_shape(3)
""",
    ),
}
