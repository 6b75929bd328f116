"""The harness in which references are tried apart: many, all from the data, in two processes."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from tuneyard.sandbox.apart.checks import Checks
from tuneyard.sandbox.apart.harness import Apart, reach, run_apart, run_beside, terms
from tuneyard.sandbox.apart.link import Link
from tuneyard.sandbox.marks import Reach
from tuneyard.sandbox.source import compile_program

_T = TypeVar("_T")

_ALL = 15.0  # seconds after which no further case is begun, of the thirty that a child has


class _TooLongError(BaseException):
    """A program had its time. No ``Exception``, which programs catch."""


def _trial(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run each case's reference, and what it is when emptied, with its tests; ``source`` is empty.

    A case is ``[reference, emptied, payload]``, with the texts of programs that should fail, and
    the payload of ``tuneyard.sandbox.apart.harness.judge``. ``record["found"]`` has for each case,
    where the reference alone passes, its terms and how far it gets; else None. The emptied ones run
    in one process with the tests. After a program that had its time, ``payload["seconds"]``,
    nothing more is tried: the other process may go on with it.
    """
    record["found"] = found = []
    end = time.monotonic() + _ALL
    signal.signal(signal.SIGALRM, _up)
    for reference, emptied, asked in payload["cases"]:
        if time.monotonic() > end:
            return
        try:
            row = _timed(payload["seconds"], _reference, reference, asked)
            wrong = any(_timed(payload["seconds"], _passes, one, asked) for one in emptied)
        except _TooLongError:
            return
        found.append(None if wrong else row)


def _timed(seconds: float, run: Callable[..., _T], *arguments: Any) -> _T:
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return run(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _reference(program: str, asked: dict[str, Any]) -> tuple[str, Reach] | None:
    random.seed(0)  # as in a process of its own
    link, checks = Link(), Checks(asked["tests"])
    try:
        run_apart(link, program, checks, asked)
    except _TooLongError:
        raise
    except BaseException:
        if link.interrupted:
            raise _TooLongError from None
        return None
    return terms(link), reach(link, checks)


def _passes(program: str, asked: dict[str, Any]) -> bool:
    try:
        run_beside(compile_program(program), Checks(asked["tests"]), asked)
    except _TooLongError:
        raise
    except BaseException:
        return False
    return True


def _up(*_: object) -> NoReturn:
    raise _TooLongError


trial = Apart(_trial)
