"""A job survives the way to another process."""

from __future__ import annotations

from collections.abc import Callable

from tuneyard.train.job import TrainJob


def test_json_gives_the_same_job_back(
    sft_job: Callable[..., TrainJob], dpo_job: Callable[..., TrainJob]
) -> None:
    for job in (sft_job(), dpo_job(loss=["sigmoid", "sft"], pairs={"samples": 2})):
        assert TrainJob.from_json(job.to_json()) == job
    assert sft_job(lora={"r": 3}).stage().lora.r == 3
    assert dpo_job(beta=0.3).stage().beta == 0.3
    assert dpo_job(pairs={"samples": 2}).stage().pairs.samples == 2
