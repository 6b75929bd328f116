"""Arithmetic over keys: what it comes to, and what is no arithmetic."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config.formula import Formula

SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@pytest.mark.parametrize(
    ("text", "values", "value"),
    [
        ("2 * sft.lora.r", {"sft.lora.r": 8}, 16),
        ("sft.lora.r // 2", {"sft.lora.r": 9}, 4),
        ("sft.lora.r / 2", {"sft.lora.r": 9}, 4.5),
        ("-(1 - dpo.beta) % 3", {"dpo.beta": 3}, 2),
        ("max(4, min(sft.lora.r, 64))", {"sft.lora.r": 128}, 64),
        ("round(sft.learning_rate * 1000)", {"sft.learning_rate": 0.0021}, 2),
    ],
)
def test_it_comes_to(text: str, values: dict[str, float], value: float) -> None:
    formula = Formula(text)
    assert formula.keys == tuple(values)
    found = formula.value(values)
    assert (found, type(found)) == (value, type(value))


@given(
    st.lists(st.integers(-99, 99), min_size=1, max_size=8), st.lists(st.sampled_from(list(SIGNS)))
)
def test_it_is_calculated_as_python_does(numbers: list[int], signs: list[str]) -> None:
    pairs = list(zip(signs, numbers[1:], strict=False))
    text = f"({numbers[0]})" + "".join(f" {sign} ({number})" for sign, number in pairs)
    assert Formula(text).value({}) == eval(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "2 *", "x = 1", "__import__('os')", "r.__class__()", "[1]", "r[0]", "'a' * 2", "True",
        "2 ** 9", "lambda: 1", "min()", "min(1, key=r)", "open(r)", "1 if r else 2", "1 < r",
        "(1).real", "f'{r}'", "r" * 201, "(" * 150,
    ],
)  # fmt: skip
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="; write"):
        Formula(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    said, keys = "; write", tuple[str, ...]()
    try:
        keys = Formula(text).keys
    except ValueError as error:
        said = str(error)
    assert "; write" in said
    assert all(key.replace(".", "").isidentifier() for key in keys)


@pytest.mark.parametrize(
    ("text", "value"), [("1 / r", 0), ("r * 2", "8"), ("r + 1", True), ("r - 1", None)]
)
def test_what_cannot_be_calculated_says_so(text: str, value: object) -> None:
    with pytest.raises(ValueError, match="; "):
        Formula(text).value({"r": value})
