"""A base of 8-bit integers learns and answers, on CPUs, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tuneyard.config import Decoding, Model
from tuneyard.generate.answerer import Answerer
from tuneyard.loading import load_model
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


def test_it_learns_and_answers(
    sft_job: Callable[..., TrainJob], tiny_model_dir: Path, tmp_path: Path
) -> None:
    job = sft_job({"quantization": "int8"}, learning_rate=5e-3)
    losses = [entry["loss"] for entry in run(job, tmp_path / "a", report=silent)["history"]]
    assert losses[-1] < 0.6 * losses[0]
    network, _ = load_model(job.base(), for_training=False)
    assert any(weight.dtype == torch.int8 for weight in network.parameters())
    model = Model.model_validate(job.model)
    decoding = Decoding(max_new_tokens=8)
    plain, trained = (
        Answerer(model, adapter, threads=1).generate(["put", "def wn("], decoding)
        for adapter in (None, tmp_path / "a")
    )
    assert [answer.tokens > 0 for answer in plain] == [True, True]
    assert trained != plain
