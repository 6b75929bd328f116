"""Ends of a test program by ``sys.exit``: whose they are."""

from __future__ import annotations

import re

from tuneyard.sandbox.source import PROGRAM, TESTS

_EXITS = re.compile(r"\b(?:exit|quit|SystemExit|main)\b")


def own_exit(stop: SystemExit, tests: str) -> int | None:
    """Return the line of the tests on which they exit, and well; None: they failed.

    An exit is the tests' own where they, or their runner, asked for it, not the answer.
    """
    if not (stop.code is None or (type(stop.code) in (int, bool) and stop.code == 0)):
        return None
    trace, last, line = stop.__traceback__, "", 0
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file == PROGRAM:
            return None
        if file == TESTS:
            line = trace.tb_lineno
        if file != "<frozen _sitebuiltins>":  # exit() itself
            last = file
        trace = trace.tb_next
    if last != TESTS:
        return line if last.endswith("/unittest/main.py") else None
    return line if _EXITS.search(re.split(r"\r\n|\n|\r", tests)[line - 1]) else None
