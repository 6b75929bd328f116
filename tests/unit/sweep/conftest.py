"""A study with a sweep, whose heavy stages only leave their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tuneyard import embedded
from tuneyard.sweep.prepared import PreparedSweep, prepare

STUDY = """\
study: swept
models: [{{name: tiny, path: {model}, quantization: none, max_length: 256}}]
data: {{first: {{source: cocobots, order: first, counts: {{train: 20, validation: 6, test: 4}}}}}}
matrix: {{arms: {{base: [], sft: [sft], dpo: [dpo], sft-dpo: [sft, dpo]}}}}
sft: {{lora: {{r: 8, alpha: 16}}, learning_rate: 1e-3}}
dpo: {{beta: 0.1, learning_rate: 5e-5, batch_size: 1, pairs: {{prompts: 8, samples: 2}}}}
evaluate: {{metrics: [exact_match, execution]}}
sweep:
  arms: [sft-dpo]
  space:
    dpo.beta: {{loguniform: [0.01, 1]}}
    sft.lora.r: {{choice: [4, 8]}}
    sft.lora.alpha: {{from: 2 * sft.lora.r}}
  trials: 5
  confirm: 0
"""
Sweep = Callable[..., PreparedSweep]


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.format(model=embedded.path()))
    return path


@pytest.fixture
def sweep(study_file: Path) -> Sweep:
    """``sweep(*overrides)`` prepares the sweep."""

    def call(*overrides: str) -> PreparedSweep:
        return prepare(study_file, [f"run_dir={study_file.parent / 'run'}", *overrides])

    return call
