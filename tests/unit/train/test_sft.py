"""SFT: the golden loss curve, and what its trainer computes."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tuneyard.loading import load_model
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run

GOLDEN = Path(__file__).parents[2] / "golden" / "sft_loss.json"


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


def test_the_loss_falls_along_the_golden_curve(
    sft_job: Callable[..., TrainJob], tmp_path: Path
) -> None:
    # 12 steps; rewrite the file with TUNEYARD_WRITE_GOLDEN=1 after a change that should alter it.
    found = run(sft_job(learning_rate=5e-3), tmp_path, report=silent)["history"]
    curve = [entry["loss"] for entry in found]
    if os.environ.get("TUNEYARD_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps({"loss": curve}, indent=1) + "\n")
    assert [entry["step"] for entry in found] == list(range(1, 13))
    assert curve[-1] < 0.5 * curve[0]
    assert curve == pytest.approx(json.loads(GOLDEN.read_text())["loss"], rel=1e-4)


@pytest.mark.parametrize("trained", [None, 50])
def test_the_loss_on_cpus_is_trls(
    trained: int | None, sft_job: Callable[..., TrainJob], sft_rows: Path, tmp_path: Path
) -> None:
    from trl import SFTTrainer

    from tuneyard.train import lora
    from tuneyard.train.rows import read_sft
    from tuneyard.train.sft import sft_trainer

    job = sft_job()
    network, tokenizer = load_model(job.base(), for_training=True)
    policy = lora.new_adapter(network, job.base(), job.stage().lora, 0)
    trainer = sft_trainer(
        policy,
        tokenizer,
        read_sft(str(sft_rows)),
        model=job.base(),
        settings=job.stage(),
        seed=0,
        folder=tmp_path,
    )
    batch = next(iter(trainer.get_train_dataloader()))
    policy.train()
    values, metrics = [], []
    for compute in (trainer.compute_loss, functools.partial(SFTTrainer.compute_loss, trainer)):
        values.append(compute(policy, dict(batch), num_items_in_batch=trained).item())
        trainer.count()
        found = trainer._metrics["train"]
        metrics.append(found.pop("mean_token_accuracy") + found.pop("num_tokens"))
        trainer.tokens = 0
    assert values[0] == pytest.approx(values[1], rel=1e-5)
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-6)


def test_nf4_and_bf16_train_on_cpu(sft_job: Callable[..., TrainJob], tmp_path: Path) -> None:
    for quantization in ("nf4", "bf16"):
        job = sft_job({"quantization": quantization})
        curve = [e["loss"] for e in run(job, tmp_path, report=silent)["history"]]
        assert curve[-1] < 0.7 * curve[0], quantization
        weights = load_file(tmp_path / "adapter_model.safetensors").values()
        # TRL would round a quantised model's adapter.
        assert {tensor.dtype for tensor in weights} == {torch.float32}, quantization
