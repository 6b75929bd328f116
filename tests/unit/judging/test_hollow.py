"""The reference with its bodies taken out."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.judging.hollow import Reference, take_out

SOURCE = '''
import math
LIMIT = 3

@cache
def area(r, *, scale=LIMIT):
    """Docs."""
    def inner():
        return r
    return math.pi * inner() ** 2 * scale

class Box(Base):
    """Kept."""
    size: int = 1

    async def fill(self):
        return self.size
'''


def test_bodies_go_and_everything_else_stays():
    hollow = take_out(SOURCE).hollow
    assert hollow is not None
    assert "math.pi" not in hollow
    assert "Docs." not in hollow
    assert "return" not in hollow
    for kept in ("@cache", "scale=LIMIT", "LIMIT = 3", "Kept.", "size: int = 1", "async def fill"):
        assert kept in hollow
    compile(hollow, "<hollow>", "exec")


def test_where_there_is_no_body_nothing_is_taken_out():
    for source in ("x = 2", "class A:\n    x = 1\n", "def f(): pass", "x = ("):
        assert take_out(source).hollow is None


def test_built_in_names_that_a_reference_defines_are_known():
    source = (
        "from math import *\nimport x as hash\nif x:\n    def sorted(n): len = n\nsum: int = 1\n"
    )
    assert take_out(source).names == ("hash", "sorted", "sum", "x")
    assert take_out("def f(max):\n    min = [abs for abs in max]\n").names == ()


@given(st.sampled_from(["def f():\n    {}", "class A:\n    def f(self):\n        {}"]), st.text())
def test_what_a_body_says_does_not_matter(frame, text):
    emptied = {
        ast.dump(ast.parse(take_out(frame.format(body)).hollow or ""))
        for body in (f"return {text!r}", "return 1", f"{text!r}")
    }
    assert len(emptied) == 1


def test_names_and_imports_of_a_reference():
    source = """\
import os.path, numpy as np
from math import *
from re import sub as put
if True:
    A = 1
def f():
    import json
    b = 2
class C:
    d = 3
"""
    assert take_out(source).takes == ("A", "C", "f")
    assert set(take_out(source).imports) == {
        ("os", "os.path", ""),
        ("np", "numpy", ""),
        ("*", "math", "C f"),  # but for what is defined
        ("put", "re", "sub"),
    }
    assert take_out("def f(:") == Reference(None, ())


def test_a_name_that_is_imported_and_defined_is_the_references():
    found = take_out("from statistics import mean\ndef mean(x):\n    return x\n")
    assert (found.takes, found.imports) == (("mean",), ())
