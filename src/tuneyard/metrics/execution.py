"""Execution: does the program run, and does it do what the reference does?

Programs run in the sandbox only. Each function starts one for the call and shuts it down after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tuneyard.answers import CodeBlock
    from tuneyard.judging.trial import Case, Tried
    from tuneyard.sandbox import Outcome, Sandbox

UNJUDGED = "unjudged"
"""How ``Execution.detail`` begins where a row has no tests, or no reference that answers are held
against, that say anything of an answer."""


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
    code_block: CodeBlock = "first",
) -> list[Execution]:
    """Run each prediction and its reference on an empty board; success is equal boards.

    A right board in the wrong form succeeds with the category ``wrong_form``. Where the reference
    does not run or builds nothing, ``success`` and ``category`` are None and ``detail`` begins with
    ``unjudged``.
    """
    from tuneyard.cocobots.execution import judge

    pairs = list(zip(references, predictions, strict=True))
    if not pairs:
        return []
    with _sandbox(sandbox, workers) as box:
        return [
            _unjudged(v.detail or "")
            if v.success is None
            else Execution(v.success, v.category, v.detail)
            for v in judge(pairs, box, code_block=code_block)
        ]


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
    with ``unjudged``. Categories are those of COCOBOTS's groups A to C, ``wrong_answer`` for a
    failed assertion, and ``forged`` for an answer that tampered with its tests.

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
            results[index] = _unjudged(case)
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
                results[index] = _unjudged(reason)
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


def _unjudged(reason: str) -> Execution:
    return Execution(None, None, f"{UNJUDGED}: {reason}"[:500])


def check_imports(names: Sequence[str], where: str) -> None:
    """Try in the sandbox to import what programs are said to import.

    Raises:
        UserError: the first module that cannot be imported there, and why.
    """
    from tuneyard.errors import UserError
    from tuneyard.judging.trial import LIMITS, describe
    from tuneyard.sandbox import Program, Sandbox

    if not names:
        return
    programs = [Program(f"import importlib\nimportlib.import_module({n!r})", limits=LIMITS)
                for n in names]  # fmt: skip
    with Sandbox(workers=1, imports=names) as box:
        for name, outcome in zip(names, box.map(programs), strict=True):
            if outcome.status != "ok":
                raise UserError(
                    f"a module that programs import cannot be imported in the sandbox "
                    f"({describe(outcome)})",
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
