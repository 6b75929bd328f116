"""Axes of figures: every value has its place, and what is marked is round."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Dimension
from tuneyard.sweep.report.view import numbers, scale, spoken

REAL = st.floats(1e-7, 1e7)


@given(st.lists(REAL, min_size=1, max_size=6), st.sampled_from([None, True, False]))
def test_numbers_keep_their_order_on_an_axis(values: list[float], log: bool | None) -> None:
    found = numbers(values, log)
    places = [found.place(one) for one in sorted(values)]
    assert places == sorted(places)
    assert all(-1e-9 <= one <= 1 + 1e-9 for one in places)
    assert 1 <= len(found.ticks) <= 7
    assert all(-1e-6 <= place <= 1 + 1e-6 for place, _ in found.ticks)


def dimension(**words: Any) -> Dimension:
    return Dimension.model_validate(words)


def test_choices_stand_side_by_side_numbers_in_their_order() -> None:
    found = scale(dimension(choice=[16, 4]), [8, 4])
    assert found.names == ["4", "8", "16"]
    assert [found.place(one) for one in (4, 8, 16)] == [1 / 6, 0.5, 5 / 6]
    losses = scale(dimension(choice=[["ipo"], ["sigmoid", "sft"]]), [["ipo"]])
    assert losses.names == ["ipo", "sigmoid + sft"]


def test_orders_of_magnitude_are_as_far_apart() -> None:
    found = scale(dimension(loguniform=[1e-6, 1e-2]), [1e-4])
    assert found.place(1e-4) == 0.5
    assert [said for _, said in found.ticks] == ["1e-6", "1e-5", "0.0001", "0.001", "0.01"]
    # The study's own value may lie outside.
    assert scale(dimension(uniform=[0.2, 0.6]), [1.0]).place(1.0) == 1.0


def test_numbers_are_for_people() -> None:
    assert [spoken(one) for one in (0.25, 3e-5, 2359296.0, 12345.0, 8, None, True)] == [
        "0.25", "3e-5", "2.359 M", "12,345", "8", "null", "true",
    ]  # fmt: skip
