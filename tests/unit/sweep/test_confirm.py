"""The best trial trained again: the same settings, seeds that no trial had, the test split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tuneyard.config.load import dump, load
from tuneyard.sweep.confirm import confirmation, unconfirmed, why_not
from tuneyard.sweep.luck import confirmed
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record
from tuneyard.sweep.room import planned
from tuneyard.sweep.space import Point

Sweep = Callable[..., PreparedSweep]
VALUES = {"dpo.beta": 0.3, "sft.lora.r": 4, "sft.lora.alpha": 8}


def record(arm: str = "sft-dpo", **values: Any) -> Record:
    return Record(3, Point(arm, values), status="done", value=0.75)


@pytest.mark.parametrize("arm", ["sft-dpo", "dpo"])
def test_it_trains_what_the_trial_trained_and_the_study_as_written(
    sweep: Sweep, arm: str, tmp_path: Any
) -> None:
    made = sweep("sweep.confirm=2", "sweep.repeat=3", f"sweep.arms=[{arm}]")
    best = record(arm, **VALUES)
    assert why_not(made, best) is None
    study = confirmation(made, best)
    (tmp_path / "again.yaml").write_text(dump(study))
    assert load(tmp_path / "again.yaml") == study
    arms = {(one.name, one.seed): one for one in made.prepared.other(study, "study.yaml").plan.arms}
    assert {seed for _, seed in arms} == {3, 4}  # trials had 0, 1 and 2
    trial = made.trial(best.point).arm
    written = made.trial(Point(arm)).arm
    for name, trained in ((f"{arm}-tuned", trial), (arm, written)):
        own = arms[name, 3]
        assert [one.settings.relevant() for one in own.trains] == [
            one.settings.relevant() for one in trained.trains
        ]
        assert list(own.scores) == ["validation", "test"]


@pytest.mark.parametrize(
    ("words", "values", "said"),
    [
        (["sweep.confirm=0"], VALUES, "sweep.confirm is 0"),
        (["sweep.confirm=2"], {}, "the study as it is written"),
        (
            ["sweep.confirm=2", "sweep.space={models.0.max_length: {choice: [128, 192]}}"],
            {"models.0.max_length": 128},
            "models.0.max_length is no setting of a training stage",
        ),
    ],
)
def test_what_is_not_trained_again_is_said_with_its_reason(
    sweep: Sweep, words: list[str], values: dict[str, Any], said: str
) -> None:
    made = sweep(*words)
    assert said in str(why_not(made, record(**values)))
    # What is known of the keys is said before anything runs.
    assert (said in "\n".join(planned(made))) is (values not in ({}, VALUES))
    assert (unconfirmed(made) is None) is (values in ({}, VALUES))


def test_luck_is_what_is_lost_with_new_seeds(sweep: Sweep) -> None:
    def run(arm: str, split: str, value: float, kind: str = "first") -> dict[str, Any]:
        metrics = {"execution_success": value}
        return {"arm": arm, "split": split, "kind": kind, "metrics": metrics}

    runs = [run("sft-dpo-tuned", "validation", one) for one in (0.5, 0.7)]
    runs += [run("sft-dpo", "validation", one) for one in (0.5, 0.6)]
    runs += [run("sft-dpo-tuned", "test", 0.65), run("sft-dpo", "test", 0.4)]
    results = {"runs": runs, "verdict": {"summary": "No arm wins.", "findings": ["first: …"]}}
    found = confirmed(sweep("sweep.confirm=2"), record(**VALUES), results)
    assert found.luck == pytest.approx(0.15)
    assert found.verdict == ("No arm wins.", "first: …")
    said = found.text
    assert "0.7500; trained again with 2 new seeds: 0.6000 (luck: +0.1500)" in said
    assert "validation: sft-dpo-tuned 0.6000, sft-dpo as written 0.5500" in said
    assert "test: sft-dpo-tuned 0.6500, sft-dpo as written 0.4000" in said
