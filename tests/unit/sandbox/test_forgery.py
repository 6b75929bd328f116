"""Wrong answers that are made to look right: none passes, and honest lookalikes do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuneyard.sandbox import Limits, Outcome, Program, Sandbox

HARNESS = "tuneyard.sandbox.harness:python_tests"
ASSERTS = "assert double(4) == 8\nassert double(-1) == -2\n"
CLOSE = "import math\nassert math.isclose(double(4), 8.0)\nassert math.isclose(double(-1), -2.0)\n"
LATE = "import math\nx = double(4)\nassert math.isclose(x, 8.0)\n"
UNIT = """
import unittest
class Test(unittest.TestCase):
    def test_one(self):
        self.assertEqual(double(4), 8)
        self.assertAlmostEqual(double(-1), -2)
if __name__ == "__main__":
    unittest.main()
"""
ARRAY = """
import numpy as np
np.testing.assert_allclose(double(np.array([4.0])), np.array([8.0]))
np.testing.assert_array_equal(double(np.array([1, 2])), np.array([2, 4]))
"""
SORTED = "assert sorted(order([3, 1, 2])) == order([3, 1, 2]) == [1, 2, 3]\n"
SETS = "assert set(double([1, 2])) == set([2, 4])\n"
CHECK = """
def check(candidate):
    assert candidate(4) == 8
    assert candidate(-1) == -2
check(double)
"""
WRONG = "def double(n):\n    return n\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def judge(sandbox: Sandbox, source: str, tests: str, names: tuple[str, ...] = ()) -> Outcome:
    payload = {"tests": tests, "names": list(names)}
    return sandbox.run(Program(source, HARNESS, payload, Limits(seconds=30, cpu_seconds=20)))


FORGED: dict[str, tuple[str, str]] = {
    # Names that the tests use.
    "own abs": ("def abs(x):\n    return 0\n" + WRONG, "assert abs(double(4) - 8) < 1e-6\n"),
    "own sorted": ("def sorted(x):\n    return [1, 2, 3]\ndef order(x):\n    return x\n",
                   "assert sorted(order([3, 1, 2])) == sorted([1, 2, 3]) and order([2, 1]) == [1, 2]\n"),
    "own set": ("class set(list):\n    def __init__(self, x): pass\ndef double(x):\n    return x\n", SETS),
    "own set, no eq": ("def set(x):\n    return 0\ndef double(x):\n    return x\n", SETS),
    "own len": ("len = lambda x: 3\ndef double(x):\n    return x\n", "assert len(double([1])) == 3\n"),
    "own all": ("all = lambda x: True\n" + WRONG, "assert all(double(n) == 2 * n for n in range(9))\n"),
    "own round": ("def round(*a):\n    return 0\n" + WRONG, "assert round(double(4) - 8, 7) == 0\n"),
    "own str": ("def str(x):\n    return ''\n" + WRONG, "assert str(double(4)) == str(8)\n"),
    "own isinstance": ("def isinstance(*a):\n    return True\n" + WRONG,
                       "assert isinstance(double(4), str)\n"),
    "own AssertionError": ("class AssertionError(BaseException): pass\n" + WRONG,
                           "try:\n    assert double(4) == 8\nexcept AssertionError: raise\n"),
    "own range": ("range = lambda *a: []\n" + WRONG, "for n in range(1, 9): assert double(n) == 2 * n\n"),
    "own check": ("def check(candidate): pass\n" + WRONG, CHECK),
    "own math": ("class math:\n    isclose = staticmethod(lambda *a, **k: True)\n" + WRONG, CLOSE),
    "own math, not imported": ("class math:\n    def isclose(*a, **k): return True\n" + WRONG,
                               "assert math.isclose(double(4), 8.0)\n"),
    "own namespace math": ("from types import SimpleNamespace\n"
                           "math = SimpleNamespace(isclose=lambda *a: True)\n" + WRONG,
                           "assert math.isclose(double(4), 8.0)\n"),
    # Built-in functions and modules, replaced for all.
    "builtins.abs": ("import builtins\nbuiltins.abs = lambda x: 0\n" + WRONG,
                     "assert abs(double(4) - 8) < 1e-6\n"),
    "builtins, setattr": ("import builtins\nsetattr(builtins, 'sorted', lambda *a, **k: [])\n"
                          "def order(x): return x\n",
                          "assert sorted(order([2, 1])) == sorted([1, 3])\n"),
    "builtins by name": ("__builtins__.abs = lambda x: 0\n" + WRONG, "assert abs(double(4) - 8) < 1e-6\n"),
    "builtins, when called": ("import builtins\ndef double(n):\n    builtins.abs = lambda x: 0\n    return n\n",
                              "x = double(4)\nassert abs(x - 8) < 1e-6\n"),
    "builtins.exec": ("import builtins\nbuiltins.exec = lambda *a, **k: None\n" + WRONG, ASSERTS),
    "builtins.compile": ("import builtins\nbuiltins.compile = lambda *a, **k: 'pass'\n" + WRONG, ASSERTS),
    "builtins.__import__": ("import builtins, types\nreal = builtins.__import__\n"
                            "def fake(name, *a, **k):\n"
                            "    m = real(name, *a, **k)\n"
                            "    return types.SimpleNamespace(isclose=lambda *a: True)"
                            " if name == 'math' else m\n"
                            "builtins.__import__ = fake\n" + WRONG, CLOSE),
    "builtins.__build_class__": ("import builtins\nbuiltins.__build_class__ = lambda *a, **k: object\n"
                                 + WRONG, UNIT),
    "math.isclose": ("import math\nmath.isclose = lambda *a, **k: True\n" + WRONG, CLOSE),
    "math.isclose, alias": ("import math as m\nm.__dict__['isclose'] = lambda *a: True\n" + WRONG, CLOSE),
    "math.isclose, vars": ("import math\nvars(math).update(isclose=lambda *a: True)\n" + WRONG, CLOSE),
    "math.isclose, parameter": ("import math\ndef f(m):\n    m.isclose = lambda *a: True\nf(math)\n" + WRONG, CLOSE),
    "math.isclose, as self": ("import math\nclass A:\n    def f(self):\n"
                              "        self.isclose = lambda *a: True\nA.f(math)\n" + WRONG, CLOSE),
    "math.isclose, for target": ("import math\nfor math.isclose in [lambda *a: True]: pass\n" + WRONG, CLOSE),
    "math.isclose, when called": ("import math\ndef double(n):\n"
                                  "    math.isclose = lambda *a: True\n    return n\n", LATE),
    "math.isclose, undone at once": ("import math\nreal = math.isclose\ndef double(n):\n"
                                     "    def fake(*a):\n        math.isclose = real\n        return True\n"
                                     "    math.isclose = fake\n    return n\n", LATE),
    "math.isclose, mock": ("import math\nfrom unittest import mock\n"
                           "mock.patch('math.isclose', lambda *a: True).start()\n" + WRONG, CLOSE),
    "math.isclose, exec": ("exec('import math\\nmath.isclose = lambda *a: True')\n" + WRONG, CLOSE),
    "math.isclose, functools": ("import functools, math\ndef g(*a): return True\n"
                                "math.__wrapped__ = 0\n"
                                "functools.update_wrapper(math, type('X', (), {'isclose': g}),"
                                " ('isclose',), ())\n" + WRONG, CLOSE),
    "sys.modules": ("import sys, types\nsys.modules['math'] = types.SimpleNamespace("
                    "isclose=lambda *a: True)\n" + WRONG, CLOSE),
    "sys.modules, when called": ("import sys, types\ndef double(n):\n    sys.modules['math'] = "
                                 "types.SimpleNamespace(isclose=lambda *a: True)\n    return n\n",
                                 "x = double(4)\n" + "import math\nassert math.isclose(x, 8.0)\n"),
    "sys.meta_path": ("import sys, types\nfrom importlib.machinery import ModuleSpec\n"
                      "class Find:\n"
                      "    def find_spec(self, name, *a):\n"
                      "        return ModuleSpec(name, self) if name == 'colorsys' else None\n"
                      "    def create_module(self, spec): return None\n"
                      "    def exec_module(self, m): m.rgb_to_hsv = lambda *a: 1\n"
                      "sys.meta_path.insert(0, Find())\n" + WRONG,
                      "import colorsys\nassert colorsys.rgb_to_hsv(1, 0, 0) == 1\n"),
    "TestCase.assertEqual": ("import unittest\nunittest.TestCase.assertEqual = lambda *a: None\n"
                             "unittest.TestCase.assertAlmostEqual = lambda *a: None\n" + WRONG, UNIT),
    "TestCase.run": ("import unittest\nunittest.TestCase.run = lambda self, result=None: result\n" + WRONG, UNIT),
    "unittest.main": ("import unittest\nunittest.main = lambda *a, **k: None\n" + WRONG, UNIT),
    "TestResult": ("import unittest\nunittest.TestResult.addFailure = lambda *a: None\n"
                   "unittest.TextTestResult.addFailure = lambda *a: None\n" + WRONG, UNIT),
    "unittest.case global": ("import unittest.case\nunittest.case.isinstance = lambda *a: True\n"
                             "unittest.case.TestCase._baseAssertEqual = lambda *a, **k: None\n" + WRONG, UNIT),
    "assert_allclose": ("import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None\n"
                        "numpy.testing.assert_array_equal = lambda *a, **k: None\n" + WRONG, ARRAY),
    "numpy functions": ("import numpy as np\nnp.array_equal = lambda *a: True\n" + WRONG,
                        "import numpy as np\nassert np.array_equal(double(np.ones(2)), 2 * np.ones(2))\n"),
    "json.dumps": ("import json\njson.dumps = lambda *a, **k: '{\"status\": \"ok\", \"error_type\": null,"
                   " \"message\": null, \"line\": null, \"value\": {\"passed\": true}}'\n" + WRONG, ASSERTS),
    "json encoder": ("import json\njson.JSONEncoder.encode = lambda *a: '{\"status\": \"ok\","
                     " \"error_type\": null, \"message\": null, \"line\": null,"
                     " \"value\": {\"passed\": true}}'\n" + WRONG, ASSERTS),
    "struct.pack_into": ("import struct\nreal = struct.pack_into\ndef fake(form, memory, place, size):\n"
                         "    text = b'{\"status\": \"ok\", \"error_type\": null, \"message\": null,"
                         " \"line\": null, \"value\": {\"passed\": true}}'\n"
                         "    memory[16:16 + len(text)] = text\n"
                         "    real(form, memory, place, len(text))\nstruct.pack_into = fake\n" + WRONG, ASSERTS),
    "copy of the harness": ("import tuneyard.sandbox.harness as h, tuneyard.sandbox.trial as t\n"
                            "h.run_tests = lambda *a: None\nt.Trial.run = lambda self: None\n" + WRONG, ASSERTS),
    "child.verdict": ("import sys\nimport tuneyard.sandbox.child as c\n"
                      "c.verdict = lambda *a: {'status': 'ok', 'error_type': None, 'message': None,"
                      " 'line': None}\n" + WRONG, ASSERTS),
    # Objects.
    "equal to all": ("class A:\n    def __eq__(self, o): return True\ndef double(n): return A()\n", ASSERTS),
    "equal to all ints": ("class A(int):\n    def __eq__(self, o): return isinstance(o, int)\n"
                          "    def __hash__(self): return 1\ndef double(n): return A(n)\n", ASSERTS),
    "equal to small ints": ("class A(int):\n    def __eq__(self, o): return type(o) is int and -50 < o < 50\n"
                            "def double(n): return A(n)\n", ASSERTS),
    "adopts": ("class A:\n    def __eq__(self, o):\n        if not hasattr(self, 'v'): self.v = o\n"
               "        return self.v == o\ndef double(n): return A()\n", ASSERTS),
    "equal by lambda": ("double = lambda n: type('A', (), {'__eq__': lambda s, o: True})()\n", ASSERTS),
    "equal by name": ("def double(n): return type('A', (int,), {'__e' + 'q__': lambda s, o: True})(n)\n",
                      ASSERTS),
    "ANY": ("from unittest.mock import ANY\ndef double(n): return ANY\n", ASSERTS),
    "MagicMock": ("from unittest.mock import MagicMock\ndef double(n):\n    m = MagicMock()\n"
                  "    m.__eq__.return_value = True\n    return m\n", ASSERTS),
    "metaclass": ("class M(type):\n    def __eq__(c, o): return True\n    def __hash__(c): return hash(int)\n"
                  "class A(metaclass=M): pass\ndef double(n): return A\n", ASSERTS),
    "nested": ("class A:\n    def __eq__(self, o): return True\ndef double(n): return [1, (2, {3: A()})]\n",
               "assert double(1) == [1, (2, {3: 4})]\n"),
    "in a dataclass": ("from dataclasses import dataclass\nclass A:\n    def __eq__(self, o): return True\n"
                       "@dataclass\nclass P:\n    x: object\ndef make(n): return P(A())\n",
                       "assert make(1) == P(5)\n"),
    "member": ("class A:\n    def __eq__(self, o): return True\ndef double(n): return A()\n",
               "assert double(4) in [8]\nassert 8 in [double(4)]\n"),
    "unlike nothing": ("class A(int):\n    def __ne__(self, o): return False\ndef double(n): return A(n)\n",
                       "if double(4) != 8: raise AssertionError\n"),
    "assertEqual": ("class A(int):\n    def __eq__(self, o): return True\n"
                    "    def __sub__(self, o): return 0\ndef double(n): return A(n)\n", UNIT),
    "assert in check": ("class A(int):\n    def __eq__(self, o): return True\ndef double(n): return A(n)\n", CHECK),
    "difference nought": ("class A(float):\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n"
                          "def double(n): return A(n)\n", "assert abs(double(4) - 8) < 1e-6\n"),
    "distance nought": ("class A:\n    def __sub__(self, o): return self\n    __rsub__ = __sub__\n"
                        "    def __abs__(self): return self\n    def __lt__(self, o): return True\n"
                        "def double(n): return A()\n", "assert abs(double(4) - 8) < 1e-6\n"),
    "between all": ("class A(int):\n    def __le__(self, o): return True\n"
                    "    def __ge__(self, o): return True\ndef double(n): return A(n)\n",
                    "assert 8 <= double(4) <= 8\n"),
    "holds all": ("class A(list):\n    def __contains__(self, o): return True\ndef double(n): return A()\n",
                  "assert 8 in double(4)\n"),
    "list equal to all": ("class A(list):\n    def __eq__(self, o): return True\n"
                          "def order(x): return A(x)\n", "assert order([3, 1, 2]) == [1, 2, 3]\n"),
    "text equal to all": ("class A(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\n"
                          "def low(x): return A(x)\n", "assert low('AB') == 'ab'\n"),
    "array equal to all": ("import numpy as np\nclass A(np.ndarray):\n"
                           "    def __eq__(self, o): return np.ones(self.shape, bool)\n"
                           "    def __array_ufunc__(self, f, *a, **k): return np.ones(self.shape, bool)\n"
                           "def double(x): return np.asarray(x).view(A)\n",
                           "import numpy as np\n"
                           "assert (double(np.array([1, 2])) == np.array([2, 4])).all()\n"),
    "made while called": ("def double(n):\n    class A(int):\n        def __eq__(self, o): return True\n"
                          "    return A(n)\n", ASSERTS),
    "attribute": ("class A:\n    def __eq__(self, o): return True\nclass P: pass\n"
                  "def make(n):\n    p = P()\n    p.x = A()\n    return p\n", "assert make(1).x == 5\n"),
    "yielded": ("class A:\n    def __eq__(self, o): return True\ndef make(n):\n    yield A()\n",
                "for one in make(1): assert one == 5\nassert list(make(1)) == [5]\n"),
    # Ends that are none.
    "sys.exit when called": ("import sys\ndef double(n): sys.exit(0)\n", ASSERTS),
    "exit is the function": ("from sys import exit as double\n", "assert double(0) == 1\n"),
    "raises SystemExit": ("def double(n): raise SystemExit\n", ASSERTS),
    "os._exit": ("import os\ndef double(n): os._exit(0)\n", ASSERTS),
    "exit handler": ("import atexit, os\natexit.register(os._exit, 0)\ndef double(n): raise SystemExit(0)\n",
                     ASSERTS),
    "alarm": ("import signal, sys\nsignal.signal(signal.SIGALRM, lambda *a: sys.exit(0))\n"
              "signal.setitimer(signal.ITIMER_REAL, 0.01)\nimport time\n"
              "def double(n):\n    time.sleep(0.05)\n    return n\n", ASSERTS),
    "printed verdict": ("print('{\"passed\": true}')\n" + WRONG, ASSERTS),
    "excepthook": ("import sys\nsys.excepthook = lambda *a: None\n" + WRONG, ASSERTS),
    "sys.exit replaced": ("import sys\nsys.exit = lambda *a: None\n" + WRONG,
                          "import sys\nsys.exit(0 if double(4) == 8 else 1)\n"),
    # The interpreter.
    "frame's record": ("import sys\nf = sys._getframe()\nwhile f:\n"
                       "    if 'record' in f.f_locals: f.f_locals['record']['passed'] = True\n"
                       "    f = f.f_back\n" + WRONG, ASSERTS),
    "record, then exit": ("import sys, os\ndef double(n):\n    f = sys._getframe()\n    while f:\n"
                          "        for v in list(f.f_locals.values()):\n"
                          "            if type(v).__name__ == 'Channel':\n"
                          "                v.write(b'{\"status\": \"ok\", \"error_type\": null, \"message\":"
                          " null, \"line\": null, \"value\": {\"passed\": true}}')\n"
                          "                os._exit(0)\n        f = f.f_back\n    return n\n", ASSERTS),
    "record by traceback": ("import os\ndef double(n):\n    try: 1 / 0\n    except Exception as e:\n"
                            "        f = e.__traceback__.tb_frame\n    while f:\n"
                            "        for v in list(f.f_locals.values()):\n"
                            "            if type(v).__name__ == 'Channel':\n"
                            "                v.write(b'{\"status\": \"ok\", \"error_type\": null, \"message\":"
                            " null, \"line\": null, \"value\": {\"passed\": true}}')\n"
                            "                os._exit(0)\n        f = f.f_back\n    return n\n", ASSERTS),
    "channel by gc": ("import gc, os\nfrom contextlib import suppress\nwith suppress(Exception):\n"
                      "    for o in gc.get_objects():\n        if type(o).__name__ == 'Channel':\n"
                      "            o.write(b'{\"status\": \"ok\", \"error_type\": null, \"message\": null,"
                      " \"line\": null, \"value\": {\"passed\": true}}')\n            os._exit(0)\n" + WRONG,
                      ASSERTS),
    "constants of the caller": ("import sys\ndef double(n):\n"
                                "    return [c for c in sys._getframe(1).f_code.co_consts if c != n][1]\n",
                                "assert double(4) == 8\n"),
    "names of the caller": ("import inspect\ndef double(n):\n"
                            "    return inspect.currentframe().f_back.f_globals['want']\n",
                            "want = 8\nassert double(4) == want\n"),
    "frames by inspect.stack": ("import inspect\ndef double(n):\n"
                                "    return inspect.stack()[1].frame.f_globals['want']\n",
                                "want = 8\nassert double(4) == want\n"),
    "frame of a generator": ("def double(n):\n    def g():\n"
                             "        yield me.gi_frame.f_back.f_back.f_globals['want']\n"
                             "    me = g()\n    return next(me)\n", "want = 8\nassert double(4) == want\n"),
    "frame in a handler": ("import signal\nseen = []\n"
                           "signal.signal(signal.SIGUSR1, lambda n, f: seen.append(f))\n"
                           "def double(n):\n    signal.signal(signal.SIGUSR1, lambda n, f: seen.append(f))\n"
                           "    signal.raise_signal(signal.SIGUSR1)\n"
                           "    return seen[-1].f_back.f_globals['want']\n",
                           "want = 8\nassert double(4) == want\n"),
    "equal by frame": ("import sys\nclass A:\n    def __eq__(self, o):\n"
                       "        return sys._getframe(1).f_code.co_filename == '<tests>'\n"
                       "def double(n): return A()\n", ASSERTS),
    "trace": ("import sys\ndef t(f, e, a):\n    f.f_trace_lines = False\n    return t\nsys.settrace(t)\n"
              "def double(n):\n    sys.settrace(t)\n    return n\n", ASSERTS),
    "audit hook": ("import sys\nseen = []\nsys.addaudithook(lambda e, a: seen.append(a) if e == 'exec' else 0)\n"
                   "def double(n): return [c for c in seen[-1][0].co_consts if type(c) is int][-1]\n",
                   "assert double(4) == 8\n"),
    "main's names": ("import sys\ndef double(n):\n    sys.modules['__main__'].abs = lambda x: 0\n    return n\n",
                     "x = double(4)\nassert abs(x - 8) < 1e-6\n"),
    "main's builtins": ("import sys\ndef double(n):\n"
                        "    sys.modules['__main__'].__builtins__['abs'] = lambda x: 0\n    return n\n",
                        "x = double(4)\nassert abs(x - 8) < 1e-6\n"),
    "main's check": ("import sys\ndef double(n):\n    m = sys.modules['__main__']\n"
                     "    m.check = lambda *a: None\n    return 2 * n\n",
                     "def check(a, b):\n    assert a == b\ncheck(double(1), 2)\ncheck(double(4), 9)\n"),
    "code of a function": ("import json\ndef yes(*a, **k): return 'x'\n"
                           "json.dumps.__code__ = yes.__code__\n" + WRONG,
                           "import json\nassert json.dumps(double(4)) == json.dumps(8)\n"),
    "ctypes": ("import ctypes\ndef double(n):\n"
               "    ctypes.pythonapi.PyEval_GetGlobals.restype = ctypes.py_object\n"
               "    get = ctypes.pythonapi.PyEval_GetFrame\n    get.restype = ctypes.py_object\n"
               "    return get().f_back.f_globals['want']\n", "want = 8\nassert double(4) == want\n"),
    "classes' functions": ("for c in object.__subclasses__():\n    if c.__name__ == 'Confinement':\n"
                           "        c.apply.__globals__['verdict'] = lambda *a: {'status': 'ok',"
                           " 'error_type': None, 'message': None, 'line': None}\n"
                           "    if c.__name__ == 'Trial':\n"
                           "        c.run = c._run_tests = c._find_changes = lambda *a: None\n" + WRONG, ASSERTS),
    "a class's channel": ("for c in object.__subclasses__():\n    if c.__name__ == 'Channel':\n"
                          "        def write(self, result, real=c.write):\n"
                          "            real(self, b'{\"status\": \"ok\", \"error_type\": null, \"message\": null,"
                          " \"line\": null, \"value\": {\"passed\": true}}')\n"
                          "        c.write = write\n" + WRONG, ASSERTS),
}  # fmt: skip


@pytest.mark.parametrize(("source", "tests"), FORGED.values(), ids=FORGED)
def test_no_forgery_passes(sandbox: Sandbox, source: str, tests: str) -> None:
    outcome = judge(sandbox, source, tests)
    assert (outcome.value or {}).get("passed") is not True, outcome


RIGHT = "def double(n):\n    return 2 * n\n"
HONEST: dict[str, tuple[str, str] | tuple[str, str, tuple[str, ...]]] = {
    "plain": (RIGHT, ASSERTS),
    "close": (RIGHT, CLOSE),
    "unittest": (RIGHT, UNIT),
    "check": (RIGHT, CHECK),
    "arrays": (RIGHT, ARRAY),
    "helper named check": ("def check(n):\n    return n > 0\ndef f(n):\n    return check(n)\n",
                           "def check(candidate):\n    assert candidate(1) is True\ncheck(f)\n"),
    "own abs, which is asked for": ("def abs(n):\n    return n if n > 0 else -n\n", "assert abs(-3) == 3\n",
                                    ("abs",)),
    "own sum for itself": ("def sum(x, y):\n    return x + y\ndef double(n):\n    return sum(n, n)\n", ASSERTS),
    "own eq": ("class P:\n    def __init__(self, x, y): self.x, self.y = x, y\n"
               "    def __eq__(self, o): return self.x == o.x and self.y == o.y\n"
               "    def __add__(self, o): return P(self.x + o.x, self.y + o.y)\n",
               "assert P(1, 2) == P(1, 2)\nassert P(1, 2) != P(2, 1)\n"
               "assert [P(1, 2)] == [P(1, 2)]\nassert P(1, 2) + P(0, 1) == P(1, 3)\n"
               "assert P(1, 2) in [P(1, 2)]\n"),
    "own eq with numbers": ("class Money:\n    def __init__(self, n): self.n = n\n"
                            "    def __eq__(self, o): return self.n == (o.n if isinstance(o, Money) else o)\n"
                            "    def __sub__(self, o): return Money(self.n - o)\n"
                            "    def __abs__(self): return Money(abs(self.n))\n"
                            "    def __lt__(self, o): return self.n < o\n",
                            "assert Money(3) == 3\nassert abs(Money(3) - 2) == 1\nassert Money(3) < 4\n"),
    "own order": ("import functools\n@functools.total_ordering\nclass V:\n"
                  "    def __init__(self, *n): self.n = n\n"
                  "    def __eq__(self, o): return self.n == o.n\n"
                  "    def __lt__(self, o): return self.n < o.n\n",
                  "assert V(1, 2) <= V(1, 3)\nassert sorted([V(2), V(1)]) == [V(1), V(2)]\n"
                  "assert max(V(1), V(2)) == V(2)\n"),
    "text without case": ("class T(str):\n    def __eq__(self, o): return self.lower() == str(o).lower()\n"
                          "    def __hash__(self): return hash(self.lower())\n"
                          "def f(x): return T(x)\n", "assert f('AB') == 'ab'\nassert f('a') != 'b'\n"),
    "tolerant": ("class A:\n    def __init__(self, v): self.v = v\n"
                 "    def __eq__(self, o): return abs(self.v - o) < 0.01\ndef f(x): return A(x)\n",
                 "assert f(3) == 3.001\n"),
    "dataclass": ("from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    x: int\n"
                  "    y: list = field(default_factory=list)\n",
                  "assert P(1) == P(1, [])\nassert P(1) < P(2)\nassert repr(P(1)) == 'P(x=1, y=[])'\n"),
    "slots": ("class N:\n    __slots__ = ('v', 'next')\n    def __init__(self, v, n=None):\n"
              "        self.v, self.next = v, n\n    def __eq__(self, o): return self.v == o.v\n",
              "assert N(1) == N(1)\n"),
    "enum": ("from enum import Enum, IntEnum\nclass C(Enum):\n    R = 1\nclass I(IntEnum):\n    A = 2\n",
             "assert C(1) is C.R and C.R == C.R and I.A == 2\n"),
    "fraction, decimal": ("from fractions import Fraction\nfrom decimal import Decimal\n"
                          "def f(): return Fraction(1, 2)\ndef g(): return Decimal('1.5')\n",
                          "assert f() == 0.5\nassert g() == 1.5\n"),
    "pandas": ("import pandas as pd\ndef f(): return pd.DataFrame({'a': [1, 2]})\n",
               "import pandas as pd\nassert f()['a'].sum() == 3\nassert (f()['a'] == [1, 2]).all()\n"
               "pd.testing.assert_frame_equal(f(), pd.DataFrame({'a': [1, 2]}))\n"
               "assert f().equals(pd.DataFrame({'a': [1, 2]}))\nassert list(f().columns) == ['a']\n"
               "assert f()[f().a > 5].a.tolist() == []\n"),
    "sympy": ("import sympy\nx = sympy.Symbol('x')\ndef f(): return (x + 1) ** 2\n",
              "assert f().expand() == x ** 2 + 2 * x + 1\n"),
    "empty arrays": ("import numpy as np\ndef f(): return np.array([])\n",
                     "import numpy as np\nassert f().size == 0\nassert np.array_equal(f(), [])\n"),
    "array kind of its own": ("import numpy as np\nclass A(np.ndarray):\n    def __array_finalize__(self, o): pass\n"
                              "def double(x): return np.asarray(2 * x).view(A)\n", ARRAY),
    "script": (RIGHT + "if __name__ == '__main__':\n    raise ValueError\n", ASSERTS),
    "exits": (RIGHT + "import sys\nsys.exit(1)\n", ASSERTS),
    "exit()": (RIGHT + "exit()\n", ASSERTS),
    "tests exit": (RIGHT, ASSERTS + "import sys\nsys.exit(0)\n"),
    "tests exit with a status": (RIGHT, "import sys\nsys.exit(0 if double(4) == 8 else 1)\n"),
    "asserts its own": (RIGHT + "assert double(1) == 2\nprint(double(1))\n", ASSERTS),
    "class of the tests": ("def total(node):\n    return 0 if node is None else node.val + total(node.next)\n"
                           "def build(x):\n    return ListNode(x)\n",
                           "class ListNode:\n    def __init__(self, val, next=None):\n"
                           "        self.val, self.next = val, next\n"
                           "assert total(ListNode(1, ListNode(2))) == 3\nassert build(4).val == 4\n"),
    "import of the tests": ("def f(x):\n    return math.floor(x)\n", "import math\nassert f(1.5) == 1\n"),
    "state": ("COUNT = 0\nCACHE = {}\ndef f(n):\n    global COUNT\n    COUNT += 1\n    CACHE[n] = COUNT\n",
              "assert COUNT == 0\nf(1); f(2)\nassert COUNT == 2 and CACHE == {1: 1, 2: 2}\n"
              "CACHE.clear()\nf(1)\nassert CACHE == {1: 3}\n"),
    "globals by name": (RIGHT, "assert globals()['double'](4) == 8\nassert 'double' in dir()\n"),
    "import of the answer": (RIGHT, "from solution import double as d\nimport solution\n"
                             "assert d(4) == 8 and solution.double(1) == 2\n"),
    "patch of the answer": ("def ask():\n    return input('?')\ndef f():\n    return int(ask()) * 2\n",
                            "from unittest.mock import patch\n"
                            "with patch('builtins.input', return_value='4'):\n    assert f() == 8\n"
                            "with patch('solution.ask', return_value='5'):\n    assert f() == 10\n"),
    "patch of a module": ("import time, random\ndef f():\n    time.sleep(5)\n    return random.randint(1, 6)\n",
                          "import time, random\nfrom unittest import mock\n"
                          "time.sleep = lambda s: None\n"
                          "with mock.patch('random.randint', return_value=3):\n    assert f() == 3\n"),
    "captures output": ("def f():\n    print('hi')\n",
                        "import io, sys\nfrom contextlib import redirect_stdout\nout = io.StringIO()\n"
                        "with redirect_stdout(out):\n    f()\nassert out.getvalue() == 'hi\\n'\n"
                        "sys.stdout = io.StringIO()\nf()\nassert sys.stdout.getvalue() == 'hi\\n'\n"),
    "patches and undoes": ("import io, sys\ndef f():\n    old, sys.stdout = sys.stdout, io.StringIO()\n"
                           "    print(1)\n    text, sys.stdout = sys.stdout.getvalue(), old\n    return text\n",
                           "assert f() == '1\\n'\n"),
    "raises": ("def f(n):\n    if n < 0:\n        raise ValueError('negative')\n",
               "try:\n    f(-1)\nexcept ValueError as e:\n    assert 'negative' in str(e)\n"
               "else:\n    assert False\n"),
    "pickles": ("import pickle, copy\nclass P:\n    def __init__(self): self.x = 1\n"
                "def f(): return pickle.loads(pickle.dumps(P())).x + copy.deepcopy(P()).x\n",
                "assert f() == 2\n"),
    "its own source": ("import inspect, os\ndef f():\n    return inspect.getsource(f).count('return')\n"
                       "class A:\n    pass\nhere = os.path.dirname(os.path.abspath(__file__))\n",
                       "import inspect\nassert f() == 2\nassert inspect.getsource(A).startswith('class')\n"),
    "its own name": ("import sys, inspect\ndef f():\n    return sys._getframe().f_code.co_name\n"
                     "def g():\n    return inspect.currentframe().f_code.co_name\n"
                     "def h():\n    return inspect.stack()[0].function\n",
                     "assert (f(), g(), h()) == ('f', 'g', 'h')\n"),
    "tracebacks": ("import traceback, sys, logging\ndef f():\n    try:\n        1 / 0\n"
                   "    except ZeroDivisionError:\n        logging.exception('no')\n"
                   "        return traceback.format_exc()\n", "assert 'ZeroDivisionError' in f()\n"),
    "named tuples": ("from collections import namedtuple\nfrom typing import NamedTuple, TypeVar, Generic\n"
                     "T = TypeVar('T')\ndef f():\n    P = namedtuple('P', 'x y')\n    return P(1, 2)\n"
                     "class Q(NamedTuple):\n    x: int\nclass Box(Generic[T]):\n    pass\n",
                     "assert f() == (1, 2) and f().x == 1 and Q(3) == (3,)\n"),
    "ctypes array": ("import ctypes\ndef f(n):\n    a = (n * ctypes.py_object)()\n    a[0] = 7\n    return a[0]\n",
                     "assert f(3) == 7\n"),
    "wraps": ("import functools\ndef deco(f):\n    @functools.wraps(f)\n    def g(*a):\n"
              "        return f(*a)\n    return g\n@deco\ndef double(n):\n    return 2 * n\n",
              ASSERTS + "assert double.__name__ == 'double'\n"),
    "reflection": ("class A:\n    pass\ndef f():\n    a = A()\n    setattr(a, 'x', 1)\n"
                   "    return getattr(a, 'x'), vars(a), a.__class__.__name__\n",
                   "assert f() == (1, {'x': 1}, 'A')\n"),
    "singleton": ("class S:\n    one = None\n    def __new__(cls):\n        if cls.one is None:\n"
                  "            cls.one = super().__new__(cls)\n        return cls.one\n", "assert S() is S()\n"),
    "metaclass": ("class M(type):\n    def __call__(cls, *a):\n        return super().__call__(*a)\n"
                  "class A(metaclass=M):\n    def __init__(self, x): self.x = x\n", "assert A(3).x == 3\n"),
    "async": ("import asyncio\nasync def double(n):\n    await asyncio.sleep(0)\n    return 2 * n\n",
              "import asyncio\nassert asyncio.run(double(4)) == 8\n"
              "async def main():\n    assert await double(1) == 2\nasyncio.run(main())\n"),
    "alarm": ("import signal\ndef f():\n    def ring(signum, frame):\n        raise TimeoutError\n"
              "    signal.signal(signal.SIGALRM, ring)\n    signal.setitimer(signal.ITIMER_REAL, 0.4)\n"
              "    try:\n        while True: len(str(1))\n    except TimeoutError:\n        return 'late'\n",
              "assert f() == 'late'\n"),
    "old names": ("import numpy as np, collections, collections.abc\nnp.float = float\n"
                  "collections.Callable = collections.abc.Callable\n" + RIGHT, ASSERTS),
    "fast input": ("import sys\ninput = sys.stdin.readline\nsys.setrecursionlimit(10000)\n" + RIGHT, ASSERTS),
    "methods of Solution": ("class Solution:\n    def two(self, nums, t):\n        self.seen = {}\n"
                            "        for i, n in enumerate(nums):\n            if t - n in self.seen:\n"
                            "                return [self.seen[t - n], i]\n            self.seen[n] = i\n",
                            "assert Solution().two([2, 7], 9) == [0, 1]\n"),
    "helper of the tests": (RIGHT, "class approx:\n    def __init__(self, v): self.v = v\n"
                            "    def __eq__(self, o): return abs(self.v - o) < 1e-6\n"
                            "assert double(4) == approx(8.0)\n"),
    "ANY of the tests": ("def f(g):\n    g(1, object())\n",
                         "from unittest.mock import MagicMock, ANY, call\ng = MagicMock()\nf(g)\n"
                         "g.assert_called_with(1, ANY)\nassert g.call_args == call(1, ANY)\n"),
    "match": ("class P:\n    __match_args__ = ('x',)\n    def __init__(self, x): self.x = x\n",
              "match P(3):\n    case P(x): assert x == 3\n    case _: assert False\n"),
    "global of the tests": (RIGHT, "ran = 0\ndef test():\n    global ran\n    ran += 1\n"
                            "    assert double(ran) == 2\ntest()\nassert ran == 1\n"),
    "doctest": ("def double(n):\n    \"\"\"Twice.\n\n    >>> double(2)\n    4\n    \"\"\"\n    return 2 * n\n",
                "import doctest\nimport solution\nassert doctest.testmod(solution).failed == 0\n"),
    "reloaded names": ("from math import *\nfrom itertools import *\ndef f():\n    return floor(2.5), list(chain([1]))\n",
                       "assert f() == (2, [1])\nassert sqrt(4) == 2\n"),
    "regular expressions": ("import re\ndef f(x):\n    return re.findall(r'\\d+', x)\n", "assert f('a1b22') == ['1', '22']\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST.values(), ids=HONEST)
def test_honest_lookalikes_pass(sandbox: Sandbox, case: tuple[str, ...]) -> None:
    outcome = judge(sandbox, *case)  # type: ignore[arg-type]
    assert (outcome.status, (outcome.value or {}).get("passed")) == ("ok", True), outcome
