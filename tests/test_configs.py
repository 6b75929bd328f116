"""Every shipped study is a test case."""

from pathlib import Path

import pytest

from tuneyard import plan
from tuneyard.config.check import check
from tuneyard.config.load import dump, load
from tuneyard.data import sources

CONFIGS = sorted((Path(__file__).parents[1] / "jobs" / "configs").glob("*.yaml"))


def test_there_are_some():
    assert {path.stem for path in CONFIGS} >= {"quickstart", "cocobots", "cocobots-embedded"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_is_valid_and_reads_back(path, tmp_path):
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
        if data.source != "cocobots":
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
