"""Small training jobs on the tiny random model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Dpo, Model, Sft
from tuneyard.records import Preference, write_jsonl
from tuneyard.train.job import TrainJob
from tuneyard.train.run import run

PROMPT = "### Instruction:\nplace a red nut in row {}{}\n\n### Response:\n"
ANSWER = "put(board, 'nut', 'red', {}, 4)"
# How many rows; with batches of four, six steps an epoch.
ROWS = 24


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums in another order would end in other bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def sft_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "sft.jsonl"
    write_jsonl(
        path,
        (
            {
                "id": str(n),
                "prompt": PROMPT.format(n % 8, " please" * (n % 3)),
                "completion": ANSWER.format(n % 8),
            }
            for n in range(ROWS)
        ),
    )
    return path


@pytest.fixture(scope="session")
def dpo_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "dpo.jsonl"
    write_jsonl(
        path,
        (
            Preference(
                str(n),
                str(n),
                PROMPT.format(n, ""),
                ANSWER.format(n),
                ANSWER.format((n + 1) % 8) + "\n" * (n % 2),
            )
            for n in range(8)
        ),
    )
    return path


@pytest.fixture(scope="session")
def sft_job(tiny_model_dir: Path, sft_rows: Path) -> Callable[..., TrainJob]:
    """Return a function from settings (and ``model`` fields) to an SFT job."""

    def make(model: dict[str, Any] | None = None, **settings: Any) -> TrainJob:
        fields = {
            "name": "tiny",
            "path": str(tiny_model_dir),
            "quantization": "none",
            "max_length": 128,
            **(model or {}),
        }
        chosen = {"learning_rate": 1e-2, "epochs": 2, "batch_size": 4, **settings}
        return TrainJob(
            "sft",
            Model.model_validate(fields).model_dump(),
            Sft.model_validate(chosen).model_dump(),
            str(sft_rows),
            seed=1,
        )

    return make


@pytest.fixture(scope="session")
def dpo_job(
    sft_job: Callable[..., TrainJob], dpo_rows: Path, sft_adapter: Path
) -> Callable[..., TrainJob]:
    """Return a function from settings to a DPO job that starts from the SFT adapter."""

    def make(
        model: dict[str, Any] | None = None, adapter: Path | None = sft_adapter, **settings: Any
    ) -> TrainJob:
        chosen = {"learning_rate": 1e-3, "epochs": 2, "batch_size": 4, **settings}
        return TrainJob(
            "dpo",
            sft_job(model).model,
            Dpo.model_validate(chosen).model_dump(),
            str(dpo_rows),
            adapter=None if adapter is None else str(adapter),
            seed=1,
        )

    return make


@pytest.fixture(scope="session")
def sft_adapter(sft_job: Callable[..., TrainJob], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SFT adapter far enough from the base to tell the two apart."""
    out = tmp_path_factory.mktemp("sft") / "adapter"
    run(sft_job(), out, report=lambda metrics, folder: None)
    return out


class Reports:
    """Collects what a run reports; checkpoints are copied as a caller has to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metrics: list[dict[str, Any]] = []
        self.checkpoints: list[Path] = []

    def __call__(self, metrics: dict[str, Any], folder: Path | None) -> None:
        if folder is None:
            self.metrics.append(metrics)
            return
        copy = self.folder / folder.name
        shutil.copytree(folder, copy)
        self.checkpoints.append(copy)


@pytest.fixture
def reports(tmp_path: Path) -> Reports:
    return Reports(tmp_path / "checkpoints")
