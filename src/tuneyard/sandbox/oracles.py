"""What tests keep from those whom they let ask: secrets that are to be found out, and counts.

A test program may give an answer an object that it may ask so many times only (``guess.ask(9)``),
or whose calls are counted. To read the secret, or to set the count back, is no way to find it out.
Which classes of the tests are of the kind is read off their text: those that count something, one
by one, in a method.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tuneyard.sandbox.source import words

SETS = "sets what its tests count by: "
READS = "reads what its tests keep to themselves: "
_COUNTS = re.compile(r"\.\w+\s*\+=|\.\w+\s*=.*\.\w+\s*\+\s*1\b|\.append\(")
_SETTERS = words("setattr vars __dict__ __setattr__ __setstate__ update patch object multiple")
_EDITS = words("pop popleft clear remove sort reverse")
_FIELD = re.compile(r"\{[^{}]*?\.(\w+)")
"""An attribute in a text's replacement field."""
_WHOLE = words(
    """vars __dict__ __reduce__ __reduce_ex__ __getstate__ __setstate__ getmembers asdict astuple
    eval exec compile get_field vformat"""
)
"""Names by which all is got at that an object has."""
_MADE_NAME = "getattr with a name that it makes"
_ANEW = "made anew"
_GETS = _WHOLE | {_MADE_NAME}
_MAKES = words("__init__ __new__ __post_init__")
_COMMON = frozenset(
    name
    for kind in (str, bytes, int, float, complex, list, dict, set, tuple, property, Exception)
    for name in dir(kind)
)
"""Names of attributes that values of everybody's have, too."""


class Oracle(NamedTuple):
    """A class that counts.

    Attributes:
        name: its name.
        counts: attributes that it counts by.
        holds: those that it is made with, and that stay.
        limits: values that are the class's own.
        logs: lists that its methods append to and do nothing else with, each with one of these.
    """

    name: str
    counts: frozenset[str]
    holds: frozenset[str]
    limits: frozenset[str]
    logs: frozenset[tuple[str, str]]


def touches(source: str, tests: str) -> set[str]:
    """Return what a program reads or sets that is kept in its tests' classes which count.

    Args:
        source: a reference, which may, or an answer, which may do no more than its reference.
        tests: the text of the tests; both compile.
    """
    if not _COUNTS.search(tests):
        return set()
    found: set[str] = set()
    counting = [*oracles(tests)]
    if not counting:
        return found
    program = ast.parse(source)
    own, put = _attributes_set(program)
    used = {node.attr for node in ast.walk(program) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(program) if isinstance(node, ast.Name)}
    for node in ast.walk(program):
        used.update(node.kwd_attrs if isinstance(node, ast.MatchClass) else ())
    texts = {
        node.value
        for node in ast.walk(program)
        if isinstance(node, ast.Constant) and type(node.value) is str
    }
    if "format" in used or "format_map" in used:
        used.update(name for text in texts for name in _FIELD.findall(text))
    if not _SETTERS.isdisjoint(used):
        put |= texts
    if any(_asks_by_a_made_name(node) for node in ast.walk(program)):
        used.add(_MADE_NAME)
    for oracle in counting:
        secret = oracle.holds - own - _COMMON
        kept = oracle.counts | secret | (oracle.limits - own - _COMMON)
        kept |= {log for log, method in oracle.logs if method in used}
        found.update(f"{SETS}{oracle.name}.{name}" for name in kept & put)
        if _makes_anew(program):
            found.add(f"{SETS}{oracle.name} ({_ANEW})")
        found.update(f"{READS}{oracle.name}.{name}" for name in secret & (used | texts))
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


def _asks_by_a_made_name(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) > 1
        and not isinstance(node.args[1], ast.Constant)
    )


def _attributes_set(program: ast.AST) -> tuple[set[str], set[str]]:
    """Return which attributes a program's methods set of their own objects, and which of others."""
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
    stores = [
        node
        for node in ast.walk(program)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    ]
    own = {node.attr for node in stores if id(node) in of_self}
    put = {node.attr for node in stores if id(node) not in of_self}
    for node in ast.walk(program):
        held: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            held = node.func.value if node.func.attr in _EDITS else None
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            held = node.value
        if isinstance(held, ast.Attribute) and id(held) not in of_self:
            put.add(held.attr)
    return own, put


def oracles(tests: str) -> Iterator[Oracle]:
    """Yield the classes of a test program that count; it compiles."""
    for node in ast.walk(ast.parse(tests)):
        if isinstance(node, ast.ClassDef):
            stores = [*_stores(node)]
            counted = {name for name, kind in stores if kind == "counts"}
            logs = _logs(node)
            changing = {name for name, kind in stores if kind == "sets"}
            counted -= changing
            held = {name for name, _ in stores} - counted - changing
            limits = {
                target.id
                for part in node.body
                if isinstance(part, ast.Assign)
                for target in part.targets
                if isinstance(target, ast.Name)
            }
            held -= {log for log, _ in logs}
            if not counted:
                held = limits = set()
            if counted or logs:
                limits -= counted
                yield Oracle(
                    node.name,
                    counts=frozenset(counted),
                    holds=frozenset(held),
                    limits=frozenset(limits),
                    logs=frozenset(logs),
                )


def _logs(owner: ast.ClassDef) -> set[tuple[str, str]]:
    """Return the lists that a class's methods append to and do nothing else with, and by which."""
    appended: dict[int, tuple[str, str]] = {}
    methods = [one for one in owner.body if isinstance(one, ast.FunctionDef)]
    for method in methods:
        for node in ast.walk(method):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and isinstance(node.func.value, ast.Attribute)
            ):
                appended[id(node.func.value)] = node.func.value.attr, method.name
    otherwise = {
        node.attr
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and id(node) not in appended
    }
    return {pair for pair in appended.values() if pair[0] not in otherwise}


def _stores(owner: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield the attributes that a class's methods set, and how: ``starts``, ``counts``, ``sets``.

    To begin with a number, or to go back to it, is to count still; how many objects there are is
    no count of what is asked.
    """
    for method in ast.walk(owner):
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        makes = method.name in _MAKES
        for node in ast.walk(method):
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
                one = isinstance(node.op, ast.Add) and _is_number(node.value)
                yield node.target.attr, "sets" if makes or not one else "counts"
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name, value in _pairs(targets, node.value):
                    if _adds_one(name, value):
                        yield name, "sets" if makes else "counts"
                    else:
                        yield name, "starts" if makes or _is_number(value) else "sets"


def _pairs(targets: Sequence[ast.expr], value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield the attributes among targets of an assignment, with what each is set to."""
    for target in targets:
        if isinstance(target, ast.Attribute):
            yield target.attr, value
        elif isinstance(target, ast.Tuple | ast.List):
            whole = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            for place, part in enumerate(target.elts):
                if isinstance(part, ast.Attribute):
                    yield part.attr, value.elts[place] if whole else value  # type: ignore[attr-defined]


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and type(value.value) is int


def _adds_one(name: str, value: ast.expr) -> bool:
    return (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add)
        and isinstance(value.left, ast.Attribute)
        and value.left.attr == name
        and _is_number(value.right)
    )
