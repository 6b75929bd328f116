"""Under which names and keys a study's runs are found, and where."""

import pytest

from tuneyard import plan
from tuneyard.config.load import load
from tuneyard.errors import UserError
from tuneyard.stages.runs import params, tracking_uri, trained_by

STUDY = (
    "study: x\nmodels: [embedded]\ndata: {first: {source: cocobots, order: first}}\n"
    "matrix: {arms: {base: [], dpop: [sft, dpop], both: [sft, dpo, dpop]}}\n"
    "stages: {dpop: {like: dpo, loss: [dpop]}}\n"
)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY)
    return load(tmp_path / "study.yaml")


def test_two_stages_of_one_method_are_tracked_apart(study):
    _, one, both = plan.build(study, lambda model: model.path).arms
    assert {"sft", "dpo"} == set(params(one)) - {"arm", "train_on", "model"}
    assert params(one)["dpo"]["loss"] == ["dpop"]  # comparable with other arms' DPO
    assert {"sft", "dpo", "dpo-2"} == set(params(both)) - {"arm", "train_on", "model"}
    assert params(both)["dpo"]["loss"] == ["sigmoid"]
    assert params(both)["dpo-2"]["loss"] == ["dpop"]


def test_a_step_belongs_to_every_arm_that_shares_it(study):
    built = plan.build(study, lambda model: model.path)
    found = {
        step.label: [(arm.name, name) for arm, name in trained_by(built, step)]
        for step in built.steps
        if step.stage == "train"
    }
    assert found == {
        "train sft": [("dpop", "sft"), ("both", "sft")],
        "train sft → dpop": [("dpop", "dpo")],
        "train sft → dpo": [("both", "dpo")],
        "train sft → dpo → dpop": [("both", "dpo-2")],
    }


def test_sqlite_lies_in_a_local_run_directory_only(study, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tracking_uri(study, "/runs/x") == "sqlite:////runs/x/mlflow.db"
    with pytest.raises(UserError, match="remote run directory"):
        tracking_uri(study, "s3://bucket/x")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    assert tracking_uri(study, "s3://bucket/x") == "http://mlflow:5000"
