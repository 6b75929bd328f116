from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.cocobots.program import form_difference, syntax_detail

HIGHER = (
    "def wn(board, colors, x, y):\n"
    "    for shape, color in zip(['washer', 'nut'], colors):\n"
    "        put(board, shape, color, x, y)\n"
    "wn(board, ('red', 'blue'), 0, 7)"
)
HARD_CODED = (
    "def wn(board, colors, x, y):\n"
    "    put(board, 'washer', 'red', x=0, y=7)\n"
    "wn(board, ['red'], [0], [7])"
)
FIRST = "put(board, 'washer', 'red', 0, 7)\nput(board, 'nut', 'blue', 0, 7)"


@given(st.text())
def test_any_text_can_be_looked_at(text):
    form_difference(text, text + " ")


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("put(board, 'nut'", "unclosed bracket"),
        ("put(board, 'nut'\nx = 1", "unclosed bracket"),
        ("put(board]", "brackets do not match"),
        ("put(board))", "brackets do not match"),
        ("put(board, 'nut", "unterminated string"),
        ("def f():\nx = 1", "indentation"),
        ("  x = 1\n y = 2", "indentation"),
        ("x = = 1", "other: invalid syntax"),
    ],
)
def test_syntax_detail(source, detail):
    with pytest.raises(SyntaxError) as caught:
        compile(source, "<program>", "exec")
    assert syntax_detail(caught.value.msg) == detail


def test_syntax_detail_without_a_message():
    assert syntax_detail(None) == "other"


@pytest.mark.parametrize(
    ("reference", "prediction", "detail"),
    [
        (HIGHER, HIGHER, None),
        (HIGHER, HIGHER.replace("        put", "            put") + "\n# done\n", None),
        (HIGHER, FIRST, "first-order code where higher-order was asked"),
        (FIRST, HIGHER, "higher-order code where first-order was asked"),
        (FIRST, "board = init_board(8, 8)\n" + FIRST, "text differs"),
        (HIGHER, HIGHER.replace("color", "hue"), "text differs"),
        (
            HIGHER,
            HARD_CODED,
            "hard-coded function: wn ignores colors, x, y",
        ),
        (
            HIGHER,
            "def wn(board):\n    put(board, 'washer', 'red', 0, 7)\nwn(board)",
            "hard-coded function: wn takes no parameters",
        ),
        (HIGHER, "x = (", "text differs"),
        (HIGHER, HIGHER + " " * 200_000, "text differs"),
    ],
)  # fmt: skip
def test_form_difference(reference, prediction, detail):
    assert form_difference(reference, prediction) == detail


def test_deep_nesting_does_not_break_the_scorer():
    assert form_difference("x", "-" * 90_000 + "x") == "text differs"
    assert form_difference("x", "(" * 5_000 + "x" + ")" * 5_000) == "text differs"
    assert form_difference("x", "x" + ".a" * 30_000) == "text differs"
