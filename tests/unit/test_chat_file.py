"""The chat template among a model's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tuneyard.chat_file import chat_template, check_prompt, notes
from tuneyard.config import Model
from tuneyard.errors import UserError

TEMPLATE = "{% for m in messages %}{{ m.content + eos_token }}{% endfor %}"
SEVERAL = [{"name": "default", "template": "{{ messages }}"}]


def model(**said: Any) -> Model:
    return Model(name="x", path="./x", **said)


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        ("chat_template.jinja", "{{ messages }}", "{{ messages }}"),
        ("tokenizer_config.json", json.dumps({"chat_template": "a"}), "a"),
        ("tokenizer_config.json", json.dumps({"chat_template": SEVERAL}), json.dumps(SEVERAL)),
        ("tokenizer_config.json", json.dumps({"chat_template": None}), ""),
        ("tokenizer_config.json", "[]", ""),
        ("tokenizer_config.json", "{", ""),
        ("other.json", "{}", ""),
    ],
)
def test_it_is_found_in_either_file(tmp_path: Path, file: str, content: str, found: str) -> None:
    (tmp_path / file).write_text(content)
    assert chat_template(tmp_path) == found
    assert bool(notes(model(), tmp_path)) == bool(found)
    assert notes(model(prompt="chat"), tmp_path) == []


def test_a_chat_prompt_needs_one_unless_it_may_be_fetched(tmp_path: Path) -> None:
    check_prompt(model(prompt="chat"), tmp_path, hub=True)
    check_prompt(model(), tmp_path, hub=False)
    check_prompt(model(prompt={"template": TEMPLATE}), tmp_path, hub=False)
    with pytest.raises(UserError, match="no chat template"):
        check_prompt(model(prompt="chat"), tmp_path, hub=False)
    (tmp_path / "tokenizer_config.json").write_text("{}")
    with pytest.raises(UserError, match="no chat template"):
        check_prompt(model(prompt={"system": "s"}), tmp_path, hub=True)
    assert chat_template(None) == ""


@pytest.mark.parametrize("several", [False, True])
def test_an_argument_that_no_template_reads_is_refused(tmp_path: Path, several: bool) -> None:
    text = "{% generation %}{{ thinking }}{% endgeneration %}" + TEMPLATE
    named = [{"name": "tools", "template": "{{ other }}"}, {"name": "default", "template": text}]
    said = {"chat_template": named if several else text}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(said))
    check_prompt(model(prompt={"arguments": {"thinking": True}}), tmp_path, hub=False)
    with pytest.raises(UserError, match="reads no argument of this name") as caught:
        check_prompt(model(prompt={"arguments": {"other": 1}}), tmp_path, hub=False)
    assert caught.value.where == "models: x: prompt.arguments"
    assert caught.value.shown == "'other'"
    assert "eos_token, messages, thinking" in str(caught.value.remedy)


def test_a_template_that_loses_what_is_said_is_refused_without_a_tokenizer(tmp_path: Path) -> None:
    lossy = TEMPLATE.replace("m.content", "(m.content if m.role == 'user' else '')")
    with pytest.raises(UserError, match="leaves out the answer") as caught:
        check_prompt(model(prompt={"template": lossy}), tmp_path, hub=False)
    assert caught.value.where == "models: x: prompt"
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE.replace("content", "content | upper"))
    with pytest.raises(UserError, match="changes a question"):
        check_prompt(model(prompt="chat"), tmp_path, hub=False)
    check_prompt(model(), tmp_path, hub=False)  # it is not used
    # What one raises is for the tokenizer to say, which may know more.
    raising = "{{ raise_exception('no') }}" + TEMPLATE
    check_prompt(model(prompt={"template": raising}), tmp_path, hub=False)
