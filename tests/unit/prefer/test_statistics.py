"""Lengths, distances and syntax of preference pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.prefer.statistics import compiles, edit_distance, pair_statistics
from tuneyard.records import Preference


def pair(chosen: str, rejected: str) -> Preference:
    return Preference("p", "e", "prompt", chosen, rejected)


def plain_distance(one: str, other: str) -> int:
    """Levenshtein distance by its definition, for short texts."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row, before = [i], row
        for j, right in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right)))
    return row[-1]


def test_known_distances() -> None:
    assert edit_distance("kitten", "sitting") == pytest.approx(3 / 7)
    assert edit_distance("", "") == 0
    assert edit_distance("", "abc") == 1


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_distance_is_levenshtein(one: str, other: str) -> None:
    longest = max(len(one), len(other), 1)
    assert edit_distance(one, other) == pytest.approx(plain_distance(one, other) / longest)


def test_statistics_of_pairs() -> None:
    found = pair_statistics([pair("x = 1", "x = "), pair("y = 2", "y = 222")])
    assert found["pairs"] == 2
    assert found["chosen_chars"]["mean"] == 5
    assert (found["rejected_chars"]["min"], found["rejected_chars"]["max"]) == (4, 7)
    assert (found["chosen_compiles"], found["rejected_compiles"]) == (1, 0.5)
    assert (found["chosen_shorter"], found["chosen_longer"]) == (0.5, 0.5)
    assert found["edit_distance"]["max"] == pytest.approx(2 / 7)
    assert found["warnings"] == []


@pytest.mark.parametrize(("shorter", "warned"), [(8, False), (9, True)])
def test_length_that_predicts_the_choice_is_told(shorter: int, warned: bool) -> None:
    pairs = [pair("a", "bb")] * shorter + [pair("aa", "b")] * (10 - shorter)
    notes = pair_statistics(pairs)["warnings"]
    assert bool(notes) == warned
    assert not warned or "shorter one in 90%" in notes[0]


def test_no_pairs_is_said() -> None:
    found = pair_statistics([])
    assert found["pairs"] == 0
    assert found["edit_distance"] is None
    assert found["warnings"]
    assert found.keys() == pair_statistics([pair("a", "b")]).keys()


@pytest.mark.parametrize(
    ("text", "expected"), [("x = 1", True), ("x =", False), (" ", False), ("return", False)]
)
def test_compiles(text: str, expected: bool) -> None:
    assert compiles(text) is expected
    assert not compiles("\0")
