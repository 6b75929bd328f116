"""The harness in which tests are tried: many small programs, all from the data, in one child."""

from __future__ import annotations

import random
import time
from typing import Any

from tuneyard.judging.clock import CPU, TooLongError, at_most
from tuneyard.sandbox.harness import Given, Reach, run_tests, try_reference
from tuneyard.sandbox.marks import EMPTIED

_EACH = 1.0  # CPU seconds of one program
_ALL = 6.0  # and of all of them, of the ten that a child has


def trial(source: str, payload: dict[str, Any], record: dict[str, Any]) -> None:
    """Run each case's programs with its tests; ``source`` is empty.

    A case is ``[programs, right, tests, given]``; ``right`` says which programs should pass.
    ``record["passed"]`` has for each case how its programs did, in order, up to the first that did
    not do as it should: True or False, or None where its time was up. Cases that were not come to
    are absent. ``record["reach"]`` has how far the last program that passed got, or None.
    """
    record["passed"] = done = []
    record["reach"] = reaches = []
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
    try:
        with at_most(_EACH, CPU):
            if wanted:
                random.seed(0)  # as for an answer in a child of its own
                return True, try_reference(program, tests, given)
            run_tests(program, tests, given, wanted=EMPTIED)
    except TooLongError:
        return None, None
    except BaseException:
        return False, None
    return True, None
