"""Answers during training: at the rungs, of this policy, and without a trace in what is trained."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.config import Decoding
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run

PROMPTS = [f"### Instruction:\nplace a red nut in row {n}\n\n### Response:\n" for n in range(5)]
WANTED = {"first": 2, "factor": 2, "prompts": PROMPTS, "max_new_tokens": 12, "batch_size": 2}


def digest(folder: Path) -> str:
    return str(json.loads((folder / ADAPTER_RECORD).read_text())["sha256"])


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


class Asked:
    """Keeps what was asked; says ``go_on`` until a step."""

    def __init__(self, until: int = 10**9) -> None:
        self.until = until
        self.answers: dict[int, list[tuple[int, str]]] = {}

    def __call__(self, step: int, total: int, answers: list[tuple[int, str]]) -> bool:
        self.answers[step] = answers
        return step < self.until


@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_the_adapter_is_the_same_with_rungs_and_without(
    method: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    make: Callable[..., TrainJob] = request.getfixturevalue(f"{method}_job")
    job = make(max_steps=6, **({"lora": {"dropout": 0.2}} if method == "sft" else {}))
    run(job, tmp_path / "without", report=silent)
    asked = Asked()
    found = run(replace(job, rungs=WANTED), tmp_path / "with", report=silent, ask=asked)
    assert list(asked.answers) == [2, 4]  # the last step is no rung: its answers are the study's
    assert digest(tmp_path / "with") == digest(tmp_path / "without")
    record, other = (
        json.loads((tmp_path / name / ADAPTER_RECORD).read_text()) for name in ("with", "without")
    )
    assert record == other
    assert found["stopped"] is None


def test_a_training_that_is_stopped_says_so(
    sft_job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    asked, job = Asked(until=4), replace(sft_job(max_steps=9), rungs=WANTED)
    found = run(job, tmp_path / "out", report=silent, ask=asked)
    assert list(asked.answers) == [2, 4]
    assert found["steps"] == 4
    assert found["stopped"]["abandoned"]
    assert found["stopped"]["text"] == "stopped at step 4 of 9"


def test_a_resumed_training_asks_at_the_rungs_that_are_left(
    sft_job: Callable[..., TrainJob], tmp_path: Path, reports: Any
) -> None:
    job = replace(sft_job(max_steps=9, checkpoint_steps=3), rungs=WANTED)
    run(job, tmp_path / "whole", report=reports, ask=Asked())
    again = Asked()
    run(job, tmp_path / "again", report=silent, resume_from=reports.checkpoints[0], ask=again)
    assert list(again.answers) == [4, 8]
    assert digest(tmp_path / "again") == digest(tmp_path / "whole")


def test_answers_are_those_that_a_study_generates(
    sft_job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    from tuneyard.generate.answerer import Answerer

    asked = Asked(until=4)
    job = replace(sft_job(max_steps=9), rungs=WANTED)
    run(job, tmp_path / "out", report=silent, ask=asked)  # the adapter of step 4
    answerer = Answerer(job.base(), tmp_path / "out")
    decoding = Decoding(max_new_tokens=12)
    expected = [answer.text for answer in answerer.generate(PROMPTS, decoding)]
    assert sorted(asked.answers[4]) == list(enumerate(expected))
