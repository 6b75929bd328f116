"""The harness in which references are tried apart: many, all from the data, in two processes."""

from __future__ import annotations

import random
import time
from typing import Any

from tuneyard.judging.clock import WALL, TooLongError, at_most
from tuneyard.sandbox.apart.checks import Checks
from tuneyard.sandbox.apart.harness import Apart, outside_of, reach, run_apart, run_beside, terms
from tuneyard.sandbox.apart.link import Link
from tuneyard.sandbox.claims import may_claim
from tuneyard.sandbox.marks import Reach
from tuneyard.sandbox.nans import Nans
from tuneyard.sandbox.source import compile_program

_ALL = 15.0  # seconds after which no further case is begun, of the thirty that a child has


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
    for reference, emptied, asked in payload["cases"]:
        if time.monotonic() > end:
            return
        try:
            with at_most(payload["seconds"], WALL):
                row = _reference(reference, asked)
            wrong = False
            for one in emptied:
                with at_most(payload["seconds"], WALL):
                    wrong = wrong or _passes(one, asked)
        except TooLongError:
            return
        found.append(None if wrong else row)


def _reference(program: str, asked: dict[str, Any]) -> tuple[str, Reach] | None:
    if may_claim(compile_program(program), asked["tests"]):
        return None  # an answer may do so, too, and is looked at beside its tests
    random.seed(0)  # as in a process of its own
    nans = Nans(trying=True)
    link, checks = Link(outside=outside_of(asked["tests"]), nans=nans), Checks(asked["tests"])
    try:
        run_apart(link, program, checks, asked)
    except TooLongError:
        raise
    except BaseException:
        if link.interrupted:
            raise TooLongError from None
        return None
    return terms(link), reach(link, checks, nans)


def _passes(program: str, asked: dict[str, Any]) -> bool:
    try:
        run_beside(compile_program(program), Checks(asked["tests"]), asked)
    except TooLongError:
        raise
    except BaseException:
        return False
    return True


trial = Apart(_trial)
