"""What tests keep from those whom they let ask: secrets that are to be found out, and counts.

A test program may give an answer an object that it may ask so many times only (``guess.ask(9)``).
To read the secret, or to set the count back, is no way to find it out.
Which classes of the tests are of the kind is read off their text: those that count something, one
by one, in a method, and whose count is held against a limit; and those that hold what is asked
against a secret, and change something that is held against a limit: a number that goes down, a list
of what was asked. Of the latter an answer may set nothing at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tuneyard.sandbox.source import unmangled, words

SETS = "sets what its tests count by: "
READS = "reads what its tests keep to themselves: "
_COUNTS = re.compile(
    r"\.\w+\s*[+-]=|\.\w+\s*=.*\.\w+\s*[+-]\s*1\b|\.(?:append|add|insert|pop|remove)\(|next\("
)
_SETTERS = words("setattr vars __dict__ __setattr__ __setstate__ update patch object multiple")
_FIELD = re.compile(r"\{[^{}]*?\.(\w+)")
"""An attribute in a text's replacement field."""
_WHOLE = words(
    """vars __dict__ __reduce__ __reduce_ex__ __getstate__ __setstate__ getmembers asdict astuple
    eval exec compile get_field vformat"""
)
"""Names by which all is got at that an object has."""
_SECRET = re.compile(r"^_[a-z]|secret|answer|target|hidden|solution|password")
"""How attributes are called that are there to be found out."""
_MADE_NAME = "getattr with a name that it makes"
_ANEW = "made anew"
_GETS = _WHOLE | {_MADE_NAME}
_GROWS = words("append appendleft add insert extend update pop popleft remove discard next")
_MAKES = words("__init__ __new__ __post_init__")
_COMMON = frozenset(
    name
    for kind in (str, bytes, int, float, complex, list, dict, set, tuple, property, Exception)
    for name in dir(kind)
)
"""Names of attributes that values of everybody's have, too."""


class Oracle(NamedTuple):
    """A class that counts, and may not be asked more often than so many times.

    Attributes:
        name: its name.
        counts: attributes that it counts by.
        holds: secrets that it is made with, and that stay.
        limits: values that are the class's own.
        logs: of what it counts by, what is no number.
    """

    name: str
    counts: frozenset[str]
    holds: frozenset[str]
    limits: frozenset[str]
    logs: frozenset[str] = frozenset()


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
    own, put, read = _attributes_of(program)
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
    used, put = {*map(unmangled, used)}, {*map(unmangled, put)}
    texts = {*map(unmangled, texts)}
    for oracle in counting:
        secret = oracle.holds - own - _COMMON
        kept = oracle.counts | secret | (oracle.limits - own - _COMMON)
        found.update(f"{SETS}{oracle.name}.{name}" for name in kept & put | oracle.logs & read)
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


def oracles(tests: str) -> Iterator[Oracle]:
    """Yield the classes of a test program that may be asked so many times only; it compiles."""
    program = ast.parse(tests)
    limited, depended = _limited(program), _depended_on(program)
    for node in ast.walk(program):
        if isinstance(node, ast.ClassDef):
            stores = [*_stores(node)]
            changing = {name for name, kind in stores if kind == "sets"}
            counted = {name for name, kind in stores if kind == "counts"} & limited - changing
            held = {name for name, _ in stores if _SECRET.search(name)} - counted - changing
            limits = {
                target.id
                for part in node.body
                if isinstance(part, ast.Assign)
                for target in part.targets
                if isinstance(target, ast.Name)
            }
            if counted:
                kinds = counted, held, limits - counted
                yield Oracle(node.name, *map(frozenset, kinds))
            elif found := _keeper(node, depended):
                yield found


def _keeper(owner: ast.ClassDef, limited: set[str]) -> Oracle | None:
    """Return a class that holds what it is asked against a secret, a limited number of times.

    Args:
        limited: attributes on which it depends whether somebody fails, or gets no answer.
    """
    made, changed, logs = set[str](), set[str](), set[str]()
    compared: list[set[str]] = []
    for method in owner.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or not method.args.args:
            continue
        me = method.args.args[0].arg
        if method.name in _MAKES:
            made |= {name for node in ast.walk(method) for name in _of(node, me, ast.Store)}
            continue
        for node in ast.walk(method):
            changed.update(_of(node, me, ast.Store))
            if isinstance(node, ast.Compare | ast.Subscript):
                compared.append({name for one in ast.walk(node) for name in _of(one, me)})
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                logs.update(_of(node.value, me))
            elif isinstance(node, ast.Call):
                logs.update(name for one in _grown(node) for name in _of(one, me))
    states = changed | logs
    secrets = {
        name
        for names in compared
        if names.isdisjoint(states)
        for name in names & made
        if _SECRET.search(name)
    }
    if not secrets or limited.isdisjoint(states):
        return None
    return Oracle(owner.name, *map(frozenset, ((made | states) - secrets, secrets, (), logs)))


def _of(node: ast.AST, me: str, context: type[ast.expr_context] = ast.Load) -> Iterator[str]:
    """Yield the name of an attribute of an object that goes by this name, if the node is one."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, context)
        and isinstance(node.value, ast.Name)
        and node.value.id == me
    ):
        yield node.attr


def _grown(call: ast.Call) -> Sequence[ast.expr]:
    """Return what a call changes, by its name: ``x`` of ``x.append(1)`` and of ``next(x)``."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _GROWS:
        return [call.func.value]
    is_next = isinstance(call.func, ast.Name) and call.func.id in _GROWS
    return call.args[:1] if is_next else ()


def _depended_on(program: ast.AST) -> set[str]:
    """Return the attributes that are asked about where somebody fails, or gets no answer."""
    ends = ast.Raise | ast.Return
    asked = [
        node.test
        for node in ast.walk(program)
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.If) and any(isinstance(one, ends) for one in node.body))
    ]
    # An iterator that has come to its end raises.
    asked += [
        node.args[0]
        for node in ast.walk(program)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "next" and node.args
    ]
    return {
        node.attr for test in asked for node in ast.walk(test) if isinstance(node, ast.Attribute)
    }


def _limited(program: ast.AST) -> set[str]:
    """Return the attributes that are held against a limit: who goes beyond it fails."""
    asked = [
        node.test
        for node in ast.walk(program)
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.If) and any(isinstance(one, ast.Raise) for one in node.body))
    ]
    return {
        side.attr
        for test in asked
        for node in ast.walk(test)
        if isinstance(node, ast.Compare)
        and any(isinstance(one, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for one in node.ops)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Attribute)
    }


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
