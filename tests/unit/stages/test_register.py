"""Tracking: every training step of an arm has a name of its own."""

from __future__ import annotations

from pathlib import Path

from tuneyard import plan
from tuneyard.config.load import load
from tuneyard.stages.register import _params

STUDY = """\
study: x
models: [embedded]
data:
  first: {source: cocobots, order: first}
matrix: {arms: {base: [], dpop: [sft, dpop], both: [sft, dpo, dpop]}}
stages: {dpop: {like: dpo, loss: [dpop]}}
"""


def test_two_stages_of_one_method_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    _, one, both = plan.build(load(path), lambda model: model.path).arms
    assert {"sft", "dpo"} == set(_params(one)) - {"arm", "train_on", "model"}
    assert _params(one)["dpo"]["loss"] == ["dpop"]  # comparable with other arms' DPO
    assert {"sft", "dpo", "dpo-2"} == set(_params(both)) - {"arm", "train_on", "model"}
    assert _params(both)["dpo"]["loss"] == ["sigmoid"]
    assert _params(both)["dpo-2"]["loss"] == ["dpop"]
