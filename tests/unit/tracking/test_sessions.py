"""A run that was stopped lasts as long as it was at work."""

from __future__ import annotations

import json

import pytest

from tuneyard.tracking.sessions import Sessions


def test_the_stop_between_two_sessions_does_not_count() -> None:
    first = Sessions(None, began=1_000)
    assert first.end(1_500, 5_000) == 5_000
    text = first.text(5_000)
    second = Sessions(text, began=100_000)
    assert second.end(1_500, 103_000) == 1_500 + 3_500 + 3_000
    # An arm that began in the second session has nothing of the first.
    assert second.end(101_000, 103_000) == 103_000
    # Another tracker of the same process goes on with the same session.
    again = Sessions(second.text(102_000), began=100_000)
    assert again.end(1_500, 103_000) == second.end(1_500, 103_000)
    assert len(json.loads(again.text(103_000))) == 2


@pytest.mark.parametrize("text", ["", "[[1,", "{}", "[3]", "null"])
def test_a_tag_that_cannot_be_read_counts_as_none(text: str) -> None:
    assert Sessions(text, began=10).end(10, 20) == 20
