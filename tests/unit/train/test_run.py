"""A run from job to adapter: interrupted runs end alike, wrong input is refused first."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneyard.adapter_file import ADAPTER_RECORD
from tuneyard.errors import UserError
from tuneyard.model_files import base_fingerprint
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run


def digest(folder: Path) -> str:
    return str(json.loads((folder / ADAPTER_RECORD).read_text())["sha256"])


def learnt(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The step history without what depends on the machine."""
    costs = ("seconds", "memory_gib")
    return [{k: v for k, v in entry.items() if k not in costs} for entry in result["history"]]


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_a_resumed_sft_run_ends_bit_for_bit_alike(
    quantization: str, sft_job: Callable[..., TrainJob], tmp_path: Path, reports: Any
) -> None:
    # Dropout draws random numbers; checkpoint 4 lies within the first epoch, 12 between two.
    model = {"quantization": quantization}
    job = sft_job(model, epochs=3, checkpoint_steps=4, lora={"dropout": 0.2})
    whole = run(job, tmp_path / "whole", report=reports)
    assert [folder.name for folder in reports.checkpoints] == [
        f"checkpoint-{step}" for step in (4, 8, 12, 16)
    ]
    for step in (4, 12):
        folder = reports.folder / f"checkpoint-{step}"
        assert not list(folder.glob("*model-0*"))
        out = tmp_path / str(step)
        resumed = run(job, out, report=silent, resume_from=folder)
        assert digest(out) == digest(tmp_path / "whole")
        assert (out / "adapter_model.safetensors").read_bytes() == (
            tmp_path / "whole" / "adapter_model.safetensors"
        ).read_bytes()
        assert learnt(resumed) == learnt(whole)
        seconds = [entry["seconds"] for entry in resumed["history"]]
        assert seconds == sorted(seconds)
        assert (resumed["steps"], resumed["tokens"]) == (whole["steps"], whole["tokens"])
    unsaved = sft_job(model, epochs=3, checkpoint_steps=1000, lora={"dropout": 0.2})
    run(unsaved, tmp_path / "unsaved", report=silent)
    assert digest(tmp_path / "unsaved") == digest(tmp_path / "whole")


def test_a_resumed_dpo_run_ends_bit_for_bit_alike(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, reports: Any
) -> None:
    job = dpo_job(checkpoint_steps=3, loss=["sigmoid", "sft"])
    whole = run(job, tmp_path / "whole", report=reports)
    (checkpoint,) = reports.checkpoints
    resumed = run(job, tmp_path / "resumed", report=silent, resume_from=checkpoint)
    assert digest(tmp_path / "resumed") == digest(tmp_path / "whole")
    assert learnt(resumed) == learnt(whole)
    for key in ("reference", "start_rewards"):
        assert resumed[key] == whole[key]


def test_the_record_says_what_was_trained(
    sft_job: Callable[..., TrainJob], tiny_model_dir: Path, sft_adapter: Path
) -> None:
    record = json.loads((sft_adapter / ADAPTER_RECORD).read_text())
    assert record["base"]["fingerprint"] == base_fingerprint(tiny_model_dir)
    assert TrainJob(**record["job"]) == sft_job()
    assert set(record["versions"]) == {"torch", "transformers", "trl", "peft"}


def test_progress_is_reported_step_by_step(
    sft_job: Callable[..., TrainJob], tmp_path: Path, reports: Any, capfd: Any
) -> None:
    result = run(sft_job(max_steps=3), tmp_path / "out", report=reports)
    assert [(m["step"], m["total_steps"]) for m in reports.metrics] == [(1, 3), (2, 3), (3, 3)]
    assert result["tokens"] == reports.metrics[-1]["num_tokens"] > 0
    printed = capfd.readouterr()
    assert "loss" not in printed.out + printed.err


def test_wrong_input_is_refused_before_anything_is_loaded(
    sft_job: Callable[..., TrainJob],
    sft_adapter: Path,
    make_tiny_model: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    other = make_tiny_model(tmp_path / "other", seed=1)

    def never(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("tuneyard.loading.load_model", never)
    jobs = {
        "not a folder": sft_job({"path": str(tmp_path / "none")}),
        "another base model": replace(sft_job({"path": str(other)}), adapter=str(sft_adapter)),
        "not an adapter": replace(sft_job(), adapter=str(tmp_path)),
        "does not exist": replace(sft_job(), rows=str(tmp_path / "none.jsonl")),
    }
    for message, job in jobs.items():
        with pytest.raises(UserError, match=message):
            run(job, tmp_path / "out", report=silent)
