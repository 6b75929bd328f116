"""Execution: does the program run, and does it do what the reference does?

Programs run in the sandbox only. Each function starts one for the call and shuts it down after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.sandbox import Outcome, Sandbox

PYTHON_TESTS = "tuneyard.sandbox.harness:python_tests"
PYTHON_SECONDS = (30.0, 10.0)
"""Wall-clock and CPU seconds of a program and its tests. The slowest reference solution of MBPP
takes 5 s of CPU time; on a busy machine that is more by the clock."""


class Execution(NamedTuple):
    """How a program fared: success, and the first error category that applies (None if right).

    ``success`` is None where there is nothing to check the program against.
    """

    success: bool | None
    category: str | None
    detail: str | None


def execute_cocobots(
    *,
    predictions: Sequence[str],
    references: Sequence[str],
    workers: int = 1,
    sandbox: Sandbox | None = None,
    code_block: CodeBlock = "first",
) -> list[Execution]:
    """Run each prediction and its reference on an empty board; success is equal boards.

    A right board in the wrong form succeeds with the category ``wrong_form``.
    """
    from tuneyard.cocobots.execution import judge

    pairs = list(zip(references, predictions, strict=True))
    if not pairs:
        return []
    with _sandbox(sandbox, workers) as box:
        return [
            Execution(v.success, v.category, v.detail)
            for v in judge(pairs, box, code_block=code_block)
        ]


def execute_python(
    *,
    predictions: Sequence[str],
    tests: Sequence[str | None],
    workers: int = 1,
    sandbox: Sandbox | None = None,
    code_block: CodeBlock = "first",
    imports: Sequence[str] = (),
) -> list[Execution]:
    """Run each prediction and then its test program; success is that neither raises.

    Which part of a prediction is run is for ``tuneyard.answers.extract_code`` to say. Without
    tests all three values are None. Categories are those of COCOBOTS's groups A to C, and
    ``wrong_answer`` for a failed assertion.

    Args:
        imports: modules that the programs import (see ``check_imports``).
    """
    from tuneyard.answers import extract_code, has_code
    from tuneyard.sandbox import Limits, Program

    seconds, cpu_seconds = PYTHON_SECONDS
    limits = Limits(seconds=seconds, cpu_seconds=cpu_seconds)
    results = [Execution(None, None, None)] * len(predictions)
    todo: list[int] = []
    programs = []
    for index, (prediction, test) in enumerate(zip(predictions, tests, strict=True)):
        if test is None:
            continue
        source = extract_code(prediction, code_block)
        if has_code(source):
            todo.append(index)
            programs.append(Program(source, PYTHON_TESTS, {"tests": test}, limits))
        else:
            results[index] = Execution(
                False, "no_code", "words only" if source.strip() else "empty"
            )
    if not todo:
        return results
    with _sandbox(sandbox, workers, imports) as box:
        for index, outcome in zip(todo, box.map(programs), strict=True):
            results[index] = _python_result(outcome)
    return results


def check_imports(names: Sequence[str], where: str) -> None:
    """Try in the sandbox to import what programs are said to import.

    Raises:
        UserError: the first module that cannot be imported there, and why.
    """
    from tuneyard.errors import UserError
    from tuneyard.sandbox import Limits, Program, Sandbox

    if not names:
        return
    seconds, cpu_seconds = PYTHON_SECONDS
    limits = Limits(seconds=seconds, cpu_seconds=cpu_seconds)
    programs = [Program(f"import importlib\nimportlib.import_module({n!r})", limits=limits)
                for n in names]  # fmt: skip
    with Sandbox(workers=1, imports=names) as box:
        for name, outcome in zip(names, box.map(programs), strict=True):
            if outcome.status != "ok":
                raise UserError(
                    f"a module that programs import cannot be imported in the sandbox "
                    f"({_detail(outcome)})",
                    where=where,
                    value=name,
                    remedy="install it in the environment that tuneyard runs in, or take it out "
                    "of the list",
                )


@contextmanager
def _sandbox(given: Sandbox | None, workers: int, imports: Sequence[str] = ()) -> Iterator[Sandbox]:
    if given is not None:
        yield given
        return
    from tuneyard.sandbox import Sandbox

    with Sandbox(workers=workers, imports=imports) as started:
        yield started


def _python_result(outcome: Outcome) -> Execution:
    if outcome.status == "ok" and (outcome.value or {}).get("passed") is True:
        return Execution(True, None, None)
    return Execution(False, _python_category(outcome), _detail(outcome))


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
