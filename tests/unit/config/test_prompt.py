"""A model's prompt: a name, or what is said to a chat template."""

from typing import Any

import pytest
from pydantic import ValidationError

from tuneyard.config import Model
from tuneyard.config.prompt import PromptSettings
from tuneyard.prompts import TEXTS, Chat

TEMPLATE = "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"


def model(prompt: Any) -> Model:
    return Model(name="x", path="./x", prompt=prompt)


@pytest.mark.parametrize(
    ("said", "wording"),
    [
        ("alpaca", TEXTS["alpaca"]),
        ("chat", Chat()),
        ({"format": "chat"}, Chat()),
        ({"system": ""}, Chat(system="")),
        ({"arguments": {"enable_thinking": False}}, Chat(arguments={"enable_thinking": False})),
        ({"template": TEMPLATE, "system": "s"}, Chat(TEMPLATE, "s")),
    ],
)
def test_a_prompt_is_read_and_written(said: Any, wording: Any) -> None:
    found = model(said)
    assert found.wording == wording
    dumped = found.model_dump()
    assert Model.model_validate(dumped) == found
    if wording in (*TEXTS.values(), Chat()):
        assert dumped["prompt"] == wording.name  # a name that nothing is added to


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("chatt", "unknown prompt format; did you mean 'chat'"),
        ({"format": "alpaca", "system": "s"}, "go with the format chat"),
        ({"template": "{% for m in messages %}"}, "no Jinja template"),
        ({"template": "{{ messages | nosuch }}"}, "No filter named 'nosuch'"),
        ({"template": "{{ instruction }}"}, "has no 'messages'"),
        ({"template": TEMPLATE, "arguments": {"thinks": True}}, "does not read 'thinks'"),
        ({"arguments": {"tokenize": True}}, "cannot be given an argument 'tokenize'"),
        ({"arguments": {"a b": 1}}, "'a b'"),
        ({"arguments": {"day": object()}}, "JSON"),
        ({"systm": "s"}, "Extra inputs"),
        (7, "valid dictionary"),
    ],
)
def test_what_is_no_prompt_is_refused(said: Any, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        model(said)


def test_a_prompt_of_its_own_is_another_setting() -> None:
    assert PromptSettings(format="chat") != PromptSettings(system="s")
