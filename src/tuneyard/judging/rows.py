"""Rows whose tests are tried: each distinct one once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuneyard.judging.forms import FormError, program_of
from tuneyard.judging.hollow import take_out
from tuneyard.judging.trial import Case, try_tests

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox


def case_of(tests: str, reference: str | None, entry_point: str | None) -> Case | str:
    """Return what is run of a row, or why nothing can be.

    Args:
        tests: as ``text_of`` returns them.
        reference: an answer, in Markdown or not; None: there is none to try the tests with.
        entry_point: see ``program_of``.
    """
    from tuneyard.cocobots.program import extract_code

    try:
        program = program_of(tests, entry_point)
    except FormError as error:
        return str(error)
    source = "" if reference is None else extract_code(reference)
    if reference is not None and not source.strip():
        return "the reference is empty"
    taken = take_out(source)
    return Case(source, taken.hollow, program, taken.names)


def try_cases(cases: Sequence[Case | str | None], sandbox: Sandbox) -> list[str]:
    """Say of each case why its tests judge nothing; an empty text where they do."""
    found = {case: case for case in cases if isinstance(case, str)}
    todo = [case for case in dict.fromkeys(cases) if isinstance(case, Case)]
    found |= {
        case: reason or "" for case, reason in zip(todo, try_tests(todo, sandbox), strict=True)
    }
    return [found[case] for case in cases]


def try_rows(
    tests: Sequence[str],
    references: Sequence[str],
    entry_points: Sequence[str | None],
    workers: int = 1,
) -> list[str]:
    """Say of each row why its tests judge nothing; an empty text where they do.

    Starts a sandbox of ``workers`` processes for the call.
    """
    from tuneyard.sandbox import Sandbox

    cases = [case_of(*row) for row in zip(tests, references, entry_points, strict=True)]
    with Sandbox(workers) as sandbox:
        return try_cases(cases, sandbox)
