"""Python: a program is right where it passes the tests that its row has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tuneyard.judging.categories import PROGRAM_CATEGORIES, runtime_category
from tuneyard.rows import check_tests
from tuneyard.tasks.record import Attempt, Execution, Running, Task, Verdict, unjudged

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.judging.trial import Case, Tried
    from tuneyard.records import Example
    from tuneyard.sandbox import Outcome, Sandbox


def execute_python(
    *,
    predictions: Sequence[str],
    tests: Sequence[str | None],
    references: Sequence[str] | None = None,
    entry_points: Sequence[str | None] | None = None,
    trials: Sequence[str | None] | None = None,
    workers: int = 1,
    sandbox: Sandbox | None = None,
    code_block: CodeBlock = "first",
    imports: Sequence[str] = (),
) -> list[Execution]:
    """Run each prediction and then its tests; success is that neither raises.

    Which part of a prediction is run is for ``tuneyard.answers.extract_code`` to say. Where there
    are no tests, or they judge nothing, ``success`` and ``category`` are None and ``detail`` begins
    with ``unjudged``. Categories are those of every program, ``wrong_answer`` for a failed
    assertion, and ``forged`` for an answer that tampered with its tests. Starts a sandbox for the
    call unless it is given one.

    Args:
        tests: each row's as one text, as ``tuneyard.judging.listed.with_setup`` returns them.
        references: the rows' references, with which tests are tried; None: they are believed.
        entry_points: the name of what a row asks for, which ``check(candidate)`` is called with.
        trials: why a row's tests judge nothing, as ``tuneyard.judging.rows.try_rows`` found, an
            empty text where they do; None: they are tried now.
        imports: modules that the programs import (see ``check_imports``).
    """
    from tuneyard.answers import extract_code, has_code
    from tuneyard.judging.answers import Answer, run_answers
    from tuneyard.judging.rows import case_of, try_cases

    count = len(predictions)
    nothing: list[None] = [None] * count
    rows = zip(tests, references or nothing, entry_points or nothing, strict=True)
    known: list[str | None] = list(trials) if trials is not None else [None] * count
    results = [Execution(None, None, None)] * count
    cases: dict[int, Case] = {}
    for index, (test, *others) in enumerate(rows):
        case = case_of(test, *others)
        if isinstance(case, str):
            results[index] = unjudged(case)
        else:
            cases[index] = case
    if not cases:
        return results
    todo: dict[int, Answer] = {}
    with _sandbox(sandbox, min(workers, len(cases)), imports) as box:
        tries: dict[int, Tried] = {}
        with_reference = [index for index in cases if references is not None]
        untried = [index for index in with_reference if known[index] is None]
        judging = [index for index in with_reference if known[index] == ""]
        for some, before in ((untried, False), (judging, True)):
            found = try_cases([cases[index] for index in some], box, known_to_judge=before)
            for index, tried in zip(some, found, strict=True):
                known[index] = "" if before else tried.reason
                tries[index] = tried
        for index, case in cases.items():
            source, reason = extract_code(predictions[index], code_block), known[index]
            if reason:
                results[index] = unjudged(reason)
            elif reason is not None and source == case.reference:
                results[index] = Execution(True, None, None)  # it ran when the tests were tried
            elif not has_code(source):
                said = "words only" if source.strip() else "empty"
                results[index] = Execution(False, "no_code", said)
            else:
                todo[index] = Answer(case, tries.get(index), source)
        outcomes = run_answers([*todo.values()], box)
        for index, outcome in zip(todo, outcomes, strict=True):
            results[index] = _python_result(outcome)
    return results


@contextmanager
def _sandbox(given: Sandbox | None, workers: int, imports: Sequence[str] = ()) -> Iterator[Sandbox]:
    if given is not None:
        yield given
        return
    from tuneyard.sandbox import Sandbox

    with Sandbox(workers=workers, imports=imports) as started:
        yield started


def _python_result(outcome: Outcome) -> Execution:
    from tuneyard.judging.trial import describe

    found = outcome.value or {}
    suspicion = _suspicion(found)
    if isinstance(found.get("forged"), str):
        return Execution(False, "forged", found["forged"][:500], suspicion or found["forged"][:500])
    if outcome.status == "ok" and found.get("passed") is True:
        return Execution(True, None, None, suspicion)
    return Execution(False, _python_category(outcome), describe(outcome), suspicion)


def _suspicion(found: Mapping[str, Any]) -> str | None:
    """Return a harness's reasons to doubt an answer, as one text."""
    reasons = found.get("suspicious")
    if not isinstance(reasons, list):
        return None
    return "; ".join(dict.fromkeys(str(reason) for reason in reasons))[:500] or None


def _python_category(outcome: Outcome) -> str:
    if outcome.status in ("syntax", "timeout", "resource"):
        return str(outcome.status)
    if outcome.status == "exception":
        if outcome.error_type == "AssertionError":
            return "wrong_answer"
        return runtime_category(outcome.error_type)
    return "runtime_other"  # it exited, or a signal ended it


def _judge(attempts: Sequence[Attempt], how: Running) -> list[Execution]:
    return execute_python(
        predictions=[attempt.prediction for attempt in attempts],
        references=[attempt.reference for attempt in attempts],
        tests=[attempt.tests for attempt in attempts],
        entry_points=[attempt.entry_point for attempt in attempts],
        trials=[attempt.trial for attempt in attempts],
        workers=how.workers,
        code_block=how.code_block,
        imports=how.imports,
    )


def _try_rows(examples: Sequence[Example], workers: int, imports: Sequence[str]) -> list[str]:
    from tuneyard.judging.rows import try_rows

    tried = try_rows(
        [example.meta["tests"] for example in examples],
        [example.reference for example in examples],
        [example.meta.get("entry_point") for example in examples],
        workers,
        imports,
    )
    return [found.reason for found in tried]


PYTHON = Task(
    name="python",
    verdict=Verdict(
        key="passed",
        label="pass@1",
        spoken="tests passed (pass@1)",
        note="the share of answers that pass their tests, averaged over tasks",
        missing="they have no tests, or such as check nothing or cannot be passed",
    ),
    by="tests",
    judge=_judge,
    try_rows=_try_rows,
    categories={**PROGRAM_CATEGORIES, "wrong_answer": "E", "forged": "E"},
    language="python",
    check_tests=check_tests,
    imports=True,
    suspects=True,
)
