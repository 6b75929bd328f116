"""Lengths, distances and syntax of preference pairs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.prefer.statistics import (
    compiles,
    edit_distance,
    pair_statistics,
    surface_cue,
    with_prompts,
)
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
    found = pair_statistics([pair("x = 1", "x = "), pair("y = 2", "```\ny = 222\n```")])
    assert found["pairs"] == 2
    assert found["chosen_chars"]["mean"] == 5
    assert (found["rejected_chars"]["min"], found["rejected_chars"]["max"]) == (4, 15)
    assert (found["chosen_compiles"], found["rejected_compiles"]) == (2, 0)
    assert (found["chosen_code_compiles"], found["rejected_code_compiles"]) == (2, 1)
    assert (found["chosen_fenced"], found["rejected_fenced"]) == (0, 1)
    assert found["edit_distance"]["max"] == pytest.approx(10 / 15)
    assert found["cues"]["length"]["accuracy"] == 0.5
    assert found["cues"]["fence"] == {
        **found["cues"]["fence"],
        "rule": "unfenced",
        "accuracy": 0.75,
    }
    assert found["warnings"] == []  # two pairs show nothing


@pytest.mark.parametrize(
    ("shorter", "of", "warned"),
    [(8, 10, False), (80, 100, True), (65, 100, False), (100, 100, True)],
)
def test_length_that_predicts_the_choice_is_told(shorter: int, of: int, warned: bool) -> None:
    pairs = [pair("a", "bb")] * shorter + [pair("aa", "b")] * (of - shorter)
    notes = pair_statistics(pairs)["warnings"]
    assert bool(notes) == warned
    assert not warned or f"shorter one in {shorter}%" in notes[0]


def test_a_format_that_predicts_the_choice_is_told() -> None:
    pairs = [pair("ab = 1", "```\n```")] * 40 + [pair("a", "b")] * 10
    (note,) = [n for n in pair_statistics(pairs)["warnings"] if "fence" in n]
    assert "unfenced one in 90%" in note


numbers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)


@given(numbers)
def test_a_cue_is_right_in_the_share_of_pairs_that_its_rule_picks(rows: list[Any]) -> None:
    one, other = zip(*rows, strict=True)
    found = surface_cue(one, other, ("higher", "lower"))
    sign = 1 if found["rule"] == "higher" else -1
    gained = [sign * (a - b) for a, b in rows]
    expected = sum(1.0 if g > 0 else 0.5 if g == 0 else 0.0 for g in gained) / len(rows)
    assert found["accuracy"] == pytest.approx(expected)
    assert found["accuracy"] >= 0.5
    assert found["low"] <= found["accuracy"] <= found["high"] + 0.5 / len(rows)
    mirrored = surface_cue(other, one, ("higher", "lower"))
    assert mirrored["accuracy"] == pytest.approx(found["accuracy"])


def test_differing_prompts_are_told_first() -> None:
    stats = pair_statistics([pair("a", "b")])
    same = with_prompts(stats, ["p"], ["p"], "dpo.pairs")
    assert (same["prompt_differs"], same["prompt_example"]) == (0, None)
    found = with_prompts({**stats, "warnings": ["x"]}, ["p", "q"], ["p", "r"], "dpo.pairs")
    assert found["prompt_example"] == {"training": "q", "inference": "r"}
    assert "1 of 2" in found["warnings"][0]
    assert found["warnings"][1] == "x"


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
