from __future__ import annotations

from tuneyard.tasks import TASKS, Attempt, Running


def judge(*attempts):
    """Judge answers, each with its reference."""
    return TASKS["cocobots"].judge([Attempt(*attempt) for attempt in attempts], Running())


def test_cocobots_programs_build_equal_boards_or_not() -> None:
    reference = "put(board, 'washer', 'red', 6, 4)\nput(board, 'nut', 'blue', 6, 4)"
    answers = [
        reference,
        "put(board, 'washer', 'red', 6, 4)",
        "put(board, 'nut', 'blue', 6, 4)\nput(board, 'washer', 'red', 6, 9)",
        "place(board)",
    ]
    results = judge(*((answer, reference) for answer in answers))
    assert [result[:2] for result in results] == [
        (True, None),
        (False, "wrong_count"),
        (False, "dimensions"),
        (False, "name_error"),
    ]
    assert judge() == []


def test_prediction_and_reference_are_not_exchangeable() -> None:
    good, bad = "put(board, 'nut', 'red', 0, 0)", "put(board, 'nut', 'red', 0, 8)"
    (forward,) = judge((bad, good))
    (backward,) = judge((good, bad))
    assert forward.category == "dimensions"
    assert backward[:2] == (None, None)
    assert str(backward.detail).startswith("unjudged: the reference does not run: dimensions")
