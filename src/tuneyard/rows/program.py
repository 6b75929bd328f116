"""Test programs that come with a row."""

from __future__ import annotations

from tuneyard.errors import UserError
from tuneyard.judging.forms import FormError, program_of


def check_tests(tests: str, column: str, place: str, entry_point: str | None = None) -> None:
    """Refuse tests that no answer could pass: the fault would be counted against the model.

    Raises:
        UserError: no Python program can be made of them.
    """
    try:
        program_of(tests, entry_point)
    except FormError as error:
        told = str(error).removeprefix("the tests do not compile: ")
        raise UserError(
            f"a row's {column!r} is no Python program ({told})",
            where=place,
            value=tests,
            remedy="write assertions or other statements that raise where the answer is wrong",
        ) from None
