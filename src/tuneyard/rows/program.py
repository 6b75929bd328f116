"""Test programs that come with a row."""

from __future__ import annotations

import ast
import warnings

from tuneyard.errors import UserError


def check_tests(tests: str, column: str, place: str) -> None:
    """Refuse tests that no answer could pass: the fault would be counted against the model.

    Raises:
        UserError: they are no Python program.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UserError(
            f"a row's {column!r} is no Python program ({error})",
            where=place,
            value=tests,
            remedy="write assertions or other statements that raise where the answer is wrong",
        ) from None
