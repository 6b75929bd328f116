"""What a prepared study says before anything runs, and where it will write."""

import json
import shutil
from pathlib import Path

import pytest

from tuneyard import embedded, study
from tuneyard.errors import UserError

TEXT = """\
study: mine
models: [{name: chatty, path: MODEL, quantization: none}]
data: {first: {source: cocobots, order: first, counts: {train: 4, validation: 2, test: 2}}}
matrix: {arms: {base: []}}
"""
TEMPLATE = "{% for m in messages %}{{ m.content + eos_token }}{% endfor %}"


def chatty(folder: Path) -> Path:
    """A study of a model whose tokenizer has a chat template."""
    model = folder / "model"
    shutil.copytree(embedded.path(), model)
    config = model / "tokenizer_config.json"
    told = {**json.loads(config.read_text()), "chat_template": TEMPLATE}
    config.write_text(json.dumps(told))
    path = folder / "study.yaml"
    path.write_text(TEXT.replace("MODEL", str(model)))
    return path


def test_an_unused_chat_template_is_said_unless_the_format_was_chosen(tmp_path):
    path = chatty(tmp_path)
    (note,) = study.prepare(path, [f"run_dir={tmp_path / 'run'}"]).notes
    assert "chat template" in note
    assert "models.chatty.prompt" in note
    chosen = [f"run_dir={tmp_path / 'run'}", "models.chatty.prompt=llama3"]
    assert study.prepare(path, chosen).notes == ()


def test_a_chat_prompt_needs_a_template_and_is_known_by_it(tmp_path):
    path = chatty(tmp_path)
    chat = [f"run_dir={tmp_path / 'run'}", "models.chatty.prompt=chat"]
    prepared = study.prepare(path, chat)
    assert prepared.notes == ()
    config = tmp_path / "model" / "tokenizer_config.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps({**told, "chat_template": TEMPLATE + " "}))
    assert study.prepare(path, chat).plan.arms[0].scores != prepared.plan.arms[0].scores
    assert study.prepare(path, chat).identities != prepared.identities
    config.write_text(json.dumps({**told, "chat_template": None}))
    with pytest.raises(UserError, match="has no chat template") as caught:
        study.prepare(path, chat)
    assert caught.value.where == "models: chatty: prompt"
    config.write_text(json.dumps({**told, "chat_template": "{{ strftime_now('%d') }}" + TEMPLATE}))
    (note,) = study.prepare(path, chat).notes
    assert "asks for today's date, and is given 26 Jul 2024" in note
    own = f"models.chatty.prompt={json.dumps({'template': TEMPLATE})}"
    assert study.prepare(path, [chat[0], own]).notes == ()


def test_the_run_directory_may_name_the_home_and_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MY_RUNS", str(tmp_path / "there"))
    path = chatty(tmp_path)
    for given, found in (("~/run", tmp_path / "run"), ("${MY_RUNS}/x", tmp_path / "there" / "x")):
        assert study.prepare(path, [f"run_dir={given}"]).run.root == str(found)
