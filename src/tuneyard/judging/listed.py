"""Tests that are stored as a list or an object: the statements, in the order in which they run."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from typing import Any

from tuneyard.unwarned import unwarned

_SETUP = {"setup", "set_up", "setup_code", "test_setup_code", "test_setup", "imports",
          "test_imports", "prelude", "prefix", "preamble"}  # fmt: skip
ROW_SETUP = ("test_setup_code", "test_imports", "test_setup")
"""Columns whose statements come before a row's tests."""
_TESTS = {"asserts", "assertions", "assert", "tests", "test", "test_list", "test_cases", "cases",
          "test_code", "code", "statements", "check", "unittest", "public_tests", "private_tests",
          "hidden_tests", "challenge_test_list"}  # fmt: skip
_LAST = {"teardown", "tear_down", "cleanup"}
_ABOUT = {"id", "name", "description", "comment", "type", "language"}


class FormError(ValueError):
    """Tests from which no program can be made; the message says why.

    Attributes:
        column: the set-up column that is at fault; None: the tests are.
    """

    column: str | None = None


def statements(value: Any, what: str = "the tests") -> list[str]:
    """Return the texts of a list of tests, of lists in it, and of objects with known keys.

    An object's set-up comes before its tests, and its clean-up behind them. ``None`` is nothing.

    Args:
        what: how the message of an error calls them.

    Raises:
        FormError: it holds something else.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [line for item in value for line in statements(item, what)]
    if not isinstance(value, dict):
        raise FormError(f"{what} hold {str(value)[:40]!r}, which is no text")
    known = _SETUP | _TESTS | _LAST
    others = [str(key) for key in value if str(key).lower() not in known | _ABOUT]
    if others or not any(str(key).lower() in known for key in value):
        told = ", ".join(map(repr, (others or list(value))[:3]))
        key = f"with the key {told}, whose meaning is not known" if told else "without keys"
        raise FormError(f"{what} hold an object {key}")
    return [
        line
        for keys in (_SETUP, _TESTS, _LAST)
        for key, item in value.items()
        if str(key).lower() in keys
        for line in statements(item, what)
    ]


def with_setup(tests: Any, row: Mapping[str, Any], taken: Collection[str] = ()) -> str | None:
    """Return a row's tests as one text, behind the set-up that it has in columns of its own.

    MBPP's rows have what their ``test_list`` needs in ``test_setup_code`` and ``test_imports``.

    Args:
        taken: columns that mean something else, whatever they are called.

    Raises:
        FormError: see ``statements``.
    """
    if tests is None:
        return None
    text = tests if isinstance(tests, str) else "\n".join(statements(tests))
    setup = setup_of(row, taken).values()
    return "\n".join([*setup, unlisted(text)]) if setup and text.strip() else text


def setup_of(row: Mapping[str, Any], taken: Collection[str] = ()) -> dict[str, str]:
    """Return the set-up that a row has in columns of its own, by column; no empty ones.

    Args:
        taken: see ``with_setup``.

    Raises:
        FormError: see ``statements``; its ``column`` is set.
    """
    found = {}
    for name in ROW_SETUP:
        try:
            lines = [] if name in taken else statements(row.get(name), "the statements")
        except FormError as error:
            error.column = name
            raise
        text = unlisted("\n".join(line for line in lines if line.strip()))
        if text.strip():
            found[name] = text
    return found


def unlisted(text: str) -> str:
    """Return the statements of a list or object that is stored as text; other texts as they are."""
    if text.lstrip()[:1] not in ("[", "(", "{"):
        return text
    for read in (json.loads, ast.literal_eval):
        try:
            with unwarned():
                value = read(text.strip())
            if isinstance(value, list | tuple | dict):
                return "\n".join(statements(value))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return text
