"""COCOBOTS: a program is right where it builds the board that the reference builds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuneyard.cocobots.errors import CATEGORIES
from tuneyard.tasks.record import Attempt, Execution, Picture, Running, Task, Verdict, unjudged

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.records import Example


def _judge(attempts: Sequence[Attempt], how: Running) -> list[Execution]:
    """Run each answer and its reference on an empty board; success is equal boards.

    A right board in the wrong form succeeds with the category ``wrong_form``. Where the reference
    does not run or builds nothing, ``success`` and ``category`` are None and ``detail`` begins with
    ``unjudged``. Starts a sandbox for the call.
    """
    from tuneyard.cocobots.execution import judge
    from tuneyard.sandbox import Sandbox

    if not attempts:
        return []
    pairs = [(attempt.reference, attempt.prediction) for attempt in attempts]
    with Sandbox(how.workers) as sandbox:
        return [
            unjudged(v.detail or "")
            if v.success is None
            else Execution(v.success, v.category, v.detail)
            for v in judge(pairs, sandbox, code_block=how.code_block)
        ]


def _try_rows(examples: Sequence[Example], workers: int, imports: Sequence[str]) -> list[str]:
    from tuneyard.cocobots.execution import try_references
    from tuneyard.sandbox import Sandbox

    with Sandbox(workers) as sandbox:
        return try_references([example.reference for example in examples], sandbox)


def _draw(pairs: Sequence[tuple[str, str]], code_block: CodeBlock) -> list[Picture]:
    """Build the boards again, since scores keep verdicts alone."""
    from tuneyard.cocobots.drawing import LEGEND, pair
    from tuneyard.cocobots.execution import judge
    from tuneyard.sandbox import Sandbox

    with Sandbox(workers=1) as sandbox:
        return [
            Picture(pair(verdict.expected, verdict.built), LEGEND, bool(verdict.built))
            for verdict in judge(pairs, sandbox, code_block=code_block)
        ]


COCOBOTS = Task(
    name="cocobots",
    verdict=Verdict(
        key="execution_success",
        label="ES",
        spoken="execution success (ES)",
        note="execution success: both programs run and build equal boards",
        missing="their references do not run or build nothing",
    ),
    by="references",
    judge=_judge,
    try_rows=_try_rows,
    categories=CATEGORIES,
    language="python",
    draw=_draw,
)
