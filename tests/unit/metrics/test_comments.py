from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.metrics.comments import without_comments

PIECES = [
    *("x", "=", "1", "if y:", "def f():", "0x1", "é", "\u3000", "$", "?", ";", ",", "\\"),
    *(" ", "    ", "\n", "\n", "\n    ", "\n  ", "\t", "\x0b", "\r", "\\\n"),
    *("# c", "#", "'", '"', "'''", '"""', "'a'", '"b"', "'it\\'s'", "f'", "rb'", "r"),
    *("(", ")", "[", "]", "{", "}"),
    *(
        "\n\t",
        "\n\t\t",
        "\n        ",
        "\n    'd'",
        "\n\t'd'",
        "'''d\n e'''",
        "\n# c",
        "\n    # c",
        "\n\n",
    ),
]


def package(code: str) -> str:
    from codebleu.parser import remove_comments_and_docstrings

    try:
        return str(remove_comments_and_docstrings(code, "python"))
    except Exception:
        return code


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_comes_out_as_from_the_package(code: str) -> None:
    assert without_comments(code) == package(code)


def test_programs_come_out_as_from_the_package(programs: list[str]) -> None:
    for code in programs:
        assert without_comments(code) == package(code)


def test_thesis_texts_come_out_as_from_the_package(
    thesis: tuple[str, list[str], list[str]],
) -> None:
    _, predictions, references = thesis
    for code in (*predictions, *references):
        assert without_comments(code) == package(code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1  # one\n\ny = '# two'\n", "x = 1  \ny = '# two'"),
        ("def f():\n    '''Doc.'''\n    return 1", "def f():\n    return 1"),
        ("if x:\n\ty\n\tz", "if x:\n\ty\n z"),
        ("if x:\n    'a'\n    'b'\n\n    'c'\n'd'", "if x:\n    'c'"),
        ("x = (\n    'a'\n'b')", "x = (\n    'a'\n)"),
        ("x = (1  # open", "x = (1  # open"),
        ("if x:\n    y  # a\n  z", "if x:\n    y  # a\n  z"),
        ("x = '''open  # a", "x = '''open  # a"),
        ("x = )1  # a", "x = )1  # a"),
    ],
    ids=["comment", "docstring", "tabs", "strings", "bracket", "open", "back", "quote", "closed"],
)
def test_what_goes_and_what_text_that_the_tokenizer_refuses_keeps(code: str, expected: str) -> None:
    assert without_comments(code) == expected
