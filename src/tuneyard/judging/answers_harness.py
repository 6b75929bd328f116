"""The harness of answers that can reach nothing: many, with their tests, in one child."""

from __future__ import annotations

import linecache
import random
import time
from typing import Any

from tuneyard.judging.clock import CPU, WALL, at_most
from tuneyard.sandbox.apart.harness import run_quick
from tuneyard.sandbox.audit import Notes
from tuneyard.sandbox.source import PROGRAM, CompileError
from tuneyard.sandbox.verdict import verdict

_EACH, _AWHILE = 0.5, 2.0  # CPU seconds of one answer, and by the clock
_ALL = 6.0  # and of all of them, of the ten that a child has
_OWN_DOING = (
    *(AssertionError, AttributeError, IndexError, KeyError, NameError, NotImplementedError),
    *(OverflowError, TypeError, UnboundLocalError, ValueError, ZeroDivisionError, CompileError),
)
"""How an answer fails that would fail in a child of its own: not for want of time or memory."""


def quick_answers(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run each answer with its tests; ``source`` is empty.

    ``payload["answers"]`` holds pairs of an answer and the payload of its ``quick_tests``.
    ``record["ended"]`` has for each the verdict that it would have in a child of its own, and
    ``changed`` of its record; or None where that is to be seen there. Answers that were not come to
    are absent.
    """
    record["ended"] = ended = []
    for answer, asked in payload["answers"]:
        if time.process_time() > _ALL:
            return
        ended.append(_verdict(answer, asked))


def _verdict(answer: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    random.seed(0)  # as in a process of its own
    linecache.cache[PROGRAM] = (len(answer), None, answer.splitlines(True), PROGRAM)
    caught: BaseException | None = None
    changed: list[str] = []
    try:
        with at_most(_AWHILE, WALL), at_most(_EACH, CPU):
            found = run_quick(answer, asked, shared=True)
        if found is None:
            return None
        changed = found
    except BaseException as error:
        caught = error
    if caught is not None and type(caught) not in _OWN_DOING:
        return None
    return {**verdict(caught, Notes()), "changed": changed}
