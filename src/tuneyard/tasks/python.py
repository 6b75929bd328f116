"""Python: a program is right where it passes the tests that its row has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuneyard.judging.categories import PROGRAM_CATEGORIES, runtime_category
from tuneyard.rows import check_tests
from tuneyard.tasks.record import Attempt, Execution, Running, Task, Verdict, unjudged

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.judging.trial import Case, Tried
    from tuneyard.records import Example
    from tuneyard.sandbox import Outcome, Sandbox


def _judge(attempts: Sequence[Attempt], how: Running) -> list[Execution]:
    """Judge answers in a sandbox of the call's own: see ``judge_in``."""
    from tuneyard.judging.rows import NO_TESTS
    from tuneyard.sandbox import Sandbox

    tested = sum(attempt.tests is not None for attempt in attempts)
    if not tested:
        return [unjudged(NO_TESTS)] * len(attempts)
    with Sandbox(workers=min(how.workers, tested), imports=how.imports) as sandbox:
        return judge_in(sandbox, attempts, how.code_block)


def judge_in(
    sandbox: Sandbox, attempts: Sequence[Attempt], code_block: CodeBlock = "first"
) -> list[Execution]:
    """Run each answer and then its tests; success is that neither raises.

    Which part of an answer is run is for ``tuneyard.answers.extract_code`` to say. Where there
    are no tests, or they judge nothing, ``success`` and ``category`` are None and ``detail`` begins
    with ``unjudged``; those of a row without a reference (None) are believed. Categories are those
    of every program, ``wrong_answer`` for a failed assertion, and ``forged`` for an answer that
    tampered with its tests.
    """
    from tuneyard.answers import extract_code, has_code
    from tuneyard.judging.answers import Answer, run_answers
    from tuneyard.judging.rows import case_of, try_cases

    known = [attempt.trial for attempt in attempts]
    results = [Execution(None, None, None)] * len(attempts)
    cases: dict[int, Case] = {}
    for index, attempt in enumerate(attempts):
        case = case_of(attempt.tests, attempt.reference, attempt.entry_point)
        if isinstance(case, str):
            results[index] = unjudged(case)
        else:
            cases[index] = case
    tries: dict[int, Tried] = {}
    with_reference = [index for index, case in cases.items() if case.reference is not None]
    untried = [index for index in with_reference if known[index] is None]
    judging = [index for index in with_reference if known[index] == ""]
    for some, before in ((untried, False), (judging, True)):
        found = try_cases([cases[index] for index in some], sandbox, known_to_judge=before)
        for index, tried in zip(some, found, strict=True):
            known[index] = "" if before else tried.reason
            tries[index] = tried
    todo: dict[int, Answer] = {}
    for index, case in cases.items():
        source, reason = extract_code(attempts[index].prediction, code_block), known[index]
        if reason:
            results[index] = unjudged(reason)
        elif reason is not None and source == case.reference:
            results[index] = Execution(True, None, None)  # it ran when the tests were tried
        elif not has_code(source):
            said = "words only" if source.strip() else "empty"
            results[index] = Execution(False, "no_code", said)
        else:
            todo[index] = Answer(case, tries.get(index), source)
    for index, outcome in zip(todo, run_answers([*todo.values()], sandbox), strict=True):
        results[index] = _python_result(outcome)
    return results


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
        several=True,
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
