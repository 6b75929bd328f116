"""Keeps an answer from the frames, objects and code of what judges it.

An audit hook, which no Python code can take away again. What an answer has no honest use for is
refused and noted as certain tampering: frames (they lead to the tests' text and the harness's
names), the garbage collector's lists of objects, tracing, hooks of its own, the code of other
people's functions, the interpreter's C functions. Libraries may do all this for their own ends; who
asks is read off the stack.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from types import FrameType, FunctionType
from typing import Any, NoReturn

from tuneyard.sandbox.source import PROGRAM, TESTS, words

_EVENTS = {
    "sys._getframe": "walks the stack",
    "sys._current_frames": "walks the stack",
    "sys._current_exceptions": "walks the stack",
    "object.__getattr__": "walks the stack",
    "gc.get_objects": "searches the interpreter's objects",
    "gc.get_referrers": "searches the interpreter's objects",
    "gc.get_referents": "searches the interpreter's objects",
    "sys.settrace": "traces its tests",
    "sys.monitoring.register_callback": "traces its tests",
    "sys.addaudithook": "adds an audit hook",
    "object.__setattr__": "replaces the code of a function",
    "object.__delattr__": "replaces the code of a function",
    "code.__new__": "disguises its code",
    "compile": "disguises its code",
    "ctypes.dlsym": "calls the interpreter's C functions",
    "ctypes.dlsym/handle": "calls the interpreter's C functions",
    "ctypes.cdata": "reads memory",
    "ctypes.PyObj_FromPtr": "reads memory",
    "import": "loads a module for testing the interpreter",
}
_FRAMES = frozenset(("tb_frame", "gi_frame", "cr_frame", "ag_frame"))
_CODE = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
_INTERNAL = frozenset(
    ("_testcapi", "_testinternalcapi", "_xxsubinterpreters", "_interpreters", "_testbuffer")
)
_WORDS = words(
    """_getframe _getframemodulename _current_frames currentframe stack trace getouterframes
    getinnerframes walk_tb walk_stack settrace setprofile get_objects get_referrers get_referents
    tb_frame gi_frame cr_frame ag_frame cdata from_address from_buffer"""
)
_PASS_ON = (
    ("/inspect.py", None),
    ("/traceback.py", frozenset(("walk_tb", "walk_stack"))),
    ("/logging/__init__.py", frozenset(("currentframe", "<lambda>"))),
    ("/asyncio/base_tasks.py", None),
    ("/bdb.py", None),
    ("/pdb.py", None),
)
"""Library code that hands frames to whoever calls it: file, functions (None: all)."""


class ForgedError(Exception):
    """An answer tampered with its judgement, for certain."""


class Guard:
    """The hook and what it found. One per process: a hook stays.

    Attributes:
        forged: what was tampered with, in the order found.
    """

    def __init__(self) -> None:
        self.forged: list[str] = []
        self._active: list[bool] = []
        self._lenient: list[bool] = []
        self._installed = False

    def refuse(self, *_: object) -> NoReturn:
        """Stand in for a function that has no honest use in an answer."""
        self.forged.append("traces its tests")
        raise ForgedError("traces its tests")

    def start(self, *, lenient: bool) -> None:
        """Watch from now on.

        Args:
            lenient: let the answer have frames; for those whose text shows the harmless use only.
        """
        self.forged.clear()
        self._lenient[:] = [True] if lenient else []
        self._active[:] = [True]
        if not self._installed:
            self._installed = True
            sys.addaudithook(_make_hook(self.forged, self._active, self._lenient))

    def stop(self) -> None:
        """Watch no more."""
        self._active.clear()


def _make_hook(
    forged: list[str], active: list[bool], lenient: list[bool]
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook. It uses no global name: all of them are within an answer's reach."""
    reason_of, get_frame, error, exact, tests = (
        _EVENTS.get, sys._getframe, ForgedError, type, TESTS,
    )  # fmt: skip
    text, number, function, program = str, int, FunctionType, PROGRAM
    frames, code_names, internal, words, pass_on = _FRAMES, _CODE, _INTERNAL, _WORDS, _PASS_ON
    walks, library, size = _EVENTS["sys._getframe"], f"{os.path.dirname(os.__file__)}/", len
    changes = ("object.__s", "object.__d")
    busy: list[bool] = []

    def concerns(event: str, arguments: tuple[Any, ...]) -> bool:
        """Say whether an event's arguments are of the kind that is refused.

        Calls no method of theirs: a subclass of ``str`` could have one of the answer's.
        """
        if event == "object.__getattr__":
            return arguments[1] in frames
        if event == "object.__setattr__" or event == "object.__delattr__":
            if arguments[1] not in code_names or exact(arguments[0]) is not function:
                return False
            file = arguments[0].__code__.co_filename
            return file == tests or not file.startswith("<")
        if event == "compile" or event == "code.__new__":
            # A file name of a library's would make the answer's code look like the library's.
            file = arguments[1]
            return exact(file) is not text or "/" in file or file == tests or file[:7] == "<frozen"
        if event == "ctypes.dlsym":
            name = arguments[1]
            return exact(name) is not number and (
                exact(name) is not text or name.startswith("Py") or name.startswith("_Py")  # noqa: PIE810
            )
        if event == "import":
            return exact(arguments[0]) is not text or arguments[0] in internal
        return True

    def passes_on(frame: FrameType) -> bool:
        code = frame.f_code
        for file, names in pass_on:
            if code.co_filename.endswith(file) and (names is None or code.co_name in names):
                return True
        return False

    def asked_by_program(frame: FrameType | None, event: str) -> bool:
        """Say whether the answer asks, not a library for its own ends, nor the tests."""
        while frame is not None and passes_on(frame):
            frame = frame.f_back
        asker = frame
        while frame is not None:
            file = frame.f_code.co_filename
            if file == program:
                if asker is None or asker is frame:
                    return True
                code = asker.f_code
                if event[:7] == "compile" or event[:5] == "code." or event[:10] in changes:
                    return False  # an import, or a library that makes functions
                # A library means what it does where its own text names it.
                return not ("/" in code.co_filename and not words.isdisjoint(code.co_names))
            if file == tests:
                return False
            if file[:17] == "<frozen importlib" and installed(asker):
                return False  # a library that is being imported
            frame = frame.f_back
        return False

    def installed(frame: FrameType | None) -> bool:
        """Say whether a frame is of installed code, not of a file that the answer wrote."""
        path = "" if frame is None else frame.f_code.co_filename
        return path[: size(library)] == library or "/site-packages/" in path

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        reason = reason_of(event)
        if reason is None or not active or busy or not concerns(event, arguments):
            return
        busy.append(True)
        try:
            if (lenient and reason == walks) or not asked_by_program(get_frame(1), event):
                return
        finally:
            busy.clear()
        forged.append(reason)
        raise error(reason)

    return hook


_HONEST = re.compile(
    r"(?:sys\._getframe|inspect\.currentframe)\(\s*\d?\s*\)"
    r"\.(?:f_code\.co_(?:name|filename|qualname)|f_lineno)\b"
    r"|\btb_frame\.(?:f_code\.co_(?:name|filename)|f_lineno)\b"
    r"|inspect\.stack\(\)\[\d\](?:\.function|\.lineno|\[3\]|\[2\])"
)
_FRAME_WORDS = re.compile(
    r"_getframe|currentframe|tb_frame|\bstack\s*\(|walk_tb|walk_stack|getouterframes|getinnerframes"
    r"|inspect\.trace|_current_frames|getattr|attrgetter|\b(?:g|c|a)[ir]_frame|ag_frame"
    r"|__getattribute__|\beval\b|\bexec\b|getmembers|get_stack|\bformat|__import__|importlib"
)


def only_asks_for_names(source: str) -> bool:
    """Say whether the text takes nothing but names and line numbers from frames.

    ``sys._getframe().f_code.co_name`` and its like are common in honest programs. Each mention of a
    frame must be of that kind, and nothing may reach an attribute by a name put together.
    """
    return _FRAME_WORDS.search(_HONEST.sub("", source)) is None and bool(_HONEST.search(source))
