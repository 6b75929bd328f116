"""What of a sweep is refused before anything runs, and where it is said to stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tuneyard.errors import UserError
from tuneyard.sweep.prepared import PreparedSweep

Sweep = Callable[..., PreparedSweep]
SPACE = "sweep.space="


def keys(made: PreparedSweep) -> dict[str, list[str]]:
    return {arm: list(own) for arm, own in made.space.keys.items()}


def test_a_key_counts_for_the_arms_that_read_it(sweep: Sweep) -> None:
    assert keys(sweep("sweep.arms=[sft, dpo, sft-dpo]")) == {
        "sft": ["sft.lora.r", "sft.lora.alpha"],
        # DPO that comes first has an adapter of SFT's shape.
        "dpo": ["dpo.beta", "sft.lora.r", "sft.lora.alpha"],
        "sft-dpo": ["dpo.beta", "sft.lora.r", "sft.lora.alpha"],
    }


@pytest.mark.parametrize(
    ("override", "said", "value", "remedy"),
    [
        ("{dpo.bta: {choice: [0.1, 1.0]}}", "an unknown key", "bta", "did you mean 'beta'"),
        ("{sft.lora.r: {integer: [0, 4]}}", "greater than or equal to 1", "0", "a number from 1"),
        ("{sft.lora.r: {choice: [4, 9999]}}", "less than or equal to 4096", "9999", "up to 4096"),
        ("{sft.lora.r: {uniform: [4, 8]}}", "valid integer", "", "of that type"),
        ("{dpo.loss: {choice: [[sigmoid], [sigmod]]}}", "unknown loss", "sigmod", "did you mean"),
        ("{sft.checkpoint_steps: {choice: [5, 9]}}", "no swept arm reads", "checkpoint", "leave"),
        ("{evaluate.decoding.temperature: {choice: [0.5, 0.9]}}", "no swept arm reads",
         "temperature", "leave"),
        ("{seed: {choice: [1, 2]}}", "does not try this key", "seed", "raise sweep.repeat"),
        ("{matrix.seeds: {choice: [[1], [2]]}}", "does not try", "matrix.seeds", "sweep.repeat"),
        ("{matrix.train_on: {choice: [[[a]], null]}}", "does not try", "train_on", "sweep.arms"),
        ("{resources.workers: {choice: [1, 2]}}", "does not try", "workers", "evaluate.decoding"),
        ("{run_dir: {choice: [a, b]}}", "does not try", "run_dir", "sweep keys of: sft, dpo"),
        ("{tracking.uri: {choice: [a, b]}}", "does not try", "tracking.uri", "sweep keys of"),
        ("{register.name: {choice: [a, b]}}", "does not try", "register.name", "sweep keys of"),
        ("{preflight.tests: {choice: [remove, report]}}", "does not try", "preflight", "keys of"),
        ("{evaluate.code_block: {choice: [first, last]}}", "does not try", "code_block", "keys of"),
        ("{sweep.seed: {choice: [1, 2]}}", "does not try", "sweep.seed", "sweep.space"),
        ("{models.0.path: {choice: [embedded, other]}}", "of one model", "embedded", "run"),
        ("{data.first.counts.validation: {choice: [4, 6]}}", "other questions", "validation",
         "counts.train"),
        ("{sft.lora.r.x: {choice: [1, 2]}}", "holds nothing further", "8", "stop there"),
        ("{sft.lora.r: {from: 2 * sft.lora.x}}", "no number of the study", "from", "sft.lora.r"),
        ("{sft.lora.r: {from: 2 * sft.lora.r}}", "follow from one another", "from", ""),
        ("{sft.lora.r: {from: '8'}}", "it follows nothing", "8", "name another key"),
        ("{sft.lora.r: {from: dpo.beta * 10}, dpo.beta: {choice: [0.2, 0.4]}}", "valid integer",
         "2.0", "of that type"),
    ],
)  # fmt: skip
def test_a_space_that_does_not_fit(
    sweep: Sweep, override: str, said: str, value: str, remedy: str
) -> None:
    with pytest.raises(UserError) as caught:
        sweep(SPACE + override)
    assert said in caught.value.what
    assert value in str(caught.value.shown)
    assert remedy in str(caught.value.remedy)
    assert "override" in str(caught.value.where)


def test_what_stands_in_the_file_is_named_by_its_line(sweep: Sweep, study_file: Path) -> None:
    text = study_file.read_text()
    study_file.write_text(text.replace("choice: [4, 8]", "choice: [4, 0]"))
    with pytest.raises(UserError) as caught:
        sweep()
    assert f"{study_file}:12: sft.lora.r" in str(caught.value.where)


@pytest.mark.parametrize(
    ("override", "said", "where"),
    [
        ("sweep=null", "no section 'sweep'", "study.yaml"),
        ("sweep.arms=[bse]", "does not have", "sweep.arms"),
        ("sweep.arms=[base]", "does not train", "sweep.arms"),
        ("sweep.metric=passed", "metric is not among those evaluated", "sweep.metric"),
        ("sweep.on=second", "is not evaluated", "sweep.on"),
        ("sweep.metric={codebleu: max}", "metric is not among those evaluated", "sweep.metric"),
        ("sweep.metric={execution_success: more}", "is to become max or min", "sweep.metric"),
        ("sweep.metric=[codebleu]", "no metric", "sweep.metric"),
        ("sweep.metric={}", "there is none", "sweep.metric"),
        ("sweep.metric={adapter_size: min, training_seconds: min}", "answers are worth", "metric"),
        ("sweep.slack=0.1", "goes with several objectives", "sweep"),
        ("sweep.stop={first: 99}", "no trial comes to the first rung: the longest has at most 8 ",
         "sweep.stop.first"),
        ("evaluate.splits=[test]", "needs the validation split", "evaluate.splits"),
        ("sweep.search=grid", "values that can be counted", "dpo.beta"),
        ("sweep.repeat=9", "more than there are 'trials'", "sweep"),
    ],
)  # fmt: skip
def test_a_sweep_that_does_not_fit(sweep: Sweep, override: str, said: str, where: str) -> None:
    with pytest.raises(UserError) as caught:
        sweep(override)
    assert said in caught.value.what
    assert where in str(caught.value.where)


def test_several_models_are_refused(sweep: Sweep) -> None:
    with pytest.raises(UserError, match="one model on one list"):
        sweep("models=[embedded, {name: other, path: embedded}]")


def test_several_objectives_are_not_stopped_early(sweep: Sweep) -> None:
    with pytest.raises(UserError, match="stopped early by several objectives") as caught:
        sweep("sweep.metric={execution_success: max, adapter_size: min}", "sweep.stop={first: 1}")
    assert "leave out 'stop'" in str(caught.value.remedy)


def test_training_rows_may_be_swept(sweep: Sweep) -> None:
    made = sweep("sweep.arms=[sft]", SPACE + "{data.first.counts.train: {choice: [10, 20]}}")
    assert keys(made) == {"sft": ["data.first.counts.train"]}
