"""What a compiled answer can do to its judgement, at most: read off its code.

Most answers cannot reach anything but their own names: no attribute of a module is set, no name
with reflective powers occurs, only modules of plain functions are imported. Those are run and
tested without further ado; where their classes compare by methods of their own, what the tests get
is looked at. All others are watched (`tuneyard.sandbox.trial`), which costs some milliseconds. In
doubt an answer is watched: that a text looks harmless is no defence, that it lacks the means is.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, ModuleType

from tuneyard.sandbox.formats import formats_plainly
from tuneyard.sandbox.source import words

_PLAIN_MODULES = words(
    """__future__ abc array bisect cmath collections collections.abc copy dataclasses datetime
    decimal enum fractions functools heapq itertools json math numbers operator random re
    statistics string sys textwrap time typing unicodedata"""
)
_MEANS = words(
    """Formatter ForwardRef __builtins__ _current_frames _getframe ag_frame addaudithook attrgetter
    breakpoint compile cr_frame delattr displayhook eval excepthook exec f_back f_builtins
    f_globals f_locals format_map get_field get_type_hints getattr gi_frame globals locals
    meta_path methodcaller modules new_class path_hooks path_importer_cache setattr setprofile
    settrace singledispatch tb_frame types unraisablehook update_wrapper vars vformat wraps"""
)
"""Names that lead from an answer's own things to those of others."""
RECORDED = words(
    """call_count called call_args call_args_list mock_calls method_calls assert_called
    assert_called_once assert_called_with assert_called_once_with assert_any_call assert_has_calls
    assert_not_called assert_awaited assert_awaited_once assert_awaited_with await_count await_args
    await_args_list"""
)
"""Attributes of mocks by which tests see what was called."""
RECORDED_ONLY = words(
    """call_args_list mock_calls method_calls assert_has_calls assert_any_call assert_not_called
    assert_called_once_with await_args_list reset_mock configure_mock attach_mock side_effect
    _increment_mock_call
    _mock_call_count _mock_called _mock_call_args _mock_call_args_list _mock_mock_calls
    _mock_methods _mock_children _mock_return_value _mock_side_effect"""
)
"""Those, and others, for which an answer has no use at all."""
_OPERATORS = words(
    """field make_dataclass type __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__
    __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __matmul__ __truediv__
    __rtruediv__ __floordiv__ __mod__
    __pow__ __neg__ __pos__ __abs__ __invert__ __and__ __or__ __xor__ __round__ __int__ __float__
    __index__ __format__ __copy__ __deepcopy__ __reversed__ __new__ __missing__
    __match_args__"""
)
"""Names that let an object compare, or reckon, as it likes. ``type`` makes
classes, ``field`` may leave some out of a comparison."""
_DOES = (_OPERATORS | {"dataclass", "total_ordering"}) - words(
    "field type __new__ __missing__ __match_args__"
)
_VALUES = words("bytes complex dict float frozenset int list set str tuple")
"""What a class may be a kind of, and answer for itself what it is asked."""
_OWN_DUNDERS = words(
    """__all__ __annotations__ __author__ __call__ __del__ __doc__ __enter__ __exit__ __hash__
    __init__ __iter__ __len__ __main__ __module__ __name__ __next__ __getitem__ __setitem__
    __delitem__ __post_init__ __qualname__ __repr__ __slots__ __str__ __version__
    __classcell__ __bool__"""
)
_OP = {name: dis.opmap.get(name, -1) for name in (
    "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME", "LOAD_FAST", "EXTENDED_ARG",
    "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_NAME", "DELETE_NAME", "LOAD_BUILD_CLASS",
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capability:
    """What an answer's code can do.

    Attributes:
        harmless: it has no means to reach what it is judged with.
        compares: its objects may compare by methods of its own.
        operates: they do compare or reckon by such methods, as far as its names tell.
        rebinds: its module's names that its functions set anew (``global``).
    """

    harmless: bool
    compares: bool
    operates: bool
    rebinds: frozenset[str]


def capability(program: CodeType, tests: CodeType) -> Capability:
    """Look through an answer's code; ``tests``: whose names it must not set on anything."""
    codes = list(walk(program))
    harmless = all(_is_harmless(code) for code in codes)
    if harmless:
        # A method may be called with a module as its self.
        set_on_self = attributes_set(program) & _MEMBERS
        harmless = not set_on_self or set_on_self.isdisjoint(names_in(tests))
    compares = _compares_nothing(codes) or any(
        not _OPERATORS.isdisjoint(code.co_names)
        or (_OP["LOAD_BUILD_CLASS"] in code.co_code[::2] and not _VALUES.isdisjoint(code.co_names))
        for code in codes
    )
    operates = any(not _DOES.isdisjoint(code.co_names) for code in codes)
    return Capability(harmless, compares, operates, frozenset(names_rebound(program)))


def _compares_nothing(codes: list[CodeType]) -> bool:
    """Say whether there may be a data class with values that are none of its fields."""
    if not any("dataclass" in code.co_names for code in codes):
        return False
    names = {name for code in codes for name in code.co_names}
    return not names.isdisjoint(("ClassVar", "InitVar", "eq")) or any(
        "__qualname__" in code.co_names
        and ("__annotations__" not in code.co_names or "__init__" in code.co_names)
        for code in codes
    )


def walk(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all within it."""
    yield code
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from walk(constant)


def names_in(program: CodeType) -> set[str]:
    """Return the names that a code object and all within it use."""
    return {name for code in walk(program) for name in code.co_names}


def imported(code: CodeType, *, inner: bool = True) -> set[str]:
    """Return the modules that import statements name; ``inner``: in functions and classes, too."""
    codes = walk(code) if inner else [code]
    return {name for each in codes for name in _named_by("IMPORT_NAME", each)}


def _named_by(operation: str, code: CodeType) -> set[str]:
    """Return the names that an operation takes as its argument, in this code object alone."""
    raw = code.co_code
    operations = raw[::2]
    found = set()
    place = operations.find(_OP[operation])
    while place >= 0:
        index, back, shift = raw[2 * place + 1], place - 1, 8
        while back >= 0 and operations[back] == _OP["EXTENDED_ARG"]:
            index |= raw[2 * back + 1] << shift
            back, shift = back - 1, shift + 8
        found.add(code.co_names[index])
        place = operations.find(_OP[operation], place + 1)
    return found


def _is_harmless(code: CodeType) -> bool:
    for name in code.co_names:
        if name in _MEANS or name in _PRIVATE or name in RECORDED_ONLY or _is_special(name):
            return False
    for constant in code.co_consts:
        if type(constant) is str and (_is_special(constant) or constant in _OPERATORS):
            return False
    for text in texts_in(code):  # of attributes that a pattern of ``match`` asks for, too
        if _is_special(text) or text in _OPERATORS or text in _MEANS or text in _PRIVATE:
            return False
    operations = code.co_code[::2]
    if "format" in code.co_names and not formats_plainly(code):
        return False
    if _OP["DELETE_ATTR"] in operations:
        return False
    if _OP["IMPORT_NAME"] in operations and not _named_by("IMPORT_NAME", code) <= _PLAIN_MODULES:
        return False
    return _OP["STORE_ATTR"] not in operations or _sets_only_self(code, operations)


def texts_in(code: CodeType) -> set[str]:
    """Return the texts in a code object's constant tuples, where names may be."""
    found: set[str] = set()
    for constant in code.co_consts:
        if type(constant) is tuple:
            found.update(text for text in constant if type(text) is str)
    return found


def _is_special(name: str) -> bool:
    return name.startswith("__") and name not in _OWN_DUNDERS and name not in _OPERATORS


def _sets_only_self(code: CodeType, operations: bytes) -> bool:
    """Say whether each attribute that is set is one of the first argument, called ``self``."""
    if not code.co_argcount or code.co_varnames[0] != "self":
        return False
    place = operations.find(_OP["STORE_ATTR"])
    while place >= 0:
        before = place - 1
        while before >= 0 and operations[before] == _OP["EXTENDED_ARG"]:
            before -= 1
        if before < 0 or operations[before] != _OP["LOAD_FAST"] or code.co_code[2 * before + 1]:
            return False
        place = operations.find(_OP["STORE_ATTR"], place + 1)
    return True


def sets_on_others(program: CodeType) -> bool:
    """Say whether a program sets or deletes an attribute of anything but a method's ``self``."""
    for code in walk(program):
        operations = code.co_code[::2]
        if _OP["DELETE_ATTR"] in operations or (
            _OP["STORE_ATTR"] in operations and not _sets_only_self(code, operations)
        ):
            return True
    return False


def names_set(code: CodeType) -> set[str]:
    """Return the names that a module's outermost code sets or deletes."""
    return _named_by("STORE_NAME", code) | _named_by("DELETE_NAME", code)


def names_rebound(code: CodeType) -> set[str]:
    """Return a module's names that its functions set or delete (``global``)."""
    found = set()
    for each in walk(code):
        operations = each.co_code[::2]
        for name in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            if _OP[name] in operations:
                found |= _named_by(name, each)
    return found


def attributes_set(program: CodeType) -> set[str]:
    """Return the names of the attributes that a code object and all within it set."""
    return {name for code in walk(program) for name in _named_by("STORE_ATTR", code)}


def changes_others(program: CodeType) -> bool:
    """Say whether an answer could change something of the interpreter's that others use, too.

    Such as a setting, a list or mapping in a plain module, or what a module or class has: a method
    of the answer's own may be called with one that it names as its self.
    """
    named = names_in(program)
    put = attributes_set(program)
    return not named.isdisjoint(_LASTING) or any(
        not put.isdisjoint(_MEMBERS_OF[name]) for name in named & _MEMBERS_OF.keys()
    )


def _plain_things() -> Iterator[tuple[str, ModuleType | type]]:
    """Yield plain modules and the classes in them, with their names."""
    for module in (sys.modules.get(name) for name in (*_PLAIN_MODULES, "builtins")):
        if isinstance(module, ModuleType):
            yield module.__name__, module
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ == module.__name__:
                    yield value.__name__, value


_IMMUTABLE = 1 << 8  # of a type: its attributes cannot be set
_MEMBERS_OF = {
    name: frozenset(dir(one))
    for name, one in _plain_things()
    if isinstance(one, ModuleType) or not one.__flags__ & _IMMUTABLE
}
"""What there is to be changed, by the names of what has it."""


def _lasting() -> Iterator[str]:
    """Yield names of what holds something that can be changed, or sets it."""
    for _, one in _plain_things():
        for name, value in vars(one).items():
            other = isinstance(value, ModuleType) and value.__name__ not in _PLAIN_MODULES
            if name[:2] != "__" and (other or isinstance(value, dict | list | set | bytearray)):
                yield name
    yield from (name for name in vars(sys) if name[:3] == "set")
    yield from ("stdin", "stdout", "stderr", "__all__", "__annotations__")
    yield from ("BasicContext", "DefaultContext", "ExtendedContext")


_LASTING = frozenset(_lasting())
_MEMBERS = (
    frozenset(name for _, one in _plain_things() for name in vars(one))
    | RECORDED
    | words("getvalue getbuffer read readline readlines")
)
"""What a plain module, or a class in it, has: to set it on one of them would change them. And what
mocks and streams of the tests have."""
_PRIVATE = frozenset(name for name in _MEMBERS if name[:1] == "_" and name[:2] != "__") - {"_"}
"""The underscored ones: an answer has no business with them."""
