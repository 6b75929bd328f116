"""Keeps an answer from the frames, objects and code of what judges it.

An audit hook, which no Python code can take away again. What an answer has no honest use for is
refused and noted as certain tampering: frames (they lead to the tests' text and the harness's
names), the garbage collector's lists of objects, tracing, hooks of its own, the code of other
people's functions, the interpreter's C functions. Libraries may do all this for their own ends; who
asks is read off the stack.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Collection
from types import FrameType, FunctionType
from typing import Any

from tuneyard.sandbox.source import PROGRAM, TESTS, words

WALKS, TRACES = "walks the stack", "traces its tests"
_EVENTS = {
    "sys._getframe": WALKS,
    "sys._current_frames": WALKS,
    "sys._current_exceptions": WALKS,
    "object.__getattr__": "walks the stack",
    "gc.get_objects": "searches the interpreter's objects",
    "gc.get_referrers": "searches the interpreter's objects",
    "gc.get_referents": "searches the interpreter's objects",
    "sys.settrace": TRACES,
    "sys.setprofile": TRACES,
    "sys.monitoring.register_callback": TRACES,
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
_SIGNS = frozenset(("_has_code_flag", "_signature_from_function", "getcallargs", "getfullargspec"))
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
        noted: what would have been, where a reference runs.
    """

    def __init__(self) -> None:
        self.forged: list[str] = []
        self.noted: list[str] = []
        self._active: list[bool] = []
        self._notes: list[bool] = []
        self._allowed: set[str] = set()
        self._installed = False

    def instead_of(self, profile: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what stands in for ``sys.setprofile``: its event is that of profilers, too."""
        forged, reason, error = self.forged, TRACES, ForgedError

        def refuse(function: Any) -> None:
            if function is None:
                return profile(function)
            forged.append(reason)
            raise error(reason)

        return profile if self._notes or reason in self._allowed else refuse

    def start(self, *, allowed: Collection[str], notes: bool) -> None:
        """Watch from now on.

        Args:
            allowed: what is no tampering in this row, since its reference does it, or in this
                answer, since its text shows the harmless use only.
            notes: refuse nothing, but note it; for references.
        """
        self.forged.clear()
        self.noted.clear()
        self._allowed.clear()
        self._allowed.update(allowed)
        self._notes[:] = [True] if notes else []
        self._active[:] = [True]
        if not self._installed:
            self._installed = True
            lists = self.forged, self.noted, self._active, self._notes
            sys.addaudithook(_make_hook(*lists, self._allowed))

    def found(self, reason: str) -> None:
        """Note what an answer does that is certain tampering.

        Raises:
            ForgedError: unless it is a reference, or its reference does it, too.
        """
        if reason in self._allowed or not self._active:
            return
        if self._notes:
            self.noted.append(reason)
            return
        self.forged.append(reason)
        raise ForgedError(reason)

    def stop(self) -> None:
        """Watch no more."""
        self._active.clear()


def _make_hook(
    forged: list[str],
    noted: list[str],
    active: list[bool],
    notes: list[bool],
    allowed: set[str],
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook. It uses no global name: all of them are within an answer's reach."""
    reason_of, get_frame, error, exact, tests = (
        _EVENTS.get, sys._getframe, ForgedError, type, TESTS,
    )  # fmt: skip
    text, number, function, program = str, int, FunctionType, PROGRAM
    frames, code_names, internal, words, pass_on = _FRAMES, _CODE, _INTERNAL, _WORDS, _PASS_ON
    signs, inspects = _SIGNS, inspect.__file__
    library, package = (f"{os.path.dirname(file)}/" for file in (os.__file__, __file__))
    size = len
    changes = ("object.__s", "object.__d")
    busy: list[bool] = []

    def concerns(event: str, arguments: tuple[Any, ...]) -> bool:
        """Say whether an event's arguments are of the kind that is refused.

        Calls no method of theirs: a subclass of ``str`` could have one of the answer's.
        """
        if event == "object.__getattr__":
            if arguments[1] in code_names and exact(arguments[0]) is function:
                if arguments[0].__code__.co_filename != tests:
                    return False
                code = get_frame(2).f_code  # names, defaults and kinds of functions alone
                return not (code.co_name in signs and code.co_filename == inspects)
            return arguments[1] in frames
        if event == "object.__setattr__" or event == "object.__delattr__":
            if arguments[1] not in code_names or exact(arguments[0]) is not function:
                return False
            file = arguments[0].__code__.co_filename
            return file == tests or not file.startswith("<")
        if event == "compile" or event == "code.__new__":
            # A file name of a library's would make the answer's code look like the library's.
            file = arguments[1]
            if file is None:  # a syntax tree; its file name was looked at before
                return False
            return exact(file) is not text or looks_like_ours(file)
        if event == "ctypes.dlsym":
            name = arguments[1]
            return exact(name) is not number and (
                exact(name) is not text or name.startswith("Py") or name.startswith("_Py")  # noqa: PIE810
            )
        if event == "sys.setprofile":
            return bool(notes)
        if event == "import":
            return exact(arguments[0]) is not text or arguments[0] in internal
        return True

    def looks_like_ours(file: str) -> bool:
        """Say whether a file name is of installed code, or is taken for it somewhere."""
        if is_others(file):
            return True
        for ending, _ in pass_on:
            if file.endswith(ending):
                return True
        return file.endswith("/unittest/main.py")

    def is_others(file: str) -> bool:
        """Say whether code of a file is not the answer's, nor made by it."""
        return (
            file == tests
            or file[:7] == "<frozen"
            or file[:10] == "<tuneyard."
            or file[: size(package)] == package
            or is_installed(file)
        )

    def is_installed(path: str) -> bool:
        """Say whether a file is installed, not one that the answer wrote."""
        return path[: size(library)] == library or "/site-packages/" in path

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
        if asker is None or not is_others(asker.f_code.co_filename):
            return True
        if asker.f_code.co_filename[: size(package)] == package:
            return False
        while frame is not None:
            file = frame.f_code.co_filename
            if file == program:
                code = asker.f_code
                if event[:7] == "compile" or event[:5] == "code." or event[:10] in changes:
                    return False  # an import, or a library that makes functions
                # A library means what it does where its own text names it.
                return not (is_installed(code.co_filename) and not words.isdisjoint(code.co_names))
            if file == tests:
                return False
            if file[:17] == "<frozen importlib" and is_installed(asker.f_code.co_filename):
                return False  # a library that is being imported
            frame = frame.f_back
        return False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        reason = reason_of(event)
        if reason is None or not active or busy:
            return
        busy.append(True)
        try:
            if not concerns(event, arguments) or reason in allowed:
                return
            if not asked_by_program(get_frame(1), event):
                return
        finally:
            busy.clear()
        if notes:
            noted.append(reason)
            return
        forged.append(reason)
        raise error(reason)

    return hook
