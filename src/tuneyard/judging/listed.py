"""Tests that are stored as a list or an object: the statements, in the order in which they run."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any

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
    """Tests from which no program can be made; the message says why."""


def statements(value: Any) -> list[str]:
    """Return the texts of a list of tests, of lists in it, and of objects with known keys.

    An object's set-up comes before its tests, and its clean-up behind them. ``None`` is nothing.

    Raises:
        FormError: it holds something else.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [line for item in value for line in statements(item)]
    if not isinstance(value, dict):
        raise FormError(f"the tests hold {str(value)[:40]!r}, which is no text")
    known = _SETUP | _TESTS | _LAST
    others = [str(key) for key in value if str(key).lower() not in known | _ABOUT]
    if others or not any(str(key).lower() in known for key in value):
        told = ", ".join(map(repr, (others or list(value))[:3]))
        raise FormError(f"the tests hold an object with the key {told}, whose meaning is not known")
    return [
        line
        for keys in (_SETUP, _TESTS, _LAST)
        for key, item in value.items()
        if str(key).lower() in keys
        for line in statements(item)
    ]


def with_setup(tests: Any, row: Mapping[str, Any]) -> str | None:
    """Return a row's tests as one text, behind the set-up that it has in columns of its own.

    MBPP's rows have what their ``test_list`` needs in ``test_setup_code`` and ``test_imports``.

    Raises:
        FormError: see ``statements``.
    """
    if tests is None:
        return None
    text = tests if isinstance(tests, str) else "\n".join(statements(tests))
    setup = [line for name in ROW_SETUP for line in statements(row.get(name)) if line.strip()]
    return "\n".join([*setup, unlisted(text)]) if setup and text.strip() else text


def unlisted(text: str) -> str:
    """Return the statements of a list or object that is stored as text; other texts as they are."""
    if text.lstrip()[:1] not in ("[", "(", "{"):
        return text
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text.strip())
            if isinstance(value, list | tuple | dict):
                return "\n".join(statements(value))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return text
