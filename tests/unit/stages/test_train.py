"""What the training stage hands to a training job: its rows, and the name it goes on under."""

from collections import Counter

import pytest

from tuneyard.config.load import load
from tuneyard.distributed import train
from tuneyard.errors import UserError
from tuneyard.study_check import check
from tuneyard.train.rows import read_sft

LABEL = "train sft"


@pytest.fixture
def trained_on(run_stages, monkeypatch):
    """``trained_on(*overrides)`` returns the ids of the rows that the SFT job reads."""

    def call(*overrides):
        read = []

        def fit(job, *, out, **_):
            out.mkdir(parents=True)
            if job.method == "sft":
                read.extend(row.id for row in read_sft(job.rows))
            return {"history": [], "steps": 0, "stopped": None}

        monkeypatch.setattr(train, "fit", fit)
        found = run_stages(
            "prepare", "train", overrides=["matrix.arms={sft: [sft]}", *overrides], ray=True
        )
        assert found.facts[LABEL]["examples"] == len(read)
        return read

    return call


def test_every_example_comes_once(trained_on):
    assert set(Counter(trained_on("compare.baseline=sft")).values()) == {1}


def test_a_repeated_data_set_s_examples_come_as_often_as_it_says(trained_on):
    counted = Counter(trained_on("compare.baseline=sft", "sft.repeat={python: 3}"))
    assert len(counted) == 16
    assert set(counted.values()) == {3}


def test_repeating_an_unknown_data_set_is_refused(study_file):
    with pytest.raises(UserError, match="does not have") as caught:
        check(load(study_file, ["sft.repeat={pyhton: 3}"]), "study.yaml")
    assert caught.value.where == "study.yaml: sft.repeat"
    assert "python" in caught.value.remedy
