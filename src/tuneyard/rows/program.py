"""Test programs that come with a row."""

from __future__ import annotations

from collections.abc import Mapping

from tuneyard.errors import UserError
from tuneyard.judging.forms import FormError, program_of


def check_tests(
    tests: str,
    column: str,
    place: str,
    entry_point: str | None = None,
    setup: Mapping[str, str] | None = None,
) -> None:
    """Refuse tests that no answer could pass: the fault would be counted against the model.

    Args:
        setup: what of them stands in columns of its own (see ``setup_of``).

    Raises:
        UserError: no Python program can be made of them.
    """
    try:
        program_of(tests, entry_point)
    except FormError as error:
        for name, text in (setup or {}).items():
            check_tests(text, name, place)  # it may be what is wrong with the whole
        told = str(error).removeprefix("the tests do not compile: ")
        raise UserError(
            f"a row's {column!r} is no Python program ({told})",
            where=place,
            value=tests,
            remedy="write assertions or other statements that raise where the answer is wrong",
        ) from None
