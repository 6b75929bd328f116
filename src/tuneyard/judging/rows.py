"""Rows whose tests are tried: each distinct one once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tuneyard.judging.apart import try_apart
from tuneyard.judging.forms import FormError, may_check, program_of
from tuneyard.judging.hollow import take_out
from tuneyard.judging.trial import Case, try_tests

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox


ASSERT_NOTHING = "the tests assert nothing"


class Tried(NamedTuple):
    """What was found of a row's tests.

    Attributes:
        reason: why they judge nothing; an empty text where they do.
        apart: the terms on which answers are judged apart from them (see
            ``tuneyard.judging.apart``); None: in one process with them.
    """

    reason: str
    apart: str | None = None


def case_of(tests: str, reference: str | None, entry_point: str | None) -> Case | str:
    """Return what is run of a row, or why nothing can be.

    Args:
        tests: as ``text_of`` returns them.
        reference: an answer, in Markdown or not; None or empty: there is none.
        entry_point: see ``program_of``.
    """
    from tuneyard.answers import extract_code

    try:
        program = program_of(tests, entry_point)
    except FormError as error:
        return str(error)
    if not may_check(tests):
        return ASSERT_NOTHING
    if reference is None or not reference.strip():
        return Case(None, None, program, ())
    source = extract_code(reference)
    taken = take_out(source)
    return Case(source, taken.hollow, program, taken.names)


def try_cases(cases: Sequence[Case | str], sandbox: Sandbox) -> list[Tried]:
    """Try the tests of each case."""
    todo = [case for case in dict.fromkeys(cases) if isinstance(case, Case)]
    found = {
        case: Tried("", terms)
        for case, terms in zip(todo, try_apart(todo, sandbox), strict=True)
        if terms is not None
    }
    rest = [case for case in todo if case not in found]
    for case, reason in zip(rest, try_tests(rest, sandbox), strict=True):
        found[case] = Tried(reason or "")
    return [Tried(case) if isinstance(case, str) else found[case] for case in cases]


def try_rows(
    tests: Sequence[str],
    references: Sequence[str],
    entry_points: Sequence[str | None],
    workers: int = 1,
    imports: Sequence[str] = (),
) -> list[Tried]:
    """Try the tests of each row.

    Starts a sandbox of ``workers`` processes for the call. A row without a reference is refused.

    Args:
        imports: modules that the programs import, loaded once for all.
    """
    from tuneyard.sandbox import Sandbox

    cases = [
        case_of(test, reference, entry_point) if reference.strip() else "the reference is empty"
        for test, reference, entry_point in zip(tests, references, entry_points, strict=True)
    ]
    with Sandbox(workers, imports=imports) as sandbox:
        return try_cases(cases, sandbox)
