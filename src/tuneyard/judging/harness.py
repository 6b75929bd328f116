"""The harness in which tests are tried: many small programs, all from the data, in one child."""

from __future__ import annotations

import random
import signal
import time
from typing import Any, NoReturn

from tuneyard.sandbox.harness import UNRULED, Given, Reach, run_tests, try_reference

_EACH = 1.0  # CPU seconds of one program
_ALL = 6.0  # and of all of them, of the ten that a child has


class _TooLongError(BaseException):
    """A program had its time. No ``Exception``, which programs catch."""


def trial(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run each case's programs with its tests; ``source`` is empty.

    A case is ``[programs, right, tests, given]``; ``right`` says which programs should pass.
    ``record["passed"]`` has for each case how its programs did, in order, up to the first that did
    not do as it should: True or False, or None where its time was up. Cases that were not come to
    are absent. ``record["reach"]`` has how far the last program that passed got, or None.
    """
    record["passed"] = done = []
    record["reach"] = reaches = []
    signal.signal(signal.SIGPROF, _up)
    for programs, right, tests, given in payload["cases"]:
        found: list[bool | None] = []
        reach = None
        for program, wanted in zip(programs, right, strict=True):
            if time.process_time() > _ALL:
                return
            passed, reach = _run(program, tests, Given(*given), wanted)
            found.append(passed)
            if passed is not wanted:
                break
        done.append(found)
        reaches.append(reach)


def _run(program: str, tests: str, given: Given, wanted: bool) -> tuple[bool | None, Reach | None]:
    signal.setitimer(signal.ITIMER_PROF, _EACH)
    try:
        if wanted:
            random.seed(0)  # as for an answer in a child of its own
            return True, try_reference(program, tests, given)
        run_tests(program, tests, given, wanted=UNRULED)
    except _TooLongError:
        return None, None
    except BaseException:
        return False, None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return True, None


def _up(*_: object) -> NoReturn:
    raise _TooLongError
