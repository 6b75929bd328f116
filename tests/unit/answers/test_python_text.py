"""A program, words, or a program gone wrong."""

from __future__ import annotations

import pytest

from tuneyard.answers import has_code, parse


@pytest.mark.parametrize(
    "text",
    ["", " \n", "Sure", "Yes", "None", "a, b", "not sure", "Answer: yes", "I cannot do that.",
     "...", "# a comment", "'put a nut'", '"""\nput a nut\n"""', "place a red nut",
     "Here is the code:", "pip install numpy", "8", '{"a": [1, 2]}', "-x\n+y"],
)  # fmt: skip
def test_words_are_no_code(text: str) -> None:
    assert not has_code(text)


@pytest.mark.parametrize(
    "text",
    ["put(board, 'nut'", "def wn(board", "x = 1", "import os", "print(1)", "while True: pass",
     "Here it is:\nwn(board, 1)", "pass", "double = (\n    lambda n:\n    2 * n\n)\n",
     'class Config(\n    object,\n):\n    """Holds."""\n', 'TEXT = """\nhello world\n"""\n',
     "x = (\n1\n)", "(\nf\n)(\n1\n)", "x: int = 1", "put(board, 'nut')\0",
     "x, y = f(1,", "for x in y:\n# gone"],
)  # fmt: skip
def test_code_and_what_was_meant_to_be(text: str) -> None:
    assert has_code(text)


def test_what_cannot_be_parsed_is_none() -> None:
    for text in ("x = (", "x\0", "\ud800", "(" * 5_000 + ")" * 5_000, "x" * 100_001):
        assert parse(text) is None
