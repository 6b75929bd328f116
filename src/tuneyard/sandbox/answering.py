"""Runs an answer's module beside its tests."""

from __future__ import annotations

import linecache
from contextlib import suppress
from types import CodeType, ModuleType

from tuneyard.sandbox import prelude
from tuneyard.sandbox.scope import Given
from tuneyard.sandbox.source import ANSWER, PROGRAM, new_module


def run_answer(
    source: str, program: CodeType, tests: str, given: Given, *, listed: bool
) -> ModuleType:
    """Run an answer; where it lacks names, again with what its tests import and define.

    Args:
        source: its text.
        program: the same, compiled.
        tests: the test program.
        given: what the tests have besides the answer.
        listed: whether somebody may ask for its lines.

    Raises:
        BaseException: what it raises, but for a script's end.
    """
    new_module("__main__")  # what is there is the zygote's
    answer = new_module(ANSWER)
    if listed:
        lines = source.splitlines(keepends=True)
        for name in (PROGRAM, str(answer.__file__)):
            linecache.cache[name] = (len(source), None, lines, name)
    try:
        exec(program, answer.__dict__)
    except SystemExit:
        pass  # a script may end so; the tests say whether it is right
    except NameError:
        answer = new_module(ANSWER)
        if not _with_prelude(answer, program, tests, given):
            raise
    return answer


def _with_prelude(answer: ModuleType, program: CodeType, tests: str, given: Given) -> bool:
    """Run it with what its tests import and define; say whether there is any."""
    names = answer.__dict__
    size = len(names)
    classes = prelude.give(tests, given.names, names)
    if len(names) == size:
        return False
    own = {name: names[name] for name in classes}
    with suppress(SystemExit):
        exec(program, names)
    for name, kind in own.items():
        if names.get(name) is kind:  # the tests' own are given when they run
            del names[name]
    return True
