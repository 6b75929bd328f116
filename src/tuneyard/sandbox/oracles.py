"""What an answer does to the objects of its tests that may be asked so many times only.

To read the secret, or to set the count back, is no way to find it out. Which objects are of the
kind, ``sandbox.limited`` says.
"""

from __future__ import annotations

import ast
import re

from tuneyard.sandbox.limited import SECRET, may_be_limited, oracles
from tuneyard.sandbox.source import unmangled, words

SETS = "sets what its tests count by: "
READS = "reads what its tests keep to themselves: "
_SETTERS = words("setattr vars __dict__ __setattr__ __setstate__ update patch object multiple")
_FIELD = re.compile(r"\{[^{}]*?\.(\w+)")
"""An attribute in a text's replacement field."""
_WHOLE = words(
    """vars __dict__ __reduce__ __reduce_ex__ __getstate__ __setstate__ getmembers asdict astuple
    eval exec compile get_field vformat pickle _pickle copyreg dill cloudpickle"""
)
"""Names by which all is got at that an object has."""
_ASKS = words("getattr attrgetter methodcaller __getattribute__")
_MAKES = words("attrgetter methodcaller __getattribute__")
"""Functions that ask for an attribute by any of their arguments."""
_MADE_NAME = "getattr with a name that it makes"
_ANEW = "made anew"
_GETS = _WHOLE | {_MADE_NAME}
_COMMON = frozenset(
    name
    for kind in (str, bytes, int, float, complex, list, dict, set, tuple, property, Exception)
    for name in dir(kind)
)
"""Names of attributes that values of everybody's have, too."""


def touches(source: str, tests: str) -> set[str]:
    """Return what a program reads or sets of what its tests' classes and functions count by.

    Args:
        source: a reference, which may, or an answer, which may do no more than its reference.
        tests: the text of the tests; both compile.
    """
    if not may_be_limited(tests):
        return set()
    found: set[str] = set()
    counting = [*oracles(tests)]
    if not counting:
        return found
    program = ast.parse(source)
    own, put, read = _attributes_of(program)
    used = {node.attr for node in ast.walk(program) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(program) if isinstance(node, ast.Name)}
    for node in ast.walk(program):
        read.update(node.kwd_attrs if isinstance(node, ast.MatchClass) else ())
        if isinstance(node, ast.Import):
            used.update(one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            used.add(str(node.module).partition(".")[0])
    used |= read
    texts = {
        node.value
        for node in ast.walk(program)
        if isinstance(node, ast.Constant) and type(node.value) is str
    }
    if "format" in used or "format_map" in used:
        fields = [name for text in texts for name in _FIELD.findall(text)]
        used.update(fields)
        read.update(fields)
    if not _SETTERS.isdisjoint(used):
        put |= texts
    if _asks_by_a_made_name(program):
        used.add(_MADE_NAME)
    used, put = {*map(unmangled, used)}, {*map(unmangled, put)}
    texts = {*map(unmangled, texts)}
    read |= texts if not _ASKS.isdisjoint(used) else set()
    for oracle in counting:
        secret = oracle.holds - own - _COMMON
        kept = oracle.counts | secret | (oracle.limits - own - _COMMON)
        found.update(f"{SETS}{oracle.name}.{name}" for name in kept & put | oracle.logs & read)
        if _makes_anew(program):
            found.add(f"{SETS}{oracle.name} ({_ANEW})")
        found.update(
            f"{READS}{oracle.name}.{name}"
            for name in secret
            # Others than these are the names of much else, too.
            if name in (used | texts if SECRET.search(name) else read)
        )
        if oracle.holds:
            found.update(f"{READS}{oracle.name} ({name})" for name in _GETS & (used | texts))
    return found


def _makes_anew(program: ast.AST) -> bool:
    """Say whether a program calls ``__init__`` of an object that is none of its own."""
    firsts = {
        method.args.args[0].arg
        for owner in ast.walk(program)
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef) and method.args.args
    }
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "__init__"
        and not isinstance(node.func.value, ast.Call)  # super()
        and not (node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in firsts)
        for node in ast.walk(program)
    ) or any(
        isinstance(node, ast.Attribute)
        and node.attr == "__init__"
        and isinstance(node.value, ast.Call)
        and not (isinstance(node.value.func, ast.Name) and node.value.func.id == "super")
        for node in ast.walk(program)
    )


def _asks_by_a_made_name(program: ast.AST) -> bool:
    """Say whether ``getattr`` or its like is called with a name that is no text of its own."""
    asked: list[ast.expr] = []
    for node in ast.walk(program):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            asked += node.args[1:2] if name == "getattr" else node.args if name in _MAKES else []
    given: dict[str, list[ast.AST]] = {}
    for node in ast.walk(program) if asked else ():
        if isinstance(node, ast.Assign) and not _is_asking(node.value):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    given.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.arguments):
            place = len(node.args) - len(node.defaults)
            for one, default in zip(node.args[place:], node.defaults, strict=True):
                given.setdefault(one.arg, []).append(default)
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            given.setdefault(node.target.id, []).append(node.iter)
    return not all(
        _is_text(one)
        or (isinstance(one, ast.Name) and all(map(_is_text, given.get(one.id, [one]))))
        for one in asked
    )


def _is_asking(node: ast.AST) -> bool:
    """Say whether an expression is a call of ``getattr``: what it gives is no name of more."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr"


def _is_text(node: ast.AST) -> bool:
    """Say whether an expression is written out: a text, or a list or the like of such."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(map(_is_text, node.elts))
    return isinstance(node, ast.Constant)


def _attributes_of(program: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Return which attributes a program's methods set of their own objects, which it sets of
    others, and which it reads of others."""
    of_self: set[int] = set()
    for owner in ast.walk(program):
        for method in owner.body if isinstance(owner, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                first = next(iter([*method.args.posonlyargs, *method.args.args]), None)
                of_self.update(
                    id(node)
                    for node in ast.walk(method)
                    if isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and first is not None
                    and node.value.id == first.arg
                )
    own, put, read = set[str](), set[str](), set[str]()
    for node in ast.walk(program):
        if isinstance(node, ast.Attribute) and id(node) not in of_self:
            (read if isinstance(node.ctx, ast.Load) else put).add(unmangled(node.attr))
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            own.add(node.attr)
    return own, put, read
