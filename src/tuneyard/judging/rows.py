"""Rows whose tests are tried: each distinct one once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuneyard.judging.apart import try_apart
from tuneyard.judging.forms import FormError, may_check, program_of
from tuneyard.judging.hollow import take_out
from tuneyard.judging.served import serve
from tuneyard.judging.trial import Case, Tried, try_tests

if TYPE_CHECKING:
    from tuneyard.sandbox import Sandbox


NO_TESTS = "no tests"
ASSERT_NOTHING = "the tests assert nothing"


def case_of(tests: str | None, reference: str | None, entry_point: str | None) -> Case | str:
    """Return what is run of a row, or why nothing can be.

    Args:
        tests: the row's as one text, as ``listed.with_setup`` returns them; None: it has none.
        reference: an answer, in Markdown or not; None: there is none.
        entry_point: see ``program_of``.
    """
    from tuneyard.answers import extract_code

    if tests is None or not tests.strip():
        return NO_TESTS
    source = "" if reference is None else extract_code(reference)
    try:
        program = program_of(tests, entry_point, source)
    except FormError as error:
        return str(error)
    if not may_check(tests):
        return ASSERT_NOTHING
    if reference is None:
        return Case(None, None, program, ())
    if not reference.strip():
        return "the reference is empty"
    taken = take_out(source)
    program = serve(program, taken.takes)
    return Case(source, taken.hollow, program, taken.names, taken.takes, taken.imports)


def try_cases(
    cases: Sequence[Case | str], sandbox: Sandbox, *, known_to_judge: bool = False
) -> list[Tried]:
    """Say of each case whether its tests judge, and how answers are held against them.

    See ``try_apart`` and, for those that this leaves, ``try_tests``.
    """
    todo = [case for case in dict.fromkeys(cases) if isinstance(case, Case)]
    apart = try_apart(todo, sandbox, known_to_judge=known_to_judge)
    found = {case: tried for case, tried in zip(todo, apart, strict=True) if tried is not None}
    rest = [case for case in todo if case not in found]
    found.update(zip(rest, try_tests(rest, sandbox, known_to_judge=known_to_judge), strict=True))
    return [Tried(case, None) if isinstance(case, str) else found[case] for case in cases]


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
        case_of(test, reference, entry_point)
        for test, reference, entry_point in zip(tests, references, entry_points, strict=True)
    ]
    with Sandbox(workers, imports=imports) as sandbox:
        return try_cases(cases, sandbox)
