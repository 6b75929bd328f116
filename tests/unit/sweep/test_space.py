"""Points: drawn alike from one seed, distinct, and with what follows from them."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Dimension
from tuneyard.sweep.space import Space, at, draw, in_order


def dimension(**words: Any) -> Dimension:
    return Dimension.model_validate(words)


RANK, BETA = dimension(choice=[4, 8]), dimension(loguniform=[0.01, 1.0])
ALPHA = dimension(**{"from": "2 * r"})


def test_a_grid_has_every_combination_of_each_arm_s_own_keys() -> None:
    space = Space({"a": {"r": RANK, "alpha": ALPHA}, "b": {"n": dimension(integer=[1, 3])}})
    assert [(one.arm, one.values) for one in space.grid()] == [
        ("a", {"r": 4, "alpha": 8}),
        ("a", {"r": 8, "alpha": 16}),
        *(("b", {"n": number}) for number in (1, 2, 3)),
    ]


def test_a_seed_draws_the_same_points_and_more_of_them_begin_alike() -> None:
    space = Space({"a": {"r": RANK, "beta": BETA}})
    first = list(itertools.islice(space.random(3), 20))
    assert first[:7] == list(itertools.islice(space.random(3), 7))
    assert first != list(itertools.islice(space.random(4), 20))
    assert len({str(one.values) for one in first}) == 20


def test_arms_take_turns_and_a_small_space_is_used_up() -> None:
    space = Space({"a": {"r": RANK}, "b": {"r": RANK, "n": dimension(integer=[0, 1])}})
    points = list(space.random(0))
    assert [one.arm for one in points[:4]] == ["a", "b", "a", "b"]
    assert len(points) == 2 + 4


@given(
    st.sampled_from(["uniform", "loguniform", "integer", "quantised"]),
    st.floats(1e-6, 1e3),
    st.floats(1e-6, 1e3),
    st.integers(0, 99),
)
def test_what_is_drawn_is_within_its_bounds(kind: str, low: float, width: float, seed: int) -> None:
    bounds: list[float] = [low, low + width]
    if kind == "integer":
        bounds = [int(low), int(low) + 1 + int(width)]
    elif kind == "quantised":
        bounds.append(width / 7)
    one = dimension(**{kind: bounds})
    value = draw(one, random.Random(seed))
    slack = 1e-9 * bounds[1]  # ten digits of a quantised value
    assert bounds[0] - slack <= value <= bounds[1] + slack
    assert float(str(value)) == value
    assert type(value) is (int if kind == "integer" else float)


def test_quantised_values_are_whole_where_the_step_is() -> None:
    assert dimension(quantised=[2, 9, 3]).all == [2, 5, 8]
    assert dimension(quantised=[0, 0.3, 0.1]).all == [0, 0.1, 0.2, 0.3]
    assert dimension(quantised=[2, 9, 3]).ends == [2, 8]


def test_a_dotted_key_names_a_place() -> None:
    tree = {"a": {"b": 1}, "models": [{"name": "tiny", "length": 2}]}
    assert [at(tree, key) for key in ("a.b", "models.0.length", "models.tiny.length")] == [1, 2, 2]
    assert [at(tree, key) for key in ("a.c", "a.b.c", "models.1.length")] == [None] * 3


def test_what_follows_itself_is_refused() -> None:
    follow = {"a": dimension(**{"from": "b + 1"}), "b": dimension(**{"from": "a + 1"}), "c": RANK}
    with pytest.raises(ValueError, match="a, b follow from one another"):
        in_order(follow)


@pytest.mark.parametrize(
    "words",
    [
        {}, {"choice": [1]}, {"choice": [1, 1]}, {"uniform": [2, 1]}, {"uniform": [1]},
        {"loguniform": [0, 1]}, {"integer": [1.5, 3]}, {"quantised": [0, 1, 0]},
        {"quantised": [0, 1, 2]}, {"quantised": [0, 1, 1e-9]}, {"integer": [0, 10**9]},
        {"uniform": [0, 1], "choice": [1, 2]}, {"from": "2 *"}, {"normal": [0, 1]},
    ],
)  # fmt: skip
def test_no_dimension(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        dimension(**words)
