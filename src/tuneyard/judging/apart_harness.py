"""The harness in which references are tried apart: many, all from the data, in two processes."""

from __future__ import annotations

import signal
import time
from typing import Any, NoReturn

from tuneyard.sandbox.apart.checks import Checks
from tuneyard.sandbox.apart.harness import Apart, reach, run_apart, terms
from tuneyard.sandbox.apart.link import Link
from tuneyard.sandbox.marks import Reach

_ALL = 15.0  # seconds of all programs, of the thirty that a child has


class _TooLongError(BaseException):
    """A program had its time. No ``Exception``, which programs catch."""


def _trial(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run each case's programs with its tests; ``source`` is empty.

    A case is ``[programs, right, payload]`` (see ``tuneyard.judging.harness.trial`` and
    ``tuneyard.sandbox.apart.harness.judge``). ``record["passed"]`` has for each case how its
    programs did, ``record["terms"]`` what the last one needed, ``record["reach"]`` how far it got.
    After a program that had its time, ``payload["seconds"]``, nothing more is tried: the other
    process may go on with it.
    """
    record["passed"] = done = []
    record["terms"] = found_terms = []
    record["reach"] = reaches = []
    end = time.monotonic() + _ALL
    signal.signal(signal.SIGALRM, _up)
    for programs, right, asked in payload["cases"]:
        found: list[bool | None] = []
        needed, found_reach = "", None
        for program, wanted in zip(programs, right, strict=True):
            if time.monotonic() > end:
                return
            passed, needed, found_reach = _passes(program, asked, payload["seconds"])
            found.append(passed)
            if passed is not wanted:
                break
        done.append(found)
        found_terms.append(needed)
        reaches.append(found_reach)
        if None in found:
            return


def _passes(
    program: str, asked: dict[str, Any], seconds: float
) -> tuple[bool | None, str, Reach | None]:
    link = Link()
    checks = Checks(asked["tests"])
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        run_apart(link, program, checks, asked)
    except _TooLongError:
        return None, "", None
    except BaseException:
        return (None if link.interrupted else False), "", None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return True, terms(link), reach(link, checks)


def _up(*_: object) -> NoReturn:
    raise _TooLongError


trial = Apart(_trial)
