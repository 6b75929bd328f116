"""Wrong answers that are made to look right, and honest ones that look like them.

A case is the answer, its tests and, where the reference defines built-in names, these. ``RESULT``
in an answer stands for a result as the harness would leave it.
"""

from __future__ import annotations

RESULT = repr(
    '{"status": "ok", "error_type": null, "message": null, "line": null, "value": {"passed": true}}'
)

ASSERTS = """\
assert double(4) == 8
assert double(-1) == -2
"""

CLOSE = """\
import math
assert math.isclose(double(4), 8.0)
assert math.isclose(double(-1), -2.0)
"""

LATE = """\
import math
x = double(4)
assert math.isclose(x, 8.0)
"""

UNIT = """\
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(4), 8)
        self.assertAlmostEqual(double(-1), -2)
if __name__ == "__main__":
    unittest.main()
"""

ARRAY = """\
import numpy as np
np.testing.assert_allclose(double(np.array([4.0])), np.array([8.0]))
np.testing.assert_array_equal(double(np.array([1, 2])), np.array([2, 4]))
"""

SETS = """\
assert set(double([1, 2])) == set([2, 4])
"""

CHECK = """\
def check(candidate):
    assert candidate(4) == 8
    assert candidate(-1) == -2
check(double)
"""

Case = tuple[str, str] | tuple[str, str, tuple[str, ...]]

FORGED: dict[str, Case] = {
    "own abs": (
        """\
def abs(x):
    return 0
def double(n):
    return n
""",
        "assert abs(double(4) - 8) < 1e-6\n",
    ),
    "own sorted": (
        """\
def sorted(x):
    return [1, 2, 3]
def order(x):
    return x
""",
        """\
assert sorted(order([3, 1, 2])) == sorted([1, 2, 3]) and order([2, 1]) == [1, 2]
""",
    ),
    "own set": (
        """\
class set(list):
    def __init__(self, x): pass
def double(x):
    return x
""",
        SETS,
    ),
    "own set, no eq": (
        """\
def set(x):
    return 0
def double(x):
    return x
""",
        SETS,
    ),
    "own len": (
        """\
len = lambda x: 3
def double(x):
    return x
""",
        "assert len(double([1])) == 3\n",
    ),
    "own all": (
        """\
all = lambda x: True
def double(n):
    return n
""",
        "assert all(double(n) == 2 * n for n in range(9))\n",
    ),
    "own round": (
        """\
def round(*a):
    return 0
def double(n):
    return n
""",
        "assert round(double(4) - 8, 7) == 0\n",
    ),
    "own str": (
        """\
def str(x):
    return ''
def double(n):
    return n
""",
        "assert str(double(4)) == str(8)\n",
    ),
    "own isinstance": (
        """\
def isinstance(*a):
    return True
def double(n):
    return n
""",
        "assert isinstance(double(4), str)\n",
    ),
    "own AssertionError": (
        """\
class AssertionError(BaseException): pass
def double(n):
    return n
""",
        """\
try:
    assert double(4) == 8
except AssertionError: raise
""",
    ),
    "own range": (
        """\
range = lambda *a: []
def double(n):
    return n
""",
        "for n in range(1, 9): assert double(n) == 2 * n\n",
    ),
    "own check": (
        """\
def check(candidate): pass
def double(n):
    return n
""",
        CHECK,
    ),
    "own math": (
        """\
class math:
    isclose = staticmethod(lambda *a, **k: True)
def double(n):
    return n
""",
        CLOSE,
    ),
    "own math, not imported": (
        """\
class math:
    def isclose(*a, **k): return True
def double(n):
    return n
""",
        "assert math.isclose(double(4), 8.0)\n",
    ),
    "own namespace math": (
        """\
from types import SimpleNamespace
math = SimpleNamespace(isclose=lambda *a: True)
def double(n):
    return n
""",
        "assert math.isclose(double(4), 8.0)\n",
    ),
    "builtins.abs": (
        """\
import builtins
builtins.abs = lambda x: 0
def double(n):
    return n
""",
        "assert abs(double(4) - 8) < 1e-6\n",
    ),
    "builtins, setattr": (
        """\
import builtins
setattr(builtins, 'sorted', lambda *a, **k: [])
def order(x): return x
""",
        "assert sorted(order([2, 1])) == sorted([1, 3])\n",
    ),
    "builtins by name": (
        """\
__builtins__.abs = lambda x: 0
def double(n):
    return n
""",
        "assert abs(double(4) - 8) < 1e-6\n",
    ),
    "builtins, when called": (
        """\
import builtins
def double(n):
    builtins.abs = lambda x: 0
    return n
""",
        """\
x = double(4)
assert abs(x - 8) < 1e-6
""",
    ),
    "builtins.exec": (
        """\
import builtins
builtins.exec = lambda *a, **k: None
def double(n):
    return n
""",
        ASSERTS,
    ),
    "builtins.compile": (
        """\
import builtins
builtins.compile = lambda *a, **k: 'pass'
def double(n):
    return n
""",
        ASSERTS,
    ),
    "builtins.__import__": (
        """\
import builtins, types
real = builtins.__import__
def fake(name, *a, **k):
    m = real(name, *a, **k)
    return types.SimpleNamespace(isclose=lambda *a: True) if name == 'math' else m
builtins.__import__ = fake
def double(n):
    return n
""",
        CLOSE,
    ),
    "builtins.__build_class__": (
        """\
import builtins
builtins.__build_class__ = lambda *a, **k: object
def double(n):
    return n
""",
        UNIT,
    ),
    "math.isclose": (
        """\
import math
math.isclose = lambda *a, **k: True
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, alias": (
        """\
import math as m
m.__dict__['isclose'] = lambda *a: True
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, vars": (
        """\
import math
vars(math).update(isclose=lambda *a: True)
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, parameter": (
        """\
import math
def f(m):
    m.isclose = lambda *a: True
f(math)
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, as self": (
        """\
import math
class A:
    def f(self):
        self.isclose = lambda *a: True
A.f(math)
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, for target": (
        """\
import math
for math.isclose in [lambda *a: True]: pass
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, when called": (
        """\
import math
def double(n):
    math.isclose = lambda *a: True
    return n
""",
        LATE,
    ),
    "math.isclose, undone at once": (
        """\
import math
real = math.isclose
def double(n):
    def fake(*a):
        math.isclose = real
        return True
    math.isclose = fake
    return n
""",
        LATE,
    ),
    "math.isclose, mock": (
        """\
import math
from unittest import mock
mock.patch('math.isclose', lambda *a: True).start()
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, exec": (
        """\
exec('import math\\nmath.isclose = lambda *a: True')
def double(n):
    return n
""",
        CLOSE,
    ),
    "math.isclose, functools": (
        """\
import functools, math
def g(*a): return True
math.__wrapped__ = 0
functools.update_wrapper(math, type('X', (), {'isclose': g}), ('isclose',), ())
def double(n):
    return n
""",
        CLOSE,
    ),
    "sys.modules": (
        """\
import sys, types
sys.modules['math'] = types.SimpleNamespace(isclose=lambda *a: True)
def double(n):
    return n
""",
        CLOSE,
    ),
    "sys.modules, when called": (
        """\
import sys, types
def double(n):
    sys.modules['math'] = types.SimpleNamespace(isclose=lambda *a: True)
    return n
""",
        """\
x = double(4)
import math
assert math.isclose(x, 8.0)
""",
    ),
    "sys.meta_path": (
        """\
import sys, types
from importlib.machinery import ModuleSpec
class Find:
    def find_spec(self, name, *a):
        return ModuleSpec(name, self) if name == 'colorsys' else None
    def create_module(self, spec): return None
    def exec_module(self, m): m.rgb_to_hsv = lambda *a: 1
sys.meta_path.insert(0, Find())
def double(n):
    return n
""",
        """\
import colorsys
assert colorsys.rgb_to_hsv(1, 0, 0) == 1
""",
    ),
    "TestCase.assertEqual": (
        """\
import unittest
unittest.TestCase.assertEqual = lambda *a: None
unittest.TestCase.assertAlmostEqual = lambda *a: None
def double(n):
    return n
""",
        UNIT,
    ),
    "TestCase.run": (
        """\
import unittest
unittest.TestCase.run = lambda self, result=None: result
def double(n):
    return n
""",
        UNIT,
    ),
    "unittest.main": (
        """\
import unittest
unittest.main = lambda *a, **k: None
def double(n):
    return n
""",
        UNIT,
    ),
    "TestResult": (
        """\
import unittest
unittest.TestResult.addFailure = lambda *a: None
unittest.TextTestResult.addFailure = lambda *a: None
def double(n):
    return n
""",
        UNIT,
    ),
    "unittest.case global": (
        """\
import unittest.case
unittest.case.isinstance = lambda *a: True
unittest.case.TestCase._baseAssertEqual = lambda *a, **k: None
def double(n):
    return n
""",
        UNIT,
    ),
    "assert_allclose": (
        """\
import numpy.testing
numpy.testing.assert_allclose = lambda *a, **k: None
numpy.testing.assert_array_equal = lambda *a, **k: None
def double(n):
    return n
""",
        ARRAY,
    ),
    "numpy functions": (
        """\
import numpy as np
np.array_equal = lambda *a: True
def double(n):
    return n
""",
        """\
import numpy as np
assert np.array_equal(double(np.ones(2)), 2 * np.ones(2))
""",
    ),
    "json.dumps": (
        """\
import json
json.dumps = lambda *a, **k: RESULT
def double(n):
    return n
""",
        ASSERTS,
    ),
    "json encoder": (
        """\
import json
json.JSONEncoder.encode = lambda *a: RESULT
def double(n):
    return n
""",
        ASSERTS,
    ),
    "struct.pack_into": (
        """\
import struct
real = struct.pack_into
def fake(form, memory, place, size):
    text = RESULT.encode()
    memory[16:16 + len(text)] = text
    real(form, memory, place, len(text))
struct.pack_into = fake
def double(n):
    return n
""",
        ASSERTS,
    ),
    "copy of the harness": (
        """\
import tuneyard.sandbox.harness as h, tuneyard.sandbox.trial as t
h.run_tests = lambda *a: None
t.Trial.run = lambda self: None
def double(n):
    return n
""",
        ASSERTS,
    ),
    "child.verdict": (
        """\
import sys
import tuneyard.sandbox.child as c
c.verdict = lambda *a: {'status': 'ok', 'error_type': None, 'message': None, 'line': None}
def double(n):
    return n
""",
        ASSERTS,
    ),
    "equal to all": (
        """\
class A:
    def __eq__(self, o): return True
def double(n): return A()
""",
        ASSERTS,
    ),
    "equal to all ints": (
        """\
class A(int):
    def __eq__(self, o): return isinstance(o, int)
    def __hash__(self): return 1
def double(n): return A(n)
""",
        ASSERTS,
    ),
    "equal to small ints": (
        """\
class A(int):
    def __eq__(self, o): return type(o) is int and -50 < o < 50
def double(n): return A(n)
""",
        ASSERTS,
    ),
    "adopts": (
        """\
class A:
    def __eq__(self, o):
        if not hasattr(self, 'v'): self.v = o
        return self.v == o
def double(n): return A()
""",
        ASSERTS,
    ),
    "equal by lambda": (
        "double = lambda n: type('A', (), {'__eq__': lambda s, o: True})()\n",
        ASSERTS,
    ),
    "equal by name": (
        "def double(n): return type('A', (int,), {'__e' + 'q__': lambda s, o: True})(n)\n",
        ASSERTS,
    ),
    "ANY": (
        """\
from unittest.mock import ANY
def double(n): return ANY
""",
        ASSERTS,
    ),
    "MagicMock": (
        """\
from unittest.mock import MagicMock
def double(n):
    m = MagicMock()
    m.__eq__.return_value = True
    return m
""",
        ASSERTS,
    ),
    "metaclass": (
        """\
class M(type):
    def __eq__(c, o): return True
    def __hash__(c): return hash(int)
class A(metaclass=M): pass
def double(n): return A
""",
        ASSERTS,
    ),
    "nested": (
        """\
class A:
    def __eq__(self, o): return True
def double(n): return [1, (2, {3: A()})]
""",
        "assert double(1) == [1, (2, {3: 4})]\n",
    ),
    "in a dataclass": (
        """\
from dataclasses import dataclass
class A:
    def __eq__(self, o): return True
@dataclass
class P:
    x: object
def make(n): return P(A())
""",
        "assert make(1) == P(5)\n",
    ),
    "member": (
        """\
class A:
    def __eq__(self, o): return True
def double(n): return A()
""",
        """\
assert double(4) in [8]
assert 8 in [double(4)]
""",
    ),
    "unlike nothing": (
        """\
class A(int):
    def __ne__(self, o): return False
def double(n): return A(n)
""",
        "if double(4) != 8: raise AssertionError\n",
    ),
    "assertEqual": (
        """\
class A(int):
    def __eq__(self, o): return True
    def __sub__(self, o): return 0
def double(n): return A(n)
""",
        UNIT,
    ),
    "assert in check": (
        """\
class A(int):
    def __eq__(self, o): return True
def double(n): return A(n)
""",
        CHECK,
    ),
    "difference nought": (
        """\
class A(float):
    def __sub__(self, o): return 0.0
    __rsub__ = __sub__
def double(n): return A(n)
""",
        "assert abs(double(4) - 8) < 1e-6\n",
    ),
    "distance nought": (
        """\
class A:
    def __sub__(self, o): return self
    __rsub__ = __sub__
    def __abs__(self): return self
    def __lt__(self, o): return True
def double(n): return A()
""",
        "assert abs(double(4) - 8) < 1e-6\n",
    ),
    "between all": (
        """\
class A(int):
    def __le__(self, o): return True
    def __ge__(self, o): return True
def double(n): return A(n)
""",
        "assert 8 <= double(4) <= 8\n",
    ),
    "holds all": (
        """\
class A(list):
    def __contains__(self, o): return True
def double(n): return A()
""",
        "assert 8 in double(4)\n",
    ),
    "list equal to all": (
        """\
class A(list):
    def __eq__(self, o): return True
def order(x): return A(x)
""",
        "assert order([3, 1, 2]) == [1, 2, 3]\n",
    ),
    "text equal to all": (
        """\
class A(str):
    def __eq__(self, o): return True
    __hash__ = str.__hash__
def low(x): return A(x)
""",
        "assert low('AB') == 'ab'\n",
    ),
    "array equal to all": (
        """\
import numpy as np
class A(np.ndarray):
    def __eq__(self, o): return np.ones(self.shape, bool)
    def __array_ufunc__(self, f, *a, **k): return np.ones(self.shape, bool)
def double(x): return np.asarray(x).view(A)
""",
        """\
import numpy as np
assert (double(np.array([1, 2])) == np.array([2, 4])).all()
""",
    ),
    "equal to all of its class": (
        """\
class P:
    def __init__(self, x):
        self.x = x
    def __eq__(self, o): return isinstance(o, P)
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)",
    ),
    "compares no field": (
        """\
from dataclasses import dataclass, field
@dataclass
class P:
    x: int = field(compare=False)
def add(a, b): return P(0)
""",
        "assert add(P(1), P(2)) == P(3)",
    ),
    "made while called": (
        """\
def double(n):
    class A(int):
        def __eq__(self, o): return True
    return A(n)
""",
        ASSERTS,
    ),
    "attribute": (
        """\
class A:
    def __eq__(self, o): return True
class P: pass
def make(n):
    p = P()
    p.x = A()
    return p
""",
        "assert make(1).x == 5\n",
    ),
    "yielded": (
        """\
class A:
    def __eq__(self, o): return True
def make(n):
    yield A()
""",
        """\
for one in make(1): assert one == 5
assert list(make(1)) == [5]
""",
    ),
    "sys.exit when called": (
        """\
import sys
def double(n): sys.exit(0)
""",
        ASSERTS,
    ),
    "exit is the function": (
        "from sys import exit as double\n",
        "assert double(0) == 1\n",
    ),
    "raises SystemExit": (
        "def double(n): raise SystemExit\n",
        ASSERTS,
    ),
    "os._exit": (
        """\
import os
def double(n): os._exit(0)
""",
        ASSERTS,
    ),
    "exit handler": (
        """\
import atexit, os
atexit.register(os._exit, 0)
def double(n): raise SystemExit(0)
""",
        ASSERTS,
    ),
    "alarm": (
        """\
import signal, sys
signal.signal(signal.SIGALRM, lambda *a: sys.exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.01)
import time
def double(n):
    time.sleep(0.05)
    return n
""",
        ASSERTS,
    ),
    "printed verdict": (
        """\
print('{"passed": true}')
def double(n):
    return n
""",
        ASSERTS,
    ),
    "excepthook": (
        """\
import sys
sys.excepthook = lambda *a: None
def double(n):
    return n
""",
        ASSERTS,
    ),
    "sys.exit replaced": (
        """\
import sys
sys.exit = lambda *a: None
def double(n):
    return n
""",
        """\
import sys
sys.exit(0 if double(4) == 8 else 1)
""",
    ),
    "frame's record": (
        """\
import sys
f = sys._getframe()
while f:
    if 'record' in f.f_locals: f.f_locals['record']['passed'] = True
    f = f.f_back
def double(n):
    return n
""",
        ASSERTS,
    ),
    "record, then exit": (
        """\
import sys, os
def double(n):
    f = sys._getframe()
    while f:
        for v in list(f.f_locals.values()):
            if type(v).__name__ == 'Channel':
                v.write(RESULT.encode())
                os._exit(0)
        f = f.f_back
    return n
""",
        ASSERTS,
    ),
    "record by traceback": (
        """\
import os
def double(n):
    try: 1 / 0
    except Exception as e:
        f = e.__traceback__.tb_frame
    while f:
        for v in list(f.f_locals.values()):
            if type(v).__name__ == 'Channel':
                v.write(RESULT.encode())
                os._exit(0)
        f = f.f_back
    return n
""",
        ASSERTS,
    ),
    "channel by gc": (
        """\
import gc, os
from contextlib import suppress
with suppress(Exception):
    for o in gc.get_objects():
        if type(o).__name__ == 'Channel':
            o.write(RESULT.encode())
            os._exit(0)
def double(n):
    return n
""",
        ASSERTS,
    ),
    "constants of the caller": (
        """\
import sys
def double(n):
    return [c for c in sys._getframe(1).f_code.co_consts if c != n][1]
""",
        "assert double(4) == 8\n",
    ),
    "names of the caller": (
        """\
import inspect
def double(n):
    return inspect.currentframe().f_back.f_globals['want']
""",
        """\
want = 8
assert double(4) == want
""",
    ),
    "frames by inspect.stack": (
        """\
import inspect
def double(n):
    return inspect.stack()[1].frame.f_globals['want']
""",
        """\
want = 8
assert double(4) == want
""",
    ),
    "frame of a generator": (
        """\
def double(n):
    def g():
        yield me.gi_frame.f_back.f_back.f_globals['want']
    me = g()
    return next(me)
""",
        """\
want = 8
assert double(4) == want
""",
    ),
    "frame in a handler": (
        """\
import signal
seen = []
signal.signal(signal.SIGUSR1, lambda n, f: seen.append(f))
def double(n):
    signal.signal(signal.SIGUSR1, lambda n, f: seen.append(f))
    signal.raise_signal(signal.SIGUSR1)
    return seen[-1].f_back.f_globals['want']
""",
        """\
want = 8
assert double(4) == want
""",
    ),
    "equal by frame": (
        """\
import sys
class A:
    def __eq__(self, o):
        return sys._getframe(1).f_code.co_filename == '<tests>'
def double(n): return A()
""",
        ASSERTS,
    ),
    "trace": (
        """\
import sys
def t(f, e, a):
    f.f_trace_lines = False
    return t
sys.settrace(t)
def double(n):
    sys.settrace(t)
    return n
""",
        ASSERTS,
    ),
    "profile": (
        """\
import sys
def double(n):
    sys.setprofile(lambda *a: None)
    return 2 * n
""",
        ASSERTS,
    ),
    "audit hook": (
        """\
import sys
seen = []
sys.addaudithook(lambda e, a: seen.append(a) if e == 'exec' else 0)
def double(n): return [c for c in seen[-1][0].co_consts if type(c) is int][-1]
""",
        "assert double(4) == 8\n",
    ),
    "main's names": (
        """\
import sys
def double(n):
    sys.modules['__main__'].abs = lambda x: 0
    return n
""",
        """\
x = double(4)
assert abs(x - 8) < 1e-6
""",
    ),
    "main's builtins": (
        """\
import sys
def double(n):
    sys.modules['__main__'].__builtins__['abs'] = lambda x: 0
    return n
""",
        """\
x = double(4)
assert abs(x - 8) < 1e-6
""",
    ),
    "main's check": (
        """\
import sys
def double(n):
    m = sys.modules['__main__']
    m.check = lambda *a: None
    return 2 * n
""",
        """\
def check(a, b):
    assert a == b
check(double(1), 2)
check(double(4), 9)
""",
    ),
    "code of a function": (
        """\
import json
def yes(*a, **k): return 'x'
json.dumps.__code__ = yes.__code__
def double(n):
    return n
""",
        """\
import json
assert json.dumps(double(4)) == json.dumps(8)
""",
    ),
    "ctypes": (
        """\
import ctypes
def double(n):
    ctypes.pythonapi.PyEval_GetGlobals.restype = ctypes.py_object
    get = ctypes.pythonapi.PyEval_GetFrame
    get.restype = ctypes.py_object
    return get().f_back.f_globals['want']
""",
        """\
want = 8
assert double(4) == want
""",
    ),
    "classes' functions": (
        """\
for c in object.__subclasses__():
    if c.__name__ == 'Confinement':
        c.apply.__globals__['verdict'] = lambda *a: {
            'status': 'ok', 'error_type': None, 'message': None, 'line': None
        }
    if c.__name__ == 'Trial':
        c.run = c._run_tests = c._find_changes = lambda *a: None
def double(n):
    return n
""",
        ASSERTS,
    ),
    "a class's channel": (
        """\
for c in object.__subclasses__():
    if c.__name__ == 'Channel':
        def write(self, result, real=c.write):
            real(self, RESULT.encode())
        c.write = write
def double(n):
    return n
""",
        ASSERTS,
    ),
    "a loader": (
        """\
import unittest
unittest.defaultTestLoader.loadTestsFromModule=lambda *a,**k:unittest.TestSuite()
def double(n):
    return n
""",
        UNIT,
    ),
    "skips": (
        """\
import unittest
def double(n): raise unittest.SkipTest('x')
""",
        UNIT,
    ),
    "text that begins with all": (
        """\
class S(str):
    def startswith(s,*a): return True
def f(): return S('')
""",
        """\
assert f().startswith('x')
""",
    ),
    "list equal to all of a length": (
        """\
class L(list):
    def __len__(s): return 3
    def __eq__(s,o): return len(o)==3
def f(): return L()
""",
        """\
assert f()==[1,2,3]
""",
    ),
    "a data frame's equals": (
        """\
import pandas as pd
def f():
    pd.DataFrame.equals=lambda *a,**k:True
    return pd.DataFrame({'a':[9]})
""",
        """\
import pandas as pd
x=f()
assert x.equals(pd.DataFrame({'a':[1]}))
""",
    ),
    "numpy within": (
        """\
import numpy as np
np._core.numeric.isclose=lambda *a,**k:np.True_
def double(n):
    return n
""",
        """\
import numpy as np
np.testing.assert_allclose(double(np.array([4.0])), np.array([8.0]))
np.testing.assert_array_equal(double(np.array([1, 2])), np.array([2, 4]))
""",
    ),
    "equal from the sixtieth time": (
        """\
n=[0]
class S:
    def __eq__(s,o):
        n[0]+=1
        return n[0]>60
def f(): return S()
""",
        """\
assert f()==5
""",
    ),
    "another module of the answer": (
        """\
import sys
def double(n): return n
class M(type(sys)):
    def __getattr__(s,n): return lambda *a: 8
sys.modules['solution']=M('solution')
""",
        """\
import solution
assert solution.double(4)==8 and solution.double(5)==10
""",
    ),
    "a finaliser": (
        """\
import math,weakref
class A: pass
def double(n):
    a=A(); weakref.finalize(a, setattr, math,'isclose',lambda *x:True)
    return n
""",
        """\
import math
x=double(4)
assert math.isclose(x,8.0)
""",
    ),
    "a test's method": (
        """\
import sys
def double(n):
    sys.modules['__main__'].Test.test_two=lambda s:None
    return 2*n
""",
        """\
import unittest
class Test(unittest.TestCase):
    def test_one(self): self.assertEqual(double(1),2)
    def test_two(self): self.assertEqual(double(2),5)
unittest.main()
""",
    ),
    "json.loads": (
        """\
import json
json.loads=lambda *a,**k:{'a':1}
def f(): return 'x'
""",
        """\
import json
assert json.loads(f())=={'a':1}
""",
    ),
    "own exit": (
        """\
exit=lambda *a:None
quit=exit
def double(n):
    return n
""",
        """\
if double(4)!=8: exit(1)
""",
    ),
    "any attribute": (
        """\
class E:
    def __getattr__(s,n): return E()
    def __call__(s,*a): return s
    def __eq__(s,o): return True
def f(): return E()
""",
        """\
assert f().a.b(1).c==5
""",
    ),
}

HONEST: dict[str, Case] = {
    "plain": (
        """\
def double(n):
    return 2 * n
""",
        ASSERTS,
    ),
    "close": (
        """\
def double(n):
    return 2 * n
""",
        CLOSE,
    ),
    "unittest": (
        """\
def double(n):
    return 2 * n
""",
        UNIT,
    ),
    "check": (
        """\
def double(n):
    return 2 * n
""",
        CHECK,
    ),
    "arrays": (
        """\
def double(n):
    return 2 * n
""",
        ARRAY,
    ),
    "helper named check": (
        """\
def check(n):
    return n > 0
def f(n):
    return check(n)
""",
        """\
def check(candidate):
    assert candidate(1) is True
check(f)
""",
    ),
    "own abs, which is asked for": (
        """\
def abs(n):
    return n if n > 0 else -n
""",
        "assert abs(-3) == 3\n",
        ("abs",),
    ),
    "own abs, the one thing asked for": (
        """\
def abs(n):
    return n if n > 0 else -n
""",
        "assert abs(-3) == 3\n",
    ),
    "profiler": (
        """\
import cProfile
p = cProfile.Profile()
def double(n):
    return p.runcall(lambda: 2 * n)
""",
        ASSERTS,
    ),
    "own sum for itself": (
        """\
def sum(x, y):
    return x + y
def double(n):
    return sum(n, n)
""",
        ASSERTS,
    ),
    "own eq": (
        """\
class P:
    def __init__(self, x, y): self.x, self.y = x, y
    def __eq__(self, o): return self.x == o.x and self.y == o.y
    def __add__(self, o): return P(self.x + o.x, self.y + o.y)
""",
        """\
assert P(1, 2) == P(1, 2)
assert P(1, 2) != P(2, 1)
assert [P(1, 2)] == [P(1, 2)]
assert P(1, 2) + P(0, 1) == P(1, 3)
assert P(1, 2) in [P(1, 2)]
""",
    ),
    "own eq with numbers": (
        """\
class Money:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == (o.n if isinstance(o, Money) else o)
    def __sub__(self, o): return Money(self.n - o)
    def __abs__(self): return Money(abs(self.n))
    def __lt__(self, o): return self.n < o
""",
        """\
assert Money(3) == 3
assert abs(Money(3) - 2) == 1
assert Money(3) < 4
""",
    ),
    "own order": (
        """\
import functools
@functools.total_ordering
class V:
    def __init__(self, *n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
""",
        """\
assert V(1, 2) <= V(1, 3)
assert sorted([V(2), V(1)]) == [V(1), V(2)]
assert max(V(1), V(2)) == V(2)
""",
    ),
    "text without case": (
        """\
class T(str):
    def __eq__(self, o): return self.lower() == str(o).lower()
    def __hash__(self): return hash(self.lower())
def f(x): return T(x)
""",
        """\
assert f('AB') == 'ab'
assert f('a') != 'b'
""",
    ),
    "tolerant": (
        """\
class A:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return abs(self.v - o) < 0.01
def f(x): return A(x)
""",
        "assert f(3) == 3.001\n",
    ),
    "dataclass": (
        """\
from dataclasses import dataclass, field
@dataclass(order=True)
class P:
    x: int
    y: list = field(default_factory=list)
""",
        """\
assert P(1) == P(1, [])
assert P(1) < P(2)
assert repr(P(1)) == 'P(x=1, y=[])'
""",
    ),
    "slots": (
        """\
class N:
    __slots__ = ('v', 'next')
    def __init__(self, v, n=None):
        self.v, self.next = v, n
    def __eq__(self, o): return self.v == o.v
""",
        "assert N(1) == N(1)\n",
    ),
    "enum": (
        """\
from enum import Enum, IntEnum
class C(Enum):
    R = 1
class I(IntEnum):
    A = 2
""",
        "assert C(1) is C.R and C.R == C.R and I.A == 2\n",
    ),
    "fraction, decimal": (
        """\
from fractions import Fraction
from decimal import Decimal
def f(): return Fraction(1, 2)
def g(): return Decimal('1.5')
""",
        """\
assert f() == 0.5
assert g() == 1.5
""",
    ),
    "pandas": (
        """\
import pandas as pd
def f(): return pd.DataFrame({'a': [1, 2]})
""",
        """\
import pandas as pd
assert f()['a'].sum() == 3
assert (f()['a'] == [1, 2]).all()
pd.testing.assert_frame_equal(f(), pd.DataFrame({'a': [1, 2]}))
assert f().equals(pd.DataFrame({'a': [1, 2]}))
assert list(f().columns) == ['a']
assert f()[f().a > 5].a.tolist() == []
""",
    ),
    "sympy": (
        """\
import sympy
x = sympy.Symbol('x')
def f(): return (x + 1) ** 2
""",
        "assert f().expand() == x ** 2 + 2 * x + 1\n",
    ),
    "empty arrays": (
        """\
import numpy as np
def f(): return np.array([])
""",
        """\
import numpy as np
assert f().size == 0
assert np.array_equal(f(), [])
""",
    ),
    "array kind of its own": (
        """\
import numpy as np
class A(np.ndarray):
    def __array_finalize__(self, o): pass
def double(x): return np.asarray(2 * x).view(A)
""",
        ARRAY,
    ),
    "script": (
        """\
def double(n):
    return 2 * n
if __name__ == '__main__':
    raise ValueError
""",
        ASSERTS,
    ),
    "exits": (
        """\
def double(n):
    return 2 * n
import sys
sys.exit(1)
""",
        ASSERTS,
    ),
    "exit()": (
        """\
def double(n):
    return 2 * n
exit()
""",
        ASSERTS,
    ),
    "tests exit": (
        """\
def double(n):
    return 2 * n
""",
        """\
assert double(4) == 8
assert double(-1) == -2
import sys
sys.exit(0)
""",
    ),
    "tests exit with a status": (
        """\
def double(n):
    return 2 * n
""",
        """\
import sys
sys.exit(0 if double(4) == 8 else 1)
""",
    ),
    "asserts its own": (
        """\
def double(n):
    return 2 * n
assert double(1) == 2
print(double(1))
""",
        ASSERTS,
    ),
    "class of the tests": (
        """\
def total(node):
    return 0 if node is None else node.val + total(node.next)
def build(x):
    return ListNode(x)
""",
        """\
class ListNode:
    def __init__(self, val, next=None):
        self.val, self.next = val, next
assert total(ListNode(1, ListNode(2))) == 3
assert build(4).val == 4
""",
    ),
    "import of the tests": (
        """\
def f(x):
    return math.floor(x)
""",
        """\
import math
assert f(1.5) == 1
""",
    ),
    "state": (
        """\
COUNT = 0
CACHE = {}
def f(n):
    global COUNT
    COUNT += 1
    CACHE[n] = COUNT
""",
        """\
assert COUNT == 0
f(1); f(2)
assert COUNT == 2 and CACHE == {1: 1, 2: 2}
CACHE.clear()
f(1)
assert CACHE == {1: 3}
""",
    ),
    "globals by name": (
        """\
def double(n):
    return 2 * n
""",
        """\
assert globals()['double'](4) == 8
assert 'double' in dir()
""",
    ),
    "import of the answer": (
        """\
def double(n):
    return 2 * n
""",
        """\
from solution import double as d
import solution
assert d(4) == 8 and solution.double(1) == 2
""",
    ),
    "patch of the answer": (
        """\
def ask():
    return input('?')
def f():
    return int(ask()) * 2
""",
        """\
from unittest.mock import patch
with patch('builtins.input', return_value='4'):
    assert f() == 8
with patch('solution.ask', return_value='5'):
    assert f() == 10
""",
    ),
    "patch of a module": (
        """\
import time, random
def f():
    time.sleep(5)
    return random.randint(1, 6)
""",
        """\
import time, random
from unittest import mock
time.sleep = lambda s: None
with mock.patch('random.randint', return_value=3):
    assert f() == 3
""",
    ),
    "captures output": (
        """\
def f():
    print('hi')
""",
        """\
import io, sys
from contextlib import redirect_stdout
out = io.StringIO()
with redirect_stdout(out):
    f()
assert out.getvalue() == 'hi\\n'
sys.stdout = io.StringIO()
f()
assert sys.stdout.getvalue() == 'hi\\n'
""",
    ),
    "patches and undoes": (
        """\
import io, sys
def f():
    old, sys.stdout = sys.stdout, io.StringIO()
    print(1)
    text, sys.stdout = sys.stdout.getvalue(), old
    return text
""",
        """\
assert f() == '1\\n'
""",
    ),
    "raises": (
        """\
def f(n):
    if n < 0:
        raise ValueError('negative')
""",
        """\
try:
    f(-1)
except ValueError as e:
    assert 'negative' in str(e)
else:
    assert False
""",
    ),
    "pickles": (
        """\
import pickle, copy
class P:
    def __init__(self): self.x = 1
def f(): return pickle.loads(pickle.dumps(P())).x + copy.deepcopy(P()).x
""",
        "assert f() == 2\n",
    ),
    "its own source": (
        """\
import inspect, os
def f():
    return inspect.getsource(f).count('return')
class A:
    pass
here = os.path.dirname(os.path.abspath(__file__))
""",
        """\
import inspect
assert f() == 2
assert inspect.getsource(A).startswith('class')
""",
    ),
    "its own name": (
        """\
import sys, inspect
def f():
    return sys._getframe().f_code.co_name
def g():
    return inspect.currentframe().f_code.co_name
def h():
    return inspect.stack()[0].function
""",
        "assert (f(), g(), h()) == ('f', 'g', 'h')\n",
    ),
    "tracebacks": (
        """\
import traceback, sys, logging
def f():
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception('no')
        return traceback.format_exc()
""",
        "assert 'ZeroDivisionError' in f()\n",
    ),
    "named tuples": (
        """\
from collections import namedtuple
from typing import NamedTuple, TypeVar, Generic
T = TypeVar('T')
def f():
    P = namedtuple('P', 'x y')
    return P(1, 2)
class Q(NamedTuple):
    x: int
class Box(Generic[T]):
    pass
""",
        "assert f() == (1, 2) and f().x == 1 and Q(3) == (3,)\n",
    ),
    "ctypes array": (
        """\
import ctypes
def f(n):
    a = (n * ctypes.py_object)()
    a[0] = 7
    return a[0]
""",
        "assert f(3) == 7\n",
    ),
    "wraps": (
        """\
import functools
def deco(f):
    @functools.wraps(f)
    def g(*a):
        return f(*a)
    return g
@deco
def double(n):
    return 2 * n
""",
        """\
assert double(4) == 8
assert double(-1) == -2
assert double.__name__ == 'double'
""",
    ),
    "reflection": (
        """\
class A:
    pass
def f():
    a = A()
    setattr(a, 'x', 1)
    return getattr(a, 'x'), vars(a), a.__class__.__name__
""",
        "assert f() == (1, {'x': 1}, 'A')\n",
    ),
    "singleton": (
        """\
class S:
    one = None
    def __new__(cls):
        if cls.one is None:
            cls.one = super().__new__(cls)
        return cls.one
""",
        "assert S() is S()\n",
    ),
    "metaclass": (
        """\
class M(type):
    def __call__(cls, *a):
        return super().__call__(*a)
class A(metaclass=M):
    def __init__(self, x): self.x = x
""",
        "assert A(3).x == 3\n",
    ),
    "async": (
        """\
import asyncio
async def double(n):
    await asyncio.sleep(0)
    return 2 * n
""",
        """\
import asyncio
assert asyncio.run(double(4)) == 8
async def main():
    assert await double(1) == 2
asyncio.run(main())
""",
    ),
    "alarm": (
        """\
import signal, time
def f():
    def ring(signum, frame):
        raise TimeoutError
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        time.sleep(9)
    except TimeoutError:
        return 'late'
""",
        "assert f() == 'late'\n",
    ),
    "old names": (
        """\
import numpy as np, collections, collections.abc
np.float = float
collections.Callable = collections.abc.Callable
def double(n):
    return 2 * n
""",
        ASSERTS,
    ),
    "fast input": (
        """\
import sys
input = sys.stdin.readline
sys.setrecursionlimit(10000)
def double(n):
    return 2 * n
""",
        ASSERTS,
    ),
    "methods of Solution": (
        """\
class Solution:
    def two(self, nums, t):
        self.seen = {}
        for i, n in enumerate(nums):
            if t - n in self.seen:
                return [self.seen[t - n], i]
            self.seen[n] = i
""",
        "assert Solution().two([2, 7], 9) == [0, 1]\n",
    ),
    "helper of the tests": (
        """\
def double(n):
    return 2 * n
""",
        """\
class approx:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return abs(self.v - o) < 1e-6
assert double(4) == approx(8.0)
""",
    ),
    "ANY of the tests": (
        """\
def f(g):
    g(1, object())
""",
        """\
from unittest.mock import MagicMock, ANY, call
g = MagicMock()
f(g)
g.assert_called_with(1, ANY)
assert g.call_args == call(1, ANY)
""",
    ),
    "match": (
        """\
class P:
    __match_args__ = ('x',)
    def __init__(self, x): self.x = x
""",
        """\
match P(3):
    case P(x): assert x == 3
    case _: assert False
""",
    ),
    "global of the tests": (
        """\
def double(n):
    return 2 * n
""",
        """\
ran = 0
def test():
    global ran
    ran += 1
    assert double(ran) == 2
test()
assert ran == 1
""",
    ),
    "doctest": (
        """\
def double(n):
    \"\"\"Twice.

    >>> double(2)
    4
    \"\"\"
    return 2 * n
""",
        """\
import doctest
import solution
assert doctest.testmod(solution).failed == 0
""",
    ),
    "reloaded names": (
        """\
from math import *
from itertools import *
def f():
    return floor(2.5), list(chain([1]))
""",
        """\
assert f() == (2, [1])
assert sqrt(4) == 2
""",
    ),
    "regular expressions": (
        """\
import re
def f(x):
    return re.findall(r'\\d+', x)
""",
        "assert f('a1b22') == ['1', '22']\n",
    ),
}
