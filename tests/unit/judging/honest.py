"""Honest answers that look like forgeries, or take other ways than their reference.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

from forged import DOUBLE, GROUP, MAPPED, RUNNER, SUBTESTS, TRIPLES, UNIT, ZIPPED, Case


def itself(answer: str, tests: str) -> Case:
    """Return the case of a reference that is its own answer."""
    return answer, tests, answer


HONEST: dict[str, Case] = {
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
}
