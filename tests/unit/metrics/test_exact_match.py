from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.metrics.exact_match import MAX_SOURCE, exact_match, exact_match_ast

CALL = "put(board, 'nut', 'red', 6, 4)"


@pytest.mark.parametrize("prediction", [CALL, CALL + "\n", CALL + " \r\n\t", CALL + "\r"])
def test_white_space_at_the_end_does_not_matter(prediction: str) -> None:
    assert exact_match(prediction=prediction, reference=CALL)


def test_line_ends_do_not_matter_and_other_white_space_does() -> None:
    assert exact_match(prediction="a\r\nb", reference="a\nb")
    assert not exact_match(prediction=" " + CALL, reference=CALL)
    assert not exact_match(prediction="\n" + CALL, reference=CALL)
    assert not exact_match(prediction="a \nb", reference="a\nb")


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        ('put(board,"nut","red",6,4)', True),
        ("put(board, 'nut', 'red', (6), 0x4)  # here", True),
        ("\n\nput(\n  board, 'nut', 'red', 6, 4)\n", True),
        ("put(board, 'nut', 'red', 4, 6)", False),
        ("put(board, 'nut', 'red', x=6, y=4)", False),
        ("put(board, 'nut', 'red', 6, 4", False),
        ("", False),
        ("\0", False),
        ("'\ud800'", False),
        ("-" * 100_000 + "1", False),
        ("x" * (MAX_SOURCE + 1), False),
    ],
)
def test_the_syntax_tree_is_compared(prediction: str, expected: bool) -> None:
    assert exact_match_ast(prediction=prediction, reference=CALL) is expected


def test_a_reference_that_does_not_parse_makes_it_missing() -> None:
    assert exact_match_ast(prediction="x = 1", reference="x = (") is None
    assert exact_match_ast(prediction="x = (", reference="x = (") is None


def test_an_invalid_escape_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    assert exact_match_ast(prediction=r"'\d'", reference=r"'\\d'") is True
    assert not recwarn.list


@settings(deadline=None)
@given(text=st.text())
def test_a_text_matches_itself_and_never_raises(text: str) -> None:
    assert exact_match(prediction=text, reference=text)
    assert exact_match_ast(prediction=text, reference=text) in (True, None)
