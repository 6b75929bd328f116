"""Execution: does the program run, and does it do what the reference does?

Programs run in the sandbox only. Each function starts one for the call and shuts it down after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tuneyard.sandbox import Outcome, Sandbox

PYTHON_TESTS = "tuneyard.sandbox.harness:python_tests"
PYTHON_SECONDS = (30.0, 10.0)
"""Wall-clock and CPU seconds of a program and its tests. The slowest reference solution of MBPP
takes 5 s of CPU time; on a busy machine that is more by the clock."""


class Execution(NamedTuple):
    """How a program fared: success, and the first error category that applies (None if right).

    ``success`` is None where there is nothing to check the program against. ``suspicion`` says why
    a verdict may have been forged, None where nothing speaks for it; where it is certain, the
    category is ``forged``.
    """

    success: bool | None
    category: str | None
    detail: str | None
    suspicion: str | None = None


def execute_cocobots(
    *,
    predictions: Sequence[str],
    references: Sequence[str],
    workers: int = 1,
    sandbox: Sandbox | None = None,
) -> list[Execution]:
    """Run each prediction and its reference on an empty board; success is equal boards.

    A right board in the wrong form succeeds with the category ``wrong_form``.
    """
    from tuneyard.cocobots.execution import judge

    pairs = list(zip(references, predictions, strict=True))
    if not pairs:
        return []
    with _sandbox(sandbox, workers) as box:
        return [Execution(v.success, v.category, v.detail) for v in judge(pairs, box)]


def execute_python(
    *,
    predictions: Sequence[str],
    tests: Sequence[str | None],
    workers: int = 1,
    sandbox: Sandbox | None = None,
) -> list[Execution]:
    """Run each prediction and then its test program; success is that neither raises.

    Of a prediction the first Markdown code block is run, or all of it where there is none, as in
    COCOBOTS. Without tests all three values are None. Categories are those of COCOBOTS's groups A
    to C, ``wrong_answer`` for a failed assertion, and ``forged`` for an answer that tampered with
    its tests.
    """
    from tuneyard.cocobots.program import extract_code, has_code
    from tuneyard.sandbox import Limits, Program

    seconds, cpu_seconds = PYTHON_SECONDS
    limits = Limits(seconds=seconds, cpu_seconds=cpu_seconds)
    results = [Execution(None, None, None)] * len(predictions)
    todo: list[int] = []
    programs = []
    for index, (prediction, test) in enumerate(zip(predictions, tests, strict=True)):
        if test is None:
            continue
        source = extract_code(prediction)
        if has_code(source):
            todo.append(index)
            programs.append(Program(source, PYTHON_TESTS, {"tests": test}, limits))
        else:
            results[index] = Execution(
                False, "no_code", "words only" if source.strip() else "empty"
            )
    if not todo:
        return results
    with _sandbox(sandbox, workers) as box:
        for index, outcome in zip(todo, box.map(programs), strict=True):
            results[index] = _python_result(outcome)
    return results


@contextmanager
def _sandbox(given: Sandbox | None, workers: int) -> Iterator[Sandbox]:
    if given is not None:
        yield given
        return
    from tuneyard.sandbox import Sandbox

    with Sandbox(workers=workers) as started:
        yield started


def _python_result(outcome: Outcome) -> Execution:
    found = outcome.value or {}
    suspicion = _suspicion(found)
    if isinstance(found.get("forged"), str):
        return Execution(False, "forged", found["forged"][:500], suspicion or found["forged"][:500])
    if outcome.status == "ok" and found.get("passed") is True:
        return Execution(True, None, None, suspicion)
    return Execution(False, _python_category(outcome), _detail(outcome), suspicion)


def _suspicion(found: Mapping[str, Any]) -> str | None:
    """Return a harness's reasons to doubt an answer, as one text."""
    reasons = found.get("suspicious")
    if not isinstance(reasons, list):
        return None
    return "; ".join(dict.fromkeys(str(reason) for reason in reasons))[:500] or None


def _python_category(outcome: Outcome) -> str:
    from tuneyard.cocobots.errors import CATEGORIES, runtime_category

    if outcome.status in ("syntax", "timeout", "resource"):
        return str(outcome.status)
    if outcome.status == "exception":
        if outcome.error_type == "AssertionError":
            return "wrong_answer"
        category = runtime_category(outcome.error_type)
        # A program may define a class of a placement error's name.
        return category if CATEGORIES[category] == "C" else "runtime_other"
    return "runtime_other"  # it exited, or a signal ended it


def _detail(outcome: Outcome) -> str | None:
    text = ": ".join(part for part in (outcome.error_type, outcome.message) if part)
    if outcome.line is not None:
        text = f"line {outcome.line}: {text}" if text else f"line {outcome.line}"
    return text[:500] or None
