"""The preflight as a stage: what it refuses before a model is loaded, and what it writes."""

import json
import shutil
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard.errors import UserError
from tuneyard.plan.steps import Prepare
from tuneyard.prompts import Turn
from tuneyard.records import Example
from tuneyard.stages.preflight import overlaps


def test_trained_test_questions_are_refused_by_default(run_stages):
    with pytest.raises(UserError, match="1 of 3 evaluation questions") as caught:
        run_stages("prepare", "preflight", overrides=[])
    assert caught.value.where == "preflight"
    assert "preflight.duplicates: remove" in caught.value.remedy


@pytest.mark.parametrize(("choice", "equal"), [("report", 1), ("remove", 0)])
def test_else_they_are_told(run_stages, choice, equal):
    overrides = [f"preflight.duplicates={choice}"]
    found = run_stages("prepare", "preflight", overrides=overrides)
    text = (found.artifacts["preflight"] / "preflight.txt").read_text()
    assert f"test/python: {equal} of 3 questions stand in the training data" in text
    assert "Below is an instruction" in text
    assert "⟦x = " in text
    assert found.facts["preflight"]["overlap"]["test/python"]["normalised"]["count"] == equal
    assert found.notes["preflight"].endswith(f"{equal} in evaluation")


def test_test_and_validation_are_compared_but_not_refused():
    rows = {"train": "sort a list", "validation": "open a window", "test": "Open a window"}
    sets: dict[Any, list[Example]] = {
        Prepare(label=split, kind="a", split=split, data=Mock(templated=False)): [
            Example(split, "python", "a", split, text, "x = 1")
        ]
        for split, text in rows.items()
    }
    against_train, against_test, both = overlaps(sets, 0.7)
    assert [o.name for o in (against_train, against_test)] == ["validation/a", "test/a"]
    assert both.text().startswith("test/a: 1 of 1 questions stand in validation")


def test_data_sets_of_one_split_that_share_an_id_are_refused_before_training(run_stages, folder):
    for name in ("a", "b"):
        row = {"instruction": f"what is {name}", "output": name, "id": "q1"}
        (folder / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    more = [
        f"data.{name}={{source: instructions, task: python, "
        f"files: {{test: {folder}/{name}.jsonl}}}}"
        for name in ("a", "b")
    ]
    words = [*more, "matrix.train_on=[[python]]", "preflight.duplicates=report"]
    with pytest.raises(UserError, match=r"share an id: a and b \(both test\)") as caught:
        run_stages("prepare", "preflight", overrides=words)
    assert (caught.value.where, caught.value.shown) == ("data.b", "'q1'")


def test_conversations_are_refused_of_a_format_for_one_question(run_stages, folder):
    said = [("user", "hi"), ("assistant", "yes?"), ("user", "add"), ("assistant", "a + b")]
    turns = [{"role": role, "content": content} for role, content in said]
    (folder / "talk.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    overrides = [
        "data.python.rows=null", "data.python.split=null",
        f"data.python.files.train={folder}/talk.jsonl",
    ]  # fmt: skip
    with pytest.raises(UserError, match="2 turns before its question") as caught:
        run_stages("prepare", "preflight", overrides=overrides)
    assert "models.tiny.prompt to chat" in caught.value.remedy
    assert caught.value.where == f"data.python: {folder}/talk.jsonl:1"


def test_a_conversations_earlier_questions_count_as_trained_on():
    turns = (Turn("system", "s"), Turn("user", "open a window"), Turn("assistant", "done"))
    train = [Example("t", "python", "a", "train", "and a door", "x = 1", turns=turns)]
    asked = ["open a window", "and a door", "open a window\n\ndone\n\nand a door"]
    test = [Example(str(n), "python", "a", "test", text, "x") for n, text in enumerate(asked)]
    sets: dict[Any, list[Example]] = {
        Prepare(label=split, kind="a", split=split, data=Mock(templated=False)): rows
        for split, rows in (("train", train), ("test", test))
    }
    (overlap,) = overlaps(sets, None)
    assert [match.evaluation.id for match in overlap.exact] == ["0", "2"]


def test_a_template_that_is_not_used_is_said(run_stages, folder, study_file, tiny_model_dir):
    copy = folder / "model"
    shutil.copytree(tiny_model_dir, copy)
    (copy / "chat_template.jinja").write_text("{{ messages }}")
    text = study_file.read_text().replace(str(tiny_model_dir), str(copy))
    study_file.write_text(text.replace(", prompt: alpaca", ""))
    found = run_stages("prepare", "preflight", overrides=["preflight.duplicates=report"])
    assert "has a chat template, which is not used" in found.said
    assert "models.tiny.prompt: chat" in found.facts["preflight"]["text"]


def test_a_conversation_that_a_template_does_not_take_is_named(run_stages, folder):
    said = [("user", "hi"), ("assistant", "yes?"), ("user", "add"), ("assistant", "a + b")]
    turns = [{"role": role, "content": content} for role, content in said]
    (folder / "talk.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    template = (
        "{% for m in messages %}{% if loop.index > 1 and m.role == 'user' %}"
        "{{ raise_exception('one question alone') }}{% endif %}"
        "{{ m.content + eos_token }}{% endfor %}"
    )
    overrides = [
        "models.tiny.prompt=" + json.dumps({"template": template}),
        f"data.python.files.test={folder}/talk.jsonl",
    ]
    with pytest.raises(UserError, match="one question alone") as caught:
        run_stages("prepare", "preflight", overrides=overrides)
    assert caught.value.where == f"data.python: {folder}/talk.jsonl:1: models: tiny: prompt"


def test_untrained_turns_do_not_go_with_a_loss_on_all_tokens(run_stages, folder):
    said = [("user", "hi"), ("assistant", "yes?"), ("user", "add"), ("assistant", "a + b")]
    turns = [{"role": role, "content": content} for role, content in said]
    turns[1]["weight"] = 0
    (folder / "talk.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    template = "{% for m in messages %}{{ m.content + eos_token }}{% endfor %}"
    overrides = [
        "models.tiny.prompt=" + json.dumps({"template": template}),
        "data.python.rows=null", "data.python.split=null",
        f"data.python.files.train={folder}/talk.jsonl",
    ]  # fmt: skip
    run_stages("prepare", "preflight", overrides=overrides)
    with pytest.raises(UserError, match="'loss_on: all' trains every token") as caught:
        run_stages("prepare", "preflight", overrides=[*overrides, "sft.loss_on=all"])
    assert caught.value.where == f"data.python: {folder}/talk.jsonl:1"
    assert caught.value.shown == "'yes?'"
