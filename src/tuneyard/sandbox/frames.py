"""What a program takes from the interpreter's frames: names and line numbers, or more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tuneyard.sandbox.source import words

_FRAMES = re.compile(
    r"_getframe|currentframe|tb_frame|\bstack\b|walk_tb|walk_stack|getouterframes|getinnerframes"
    r"|\btrace\b|f_back|\b[gca][ir]_frame|ag_frame|get_stack|\b(?:signature|getfullargspec)\b"
    r"|\bis(?:coroutine|generator|asyncgen)function\b|__code__"
)
_CODE = words(
    """co_name co_filename co_qualname co_firstlineno co_argcount co_posonlyargcount
    co_kwonlyargcount co_varnames co_flags"""
)
_MORE = words(
    """default __defaults__ __kwdefaults__ kwonlydefaults
    f_globals f_locals f_builtins f_trace f_trace_lines f_trace_opcodes getargvalues
    formatargvalues capture_locals dis getmembers getmembers_static getattr_static attrgetter
    methodcaller eval exec compile vars __getattribute__ __reduce__ __reduce_ex__ __dict__
    __import__ importlib marshal pickle Formatter vformat format_map settrace setprofile
    _current_frames _current_exceptions get_objects get_referrers get_referents ctypes"""
)
"""What leads from a frame to values, or to an attribute whose name is put together."""


def only_asks_for_names(source: str) -> bool:
    """Say whether the text has to do with frames or code and takes no more than names from them.

    ``sys._getframe(1).f_code.co_name`` and its like are common in honest programs: logs that name
    the caller, depths of the stack, the number of a callback's arguments. The whole text must be
    without anything that leads further, and must reach no attribute by a name put together.
    """
    if not _FRAMES.search(source):
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for word in _words_of(tree):
        if word in _MORE or (word[:3] == "co_" and word not in _CODE):
            return False
    return all(_is_plain(node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _words_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in ("id", "attr", "arg", "name"):
            word = getattr(node, name, None)
            if isinstance(word, str):
                yield from word.split(".")
        if isinstance(node, ast.MatchClass):
            yield from node.kwd_attrs
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from node.module.split(".")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\w+", node.value)


def _is_plain(call: ast.Call) -> bool:
    """Say whether a call is none that could read an attribute by a name put together."""
    if isinstance(call.func, ast.Name) and call.func.id in ("getattr", "hasattr"):
        return len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "format":
        return isinstance(call.func.value, ast.Constant)
    return True
