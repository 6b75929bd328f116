from __future__ import annotations

import pytest

from tuneyard.tasks.cocobots import execute_cocobots


def test_cocobots_programs_build_equal_boards_or_not() -> None:
    reference = "put(board, 'washer', 'red', 6, 4)\nput(board, 'nut', 'blue', 6, 4)"
    answers = [
        reference,
        "put(board, 'washer', 'red', 6, 4)",
        "put(board, 'nut', 'blue', 6, 4)\nput(board, 'washer', 'red', 6, 9)",
        "place(board)",
    ]
    results = execute_cocobots(predictions=answers, references=[reference] * len(answers))
    assert [result[:2] for result in results] == [
        (True, None),
        (False, "wrong_count"),
        (False, "dimensions"),
        (False, "name_error"),
    ]
    assert execute_cocobots(predictions=[], references=[]) == []


def test_prediction_and_reference_are_not_exchangeable() -> None:
    good, bad = "put(board, 'nut', 'red', 0, 0)", "put(board, 'nut', 'red', 0, 8)"
    (forward,) = execute_cocobots(predictions=[bad], references=[good])
    (backward,) = execute_cocobots(predictions=[good], references=[bad])
    assert forward.category == "dimensions"
    assert backward[:2] == (None, None)
    assert str(backward.detail).startswith("unjudged: the reference does not run: dimensions")


def test_arguments_cannot_be_given_by_position() -> None:
    with pytest.raises(TypeError):
        execute_cocobots(["x"], ["y"])  # type: ignore[misc]
