"""What an answer does to the mocks and streams of its tests, but for calling them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Collection
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tuneyard.sandbox.capability import RECORDED, RECORDED_ONLY, attributes_set, names_in, walk
from tuneyard.sandbox.parts import PLAIN, attributes_by_name, dict_of, mro_of
from tuneyard.sandbox.source import ANSWER, PROGRAM

RECORDS = "writes what a mock of its tests records"
HIDES = "hides a method of an object that is not its own"


def protect(found: Callable[[str], None]) -> None:
    """Let answers not write what mocks record; once in a process, when mocks are loaded."""
    kind: Any = getattr(sys.modules.get("unittest.mock"), "NonCallableMock", None)
    if kind is None or kind.__setattr__.__module__ == __name__:
        return
    write, get_frame, recorded, program = kind.__setattr__, sys._getframe, RECORDED, PROGRAM
    records, is_own = _records, _is_own

    def __setattr__(self: Any, name: str, value: Any) -> None:  # noqa: N807 - it is one
        if get_frame(1).f_code.co_filename == program and (
            name in recorded or records(value) or is_own(value)
        ):
            found(RECORDS)
        write(self, name, value)

    kind.__setattr__ = __setattr__


def _records(value: Any) -> bool:
    """Say whether an object has attributes as those of a mock that tests ask for calls."""
    if id(type(value)) in PLAIN:
        return False
    names = {*attributes_by_name(value)}
    for base in mro_of(type(value)):
        names.update(dict_of(base))
    # One that has whatever is asked for has those, too.
    return not names.isdisjoint(RECORDED | {"__getattr__"})


def _is_own(value: Any) -> bool:
    """Say whether an object is a function or a class of the answer's, or of such a class."""
    kind = value if isinstance(value, type) else type(value)
    if kind is FunctionType:
        return bool(value.__code__.co_filename == PROGRAM)
    return bool(kind.__module__ == ANSWER)


def reads_records(program: CodeType) -> bool:
    """Say whether an answer names what only tests ask of their mocks."""
    names = names_in(program) | _texts(program)
    return not names.isdisjoint(RECORDED_ONLY)


def changes_classes(source: str) -> bool:
    """Say whether a program sets attributes past an object: on its class, or in its ``__dict__``.

    Mocks have a class each.

    It compiles.
    """
    tree = ast.parse(source)
    kinds = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_class(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if _is_class(node.value, kinds):
                return True
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if _is_whole(node.value):
                return True
        elif isinstance(node, ast.Call) and _is_whole(getattr(node.func, "value", node)):
            if node.func.attr in ("update", "setdefault", "__setitem__"):  # type: ignore[attr-defined]
                return True
        elif isinstance(node, ast.Call) and node.args and _is_class(node.args[0], kinds):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("setattr", "__setattr__"):
                return True
    return False


def _is_whole(node: ast.AST) -> bool:
    """Say whether an expression is the attributes of an object that is not a method's own."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        owner: ast.AST = node.value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "vars" and node.args:
        owner = node.args[0]
    else:
        return False
    return not (isinstance(owner, ast.Name) and owner.id == "self")


def _is_class(node: ast.AST, kinds: Collection[str]) -> bool:
    """Say whether an expression is the class of an object: by ``type``, or by its attribute."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__"
    return isinstance(node, ast.Name) and node.id in kinds


class Owners:
    """Looks at the objects whose methods tests call.

    Args:
        program: the answer's code.
        checks: the code of the tests.
        found: takes ``HIDES``.
    """

    def __init__(self, program: CodeType, checks: CodeType, found: Callable[[str], None]) -> None:
        self._sets = _may_set(program) - _may_set(checks)
        self._found = found

    def look(self, value: Any, name: str) -> Any:
        """Return an object of which tests want an attribute."""
        if name in self._sets and id(type(value)) not in PLAIN:
            self._examine(value, name)
        return value

    def _examine(self, value: Any, name: str) -> None:
        kind = type(value)
        if kind.__module__ == ANSWER or isinstance(value, type | ModuleType | FunctionType):
            return
        try:
            held = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return
        if name in held and any(name in dict_of(base) for base in mro_of(kind)):
            self._found(HIDES)


def _may_set(program: CodeType) -> set[str]:
    """Return the names that a program may set on something: that it does, or has as a text."""
    return attributes_set(program) | _texts(program)


def _texts(program: CodeType) -> set[str]:
    return {
        text
        for code in walk(program)
        for one in code.co_consts
        for text in (one if type(one) is tuple else (one,))
        if type(text) is str
    }
