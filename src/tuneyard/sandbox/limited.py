"""Objects of a test program that may be asked so many times only, as its text shows them.

Tests may give an answer something whose secret it is to find out by asking (``guess.ask(9)``).
Such are the classes that count something, one by one, in a method, and whose count is held against
a limit; those that hold what is asked against a secret, and change something that is held against
a limit: a number that goes down, a list of what was asked; and functions that count their calls.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tuneyard.sandbox.source import words

_COUNTS = re.compile(
    r"\.\w+\s*[+-]=|\.\w+\s*=.*\.\w+\s*[+-]\s*1\b|\.(?:append|add|insert|pop|remove)\(|next\("
)
_DEFINES = re.compile(r"\b(?:class|def)\b")
SECRET = re.compile(r"^_[a-z]|secret|answer|target|hidden|solution|password")
"""How attributes are called that are there to be found out."""
_GROWS = words("append appendleft add insert extend update pop popleft remove discard next")
_MAKES = words("__init__ __new__ __post_init__")


class Oracle(NamedTuple):
    """A class, or a function, that may not be asked more often than so many times.

    Attributes:
        name: its name.
        counts: attributes that it counts by; of a class that holds a secret and counts otherwise
            than by adding one, all that are no secret.
        holds: secrets that it is made with, and that stay; what a function wraps.
        limits: values of the class's own, and such as it is made with, that counts are held
            against.
        logs: of what it counts by, what is no number.
    """

    name: str
    counts: frozenset[str]
    holds: frozenset[str]
    limits: frozenset[str]
    logs: frozenset[str] = frozenset()


def may_be_limited(tests: str) -> bool:
    """Say whether there can be such an object in a test program: it is quick."""
    return bool(_DEFINES.search(tests) and _COUNTS.search(tests))


def oracles(tests: str) -> Iterator[Oracle]:
    """Yield the classes and functions that may be asked so many times only; it compiles."""
    program = ast.parse(tests)
    limited, depended = _limited(program), _depended_on(program)
    for node in ast.walk(program):
        if isinstance(node, ast.ClassDef):
            stores = [*_stores(node)]
            changing = {name for name, kind in stores if kind == "sets"}
            counted = {name for name, kind in stores if kind == "counts"} & limited - changing
            held = {name for name, _ in stores if SECRET.search(name)} - counted - changing
            limits = {
                target.id
                for part in node.body
                if isinstance(part, ast.Assign)
                for target in part.targets
                if isinstance(target, ast.Name)
            }
            keeper = _keeper(node, depended)
            if counted:
                held |= keeper.holds if keeper else set()
                limits |= {name for name, kind in stores if kind == "starts"} & depended
                yield Oracle(node.name, *map(frozenset, (counted, held, limits - counted - held)))
            elif keeper:
                yield keeper
    yield from _counting_functions(program, depended)


def _counting_functions(program: ast.AST, depended: set[str]) -> Iterator[Oracle]:
    """Yield the functions that count by an attribute of their own; what they wrap is a secret."""
    names = {one.name for one in ast.walk(program) if isinstance(one, ast.FunctionDef)}
    for node in ast.walk(program):
        if (
            isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Attribute)
            and isinstance(node.target.value, ast.Name)
            and node.target.value.id in names
            and node.target.attr in depended
        ):
            count, wrapped = frozenset((node.target.attr,)), frozenset(("__wrapped__",))
            yield Oracle(node.target.value.id, count, wrapped, frozenset())


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
        me, *asked = (one.arg for one in method.args.args)
        if method.name in _MAKES:
            made |= {name for node in ast.walk(method) for name in _of(node, me, ast.Store)}
            continue
        refusing = {
            id(one)
            for node in ast.walk(method)
            if isinstance(node, ast.If) and any(isinstance(part, ast.Raise) for part in node.body)
            for one in ast.walk(node.test)
        }
        for node in ast.walk(method):
            changed.update(_of(node, me, ast.Store))
            pairs = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("zip", "map")
            if (pairs or isinstance(node, ast.Compare | ast.Subscript)) and id(
                node
            ) not in refusing:
                inner = [*ast.walk(node)]
                if any(isinstance(one, ast.Name) and one.id in asked for one in inner):
                    named = {name for one in inner for name in _of(one, me)}
                    sides: Sequence[ast.expr] = ()
                    if isinstance(node, ast.Compare):
                        sides = node.left, *node.comparators
                    elif isinstance(node, ast.Call):
                        sides = node.args
                    bare = {name for one in sides for name in _of(one, me)}
                    # The elements of a list, and how many there are, may be anybody's to know.
                    compared.append(bare | {name for name in named if SECRET.search(name)})
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                logs.update(_of(node.value, me))
            elif isinstance(node, ast.Call):
                logs.update(name for one in _grown(node) for name in _of(one, me))
    states = changed | logs
    secrets = {name for names in compared if names.isdisjoint(states) for name in names & made}
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
