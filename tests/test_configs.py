"""Every shipped study is a test case."""

from pathlib import Path

import pytest

from tuneyard import plan
from tuneyard.config.load import dump, load
from tuneyard.data import sources
from tuneyard.study_check import check

CONFIGS = sorted((Path(__file__).parents[1] / "jobs" / "configs").glob("*.yaml"))


def test_there_are_some():
    names = {path.stem for path in CONFIGS}
    assert names >= {"quickstart", "cocobots", "cocobots-embedded", "thesis", "thesis-embedded"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_is_valid_and_reads_back(path, tmp_path, request, monkeypatch):
    # Nothing is downloaded, but hub names are refused where the hub is switched off.
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    if "TUNEYARD_DATA" in path.read_text():
        request.getfixturevalue("thesis")  # skips where the public files are absent
    study = load(path)
    check(study, str(path))
    assert study.study == path.stem
    (tmp_path / "again.yaml").write_text(dump(study))
    assert load(tmp_path / "again.yaml") == study
    assert plan.build(study, lambda model: model.path).steps


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_its_splits_share_no_instruction(path):
    study = load(path)
    for kind, data in study.data.items():
        if data.source == "instructions":
            continue
        seen = [
            {e.instruction for e in sources.load(kind, data, split, study.seed)}
            for split in ("train", "validation", "test")
        ]
        assert not seen[0] & seen[1]
        assert not seen[0] & seen[2]
        assert not seen[1] & seen[2]


def test_the_slides_grid():
    study = load(next(path for path in CONFIGS if path.stem == "cocobots"))
    assert len(study.models) == 6
    assert {model.quantization for model in study.models} == {"nf4"}
    counts = {kind: sources.counts_of(data) for kind, data in study.data.items()}
    assert counts["first_order"].model_dump() == {"train": 4144, "validation": 500, "test": 500}
    assert counts["higher_order"].model_dump() == {"train": 1072, "validation": 130, "test": 130}
    assert study.matrix.train_on == [
        ["first_order"],
        ["higher_order"],
        ["first_order", "higher_order"],
    ]


def test_the_thesis_settings():
    study = load(next(path for path in CONFIGS if path.stem == "thesis"))
    assert study.matrix.arms == {"base": [], "sft": ["sft"], "dpo": ["dpo"],
                                 "sft-dpo": ["sft", "dpo"]}  # fmt: skip
    data, sft, dpo = study.data["python"], study.sft, study.dpo
    assert (data.split.train, data.split.validation, data.split.seed) == (16_750, 1_862, 42)
    assert (study.models[0].prompt.format, dpo.pairs.prompt) == ("alpaca-input", "bare")
    # 523 whole steps of 4 x 8 examples an epoch, three epochs.
    assert sft.max_steps == 3 * (data.split.train // (sft.batch_size * sft.gradient_accumulation))
    assert sft.max_steps == 1_569
    assert dpo.pairs.split.train / (dpo.batch_size * dpo.gradient_accumulation) * dpo.epochs == 675
    assert (sft.warmup_steps, dpo.warmup_steps, dpo.warmup_ratio) == (5, None, 0.1)
    assert (sft.learning_rate, dpo.learning_rate, dpo.beta) == (2e-4, 2e-4, 0.1)
    assert dpo.reference == "base"


def test_the_thesis_plan(thesis):
    study = load(next(path for path in CONFIGS if path.stem == "thesis"))
    built = plan.build(study, lambda model: model.path)
    stages = [step.stage for step in built.steps]
    assert stages.index("prefer") < stages.index("train")  # rows are refused before training
    assert stages.count("train") == 3
    # Both DPO arms train on the same pairs.
    assert built.arms[2].prefers == built.arms[3].prefers


def test_the_embedded_thesis_is_faithful_where_it_says_so():
    study = load(next(path for path in CONFIGS if path.stem == "thesis-embedded"))
    thesis = load(next(path for path in CONFIGS if path.stem == "thesis"))
    assert thesis.matrix.arms.items() <= study.matrix.arms.items()
    for name in ("beta", "epochs", "loss", "reference"):
        assert getattr(study.dpo, name) == getattr(thesis.dpo, name)
    # Its DPO took SFT's learning rate, and bare prompts.
    assert thesis.dpo.learning_rate == thesis.sft.learning_rate
    assert study.dpo.learning_rate == study.sft.learning_rate
    assert study.dpo.pairs.prompt == thesis.dpo.pairs.prompt == "bare"
    mended = study.training("mended")
    assert (mended.reference, mended.pairs.prompt, mended.pairs.verify) == (
        "start",
        None,
        "execution",
    )
    assert study.evaluate.splits == ["test"]
