"""The names of other packages that may move: there today, and one message where one has."""

import importlib
import tomllib
from pathlib import Path

import pytest

from tuneyard import borrowed
from tuneyard.errors import UserError
from tuneyard.metrics.codebleu import codebleu

MOVABLE = {
    "fused_head": ("trl.trainer.utils", "add_fused_lm_head"),
    "preference_collator": ("trl.trainer.dpo_trainer", "DataCollatorForPreference"),
    "python_grammar": ("codebleu.utils", "get_tree_sitter_language"),
    "without_comments": ("codebleu.parser", "remove_comments_and_docstrings"),
}


@pytest.mark.parametrize("used", MOVABLE)
def test_a_name_that_has_moved_is_one_message(used, monkeypatch):
    module, name = MOVABLE[used]
    monkeypatch.delattr(importlib.import_module(module), name)
    arguments = [] if used == "python_grammar" else [0]
    with pytest.raises(UserError) as caught:
        getattr(borrowed, used)(*arguments)
    package = module.partition(".")[0]
    text = str(caught.value)
    assert f"{module}.{name}" in text
    assert f"pip install {package}=={borrowed.TESTED[package]}" in text


def test_codebleu_says_so_and_does_not_score_on(monkeypatch):
    monkeypatch.delattr("codebleu.parser.remove_comments_and_docstrings")
    with pytest.raises(UserError, match="remove_comments_and_docstrings"):
        codebleu(prediction="moved = 1 \f # one", reference="moved = 2 \f # two")


def test_keywords_are_python_s():
    assert {"def", "return", "lambda"} <= borrowed.python_keywords()


def test_the_overridden_methods_are_the_trainers_own():
    from trl import DPOTrainer, SFTTrainer

    from tuneyard.train.dpo import LeanDPOTrainer
    from tuneyard.train.sft import LeanSFTTrainer

    for ours, trainer in ((LeanSFTTrainer, SFTTrainer), (LeanDPOTrainer, DPOTrainer)):
        borrowed.check_overridden(trainer)
        own = {name for one in ours.__mro__[:2] for name in vars(one) if hasattr(trainer, name)}
        private = {name for name in own if name.startswith("_") and not name.startswith("__")}
        assert private <= set(borrowed.TRAINER_METHODS)


@pytest.mark.parametrize("moved", borrowed.TRAINER_METHODS)
def test_a_trainer_without_what_is_overridden_is_refused(moved):
    from tuneyard.train.trainer import Lean

    others = {name: None for name in borrowed.TRAINER_METHODS if name != moved}
    with pytest.raises(UserError, match=f"Trainer.{moved}"):
        type("Ours", (Lean, type("Trainer", (), others)), {})


def test_a_trainer_that_counts_elsewhere_is_refused():
    with pytest.raises(UserError, match="_total_train_tokens"):
        borrowed.set_counted_tokens(object(), 1)
    with pytest.raises(UserError, match="_metrics"):
        borrowed.noted(object())


def test_ray_still_takes_its_folder():
    import ray

    assert borrowed.RAY_FOLDER in ray.init.__doc__


def test_ray_train_still_has_the_exceptions_that_are_known_by_name():
    errors = importlib.import_module("ray.train.v2._internal.exceptions")
    assert all(hasattr(errors, name) for name in borrowed.RAY_GONE)


def test_each_package_is_bounded_from_above():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    for package in borrowed.TESTED:
        found = [one for one in wanted if one.split("[")[0].split(">")[0] == package]
        assert [("<" in one) for one in found] == [True], package


@pytest.mark.parametrize("used", [*MOVABLE, "check_overridden", "python_keywords"])
def test_a_bad_study_is_told_its_own_fault_whatever_has_moved(used, monkeypatch, tmp_path, capsys):
    from tuneyard.cli import main

    def moved(*_):
        raise RuntimeError(f"{used} has moved")

    monkeypatch.setattr(borrowed, used, moved)
    study = tmp_path / "study.yaml"
    study.write_text("study: x\nmodels: [embedded]\ndata: {a: {source: cocobots, order: frist}}\n")
    assert main(["run", str(study), f"run_dir={tmp_path / 'run'}"]) == 2
    said = capsys.readouterr().err
    assert "frist" in said
    assert "moved" not in said


def test_a_loss_is_understood_without_what_ray_keeps_to_itself(monkeypatch):
    from tuneyard.distributed import lost

    monkeypatch.setattr(lost, "RAY_BEHIND", ())
    monkeypatch.setattr(lost, "RAY_GONE", frozenset())
    assert lost.loss(ValueError("x")) is None
    found = lost.loss(MemoryError("no room"))
    assert found is not None
    assert found.kind == "memory"
    assert isinstance(lost.raised(UserError("the row is wrong")), UserError)
