"""The best trial trained again: the same settings, seeds that no trial had, the test split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tuneyard.config.load import dump, load
from tuneyard.sweep.confirm import confirmation, differences, why_not
from tuneyard.sweep.luck import confirmed
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record
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
    ],
)
def test_what_is_not_trained_again_is_said_with_its_reason(
    sweep: Sweep, words: list[str], values: dict[str, Any], said: str
) -> None:
    assert said in str(why_not(sweep(*words), record(**values)))


def test_whatever_keys_a_winner_has_it_is_trained_again_with_them(
    sweep: Sweep, study_file: Any, tmp_path: Any
) -> None:
    text = study_file.read_text().replace("evaluate:", "stages: {low: {like: dpo}}\nevaluate:")
    study_file.write_text(text)
    values = {
        "models.tiny.max_length": 128,
        "data.first.counts.train": 10,
        "evaluate.decoding.max_new_tokens": 64,
        "dpo.beta": 0.3,  # which the stage inherits
        "dpo.loss": ["ipo"],
    }
    made = sweep(
        "matrix.arms={base: [], low: [sft, low]}", "sweep.arms=[low]", "sweep.confirm=1",
        "sweep.space={dpo.beta: {choice: [0.2, 0.3]}}",
    )  # fmt: skip
    best = record("low", **values)
    study = confirmation(made, best)
    (tmp_path / "again.yaml").write_text(dump(study))
    assert load(tmp_path / "again.yaml") == study
    arms = {one.name: one for one in made.prepared.other(study, "study.yaml").plan.arms}
    trial, written = made.trial(best.point).arm, made.trial(Point("low")).arm
    for name, own in (("low-tuned", trial), ("low", written)):
        assert arms[name].model == own.model
        # As their keys have them: 3 is not 3.0.
        assert [str(one.settings.relevant()) for one in arms[name].trains] == [
            str(one.settings.relevant()) for one in own.trains
        ]
        sets = [one.key for one in arms[name].trains[0].sets]  # type: ignore[attr-defined]
        assert sets == [one.key for one in own.trains[0].sets]  # type: ignore[attr-defined]
        answers = arms[name].scores["validation"].answers
        assert answers.decoding == own.scores["validation"].answers.decoding
    assert len({step.label for step in arms["low-tuned"].trains} & {
        step.label for step in arms["low"].trains}) == 0  # fmt: skip


def test_differences_name_what_to_set() -> None:
    written = {"a": {"b": 1, "c": None}, "models": [{"x": 1, "y": 2}], "d": [1], "e": {"f": 1}}
    other = {"a": {"b": 2, "c": {"z": 1}}, "models": [{"x": 1, "y": 3}], "d": [2], "e": {"g": 1}}
    assert dict(differences(written, other)) == {
        "a.b": 2, "a.c": {"z": 1}, "models.0.y": 3, "d": [2], "e": {"g": 1},
    }  # fmt: skip


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
