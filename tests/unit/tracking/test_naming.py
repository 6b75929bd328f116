from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.tracking.naming import KEY_LIMIT, PARAM_LIMIT, entity_key, finite, flatten, shorten


def test_valid_names_stay() -> None:
    assert entity_key("sft/eval_loss") == "sft/eval_loss"
    assert entity_key("β.train on:1") == "β.train on:1"


@given(st.text(max_size=400))
def test_every_name_becomes_one_that_mlflow_takes(name: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    made = entity_key(name)
    _validate_metric_name(made)
    _validate_param_name(made)
    assert len(made) <= KEY_LIMIT


def test_names_that_differ_in_a_forbidden_character_stay_apart() -> None:
    assert entity_key("pass@1") != entity_key("pass#1")


def test_flatten_writes_dotted_keys_and_the_words_of_yaml() -> None:
    params = {"sft": {"lora": {"r": 16}, "on": ["a", "b"], "empty": {}}, "seed": None, "x": True}
    assert flatten(params) == {
        "sft.lora.r": "16",
        "sft.on": '["a", "b"]',
        "sft.empty": "{}",
        "seed": "null",
        "x": "true",
    }


@given(st.text(min_size=90, max_size=300), st.integers(80, 120))
def test_shortened_text_keeps_the_limit_and_says_what_it_was(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(text) > limit:
        assert f"({len(text)} characters, sha256 " in short
    else:
        assert short == text


def test_long_values_that_differ_at_the_end_stay_apart() -> None:
    one, other = "x" * PARAM_LIMIT + "1", "x" * PARAM_LIMIT + "2"
    assert flatten({"p": one}) != flatten({"p": other})
    assert len(flatten({"p": one})["p"]) == PARAM_LIMIT


@pytest.mark.parametrize("value", [None, "1.0", float("nan"), float("inf"), object()])
def test_what_is_not_a_finite_number(value: object) -> None:
    assert finite(value) is None


def test_bools_are_numbers() -> None:
    assert finite(True) == 1.0
