"""Conversations of rows: which are taken, and what is said of the others."""

from typing import Any

import pytest

from tuneyard.errors import UserError
from tuneyard.prompts import Turn
from tuneyard.prompts.turns import plain, turns_of
from tuneyard.rows.messages import answered, conversation


def said(*roles: str) -> list[dict[str, Any]]:
    return [{"role": role, "content": f"{role}'s", "extra": 1} for role in roles]


def test_roles_and_contents_are_read() -> None:
    turns = conversation(said("system", "user", "assistant"), "messages", "r:1", ends="assistant")
    assert turns[0] == Turn("system", "system's")
    empty = [{"role": "system", "content": ""}, *said("user")]
    assert conversation(empty, "messages", "r:1", ends="user")[0].content == ""


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("text", "not a list"),
        ([], "does not end with user and assistant"),
        (["text"], "no 'role' and 'content'"),
        ([{"role": "user", "content": None}], "no 'role' and 'content'"),
        (said("user", "tool"), "'tool'"),
        (said("user"), "does not end with user and assistant"),
        (said("assistant", "assistant"), "does not end with user and assistant"),
        (said("user", "system", "user", "assistant"), "behind another turn"),
        ([{"role": "user", "content": " "}, *said("assistant")], "an empty turn"),
        ([*said("user"), {**said("assistant")[0], "weight": 0}], "ends with a turn of weight 0"),
        ([*said("user"), {**said("assistant")[0], "weight": 0.5}], "0.5, neither 0 nor 1"),
        ([*said("user"), {**said("assistant")[0], "weight": "1"}], "'1', neither 0 nor 1"),
    ],
)
def test_what_is_no_conversation_is_refused(value: Any, what: str) -> None:
    with pytest.raises(UserError, match=what) as caught:
        conversation(value, "messages", "r:7", ends="assistant")
    assert caught.value.where == "r:7"
    assert "role, content" in caught.value.remedy


def test_a_weight_is_kept() -> None:
    value = [*said("user", "assistant"), *said("user", "assistant")]
    value[1] |= {"weight": 0}
    value[3] |= {"weight": 1.0}
    turns = conversation(value, "messages", "r:1", ends="assistant")
    assert [turn.weight for turn in turns] == [1, 0, 1, 1]
    assert [turn.weight for turn in turns_of(plain(turns))] == [1, 0, 1, 1]
    assert plain(turns[:1]) == [{"role": "user", "content": "user's"}]


@pytest.mark.parametrize("key", ["tool_calls", "reasoning_content", "train"])
def test_what_no_prompt_is_given_is_refused(key: str) -> None:
    value = said("user", "assistant")
    value[1][key] = None
    conversation(value, "messages", "r:1", ends="assistant")
    value[1][key] = False
    with pytest.raises(UserError, match=f"a turn has '{key}'") as caught:
        conversation(value, "messages", "r:7", ends="assistant")
    assert caught.value.where == "r:7"


def test_an_answer_alone_or_with_its_question() -> None:
    question = (Turn("user", "user's"),)
    for value in (said("assistant"), said("user", "assistant")):
        assert answered(value, question, "chosen", "r:1") == "assistant's"
    for value in ([], said("user"), [{"role": "user", "content": "other"}, *said("assistant")]):
        with pytest.raises(UserError):
            answered(value, question, "chosen", "r:1")
