"""Right answers that do at another moment, or by other means, what their references do.

A case is the answer, its tests and the reference.
"""

from __future__ import annotations

Case = tuple[str, str, str]

AT_ONCE = "def drain(q):\n    out = q[:]\n    q.clear()\n    return out\n"
BY_AND_BY = "def drain(q):\n    while q: yield q.pop(0)\n"
DRAINED = "q = [1, 2]\nassert list(drain(q)) == [1, 2]\nassert q == []\n"
ARGUMENTS = "def f(a, b=2): pass\nassert count(f) == 2\nassert count(lambda: 0) == 0\n"
CALLED = """
import asyncio
async def g(x): return x * 2
assert asyncio.run(call(g, 4)) == 8
assert asyncio.run(call(lambda x: x, 4)) == 4
"""
AWAITS = """
import inspect
async def call(f, *a):
    r = f(*a)
    return await r if inspect.isawaitable(r) else r
"""
DOUBLED = """
import asyncio
async def main(): assert await double([1, 2]) == [2, 4]
asyncio.run(main())
"""

HONEST: dict[str, Case] = {
    "by and by, not at once": (BY_AND_BY, DRAINED, AT_ONCE),
    "at once, not by and by": (AT_ONCE, DRAINED, BY_AND_BY),
    "signature beside a word": (
        'import inspect\ndef count(f):\n    """Count arguments, default ones too."""\n'
        "    return len(inspect.signature(f).parameters)\n",
        ARGUMENTS,
        "def count(f): return f.__code__.co_argcount\n",
    ),
    "kinds of functions beside a word": (
        'import asyncio\nasync def call(f, *a):\n    """Call f; sync by default."""\n'
        "    return await f(*a) if asyncio.iscoroutinefunction(f) else f(*a)\n",
        CALLED,
        AWAITS,
    ),
    "what is asked of arguments": (
        "import inspect\ndef fits(f, *a):\n    try: inspect.getcallargs(f, *a)\n"
        "    except TypeError: return False\n    return True\n",
        "assert fits(lambda a, b: 0, 1, 2)\nassert not fits(lambda a: 0, 1, 2)\n",
        "import inspect\ndef fits(f, *a): return len(inspect.signature(f).parameters) == len(a)\n",
    ),
    "gathers": (
        "import asyncio\nasync def one(x): return x * 2\n"
        "def double(xs): return asyncio.gather(*map(one, xs))\n",
        DOUBLED,
        "async def double(xs): return [x * 2 for x in xs]\n",
    ),
    "everything of a module, and a name defined anew": (
        "def factorial(n): return None if n < 0 else n * factorial(n - 1) if n else 1\n",
        "assert factorial(5) == 120\nassert factorial(-1) is None\n",
        "from math import *\ndef factorial(n): return None if n < 0 else prod(range(1, n + 1))\n",
    ),
}
