"""A study of instruction rows with preference rows from a file, and its stages run by hand."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard import loading, plan
from tuneyard.artifacts import RunDir
from tuneyard.config.load import load
from tuneyard.progress import Progress
from tuneyard.stages import refusal
from tuneyard.stages.context import Context
from tuneyard.stages.runner import facts_of
from tuneyard.study_check import check

VERBS = ["sort", "reverse", "sum up", "print", "count"]
STUDY = """\
study: x
models: [{{name: tiny, path: {model}, quantization: none, prompt: alpaca, max_length: 2048}}]
data:
  python:
    source: instructions
    task: python
    rows: {folder}/rows.json
    split: {{train: 16, validation: 4, seed: 1}}
    files: {{test: {folder}/test.json}}
matrix: {{arms: {{base: [], sft: [sft], dpo: [dpo]}}}}
dpo: {{pairs: {{from: file, rows: {folder}/pairs.json}}}}
evaluate: {{splits: [test], metrics: [bleu]}}
"""


def row(number: int) -> dict[str, str]:
    """The n-th training row; no two are alike."""
    verb, what = VERBS[number % 5], "abcdefghijklmnopqrstuvwxyz"[number] * 6
    return {"instruction": f"{verb} {what} {number}", "input": "", "output": f"x = {number}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20 training rows, 3 test rows (one of them trained on, one in a pair), 6 pairs."""
    rows = [row(n) for n in range(20)]
    test = [
        {"instruction": "Open the window", "output": "y = 1"},
        {"instruction": "close a door, quietly", "output": "y = 2"},
        {"instruction": rows[3]["instruction"].upper() + "!", "output": "y = 3"},
    ]
    pairs = [
        {"prompt": f"ask {n} {row(n)['instruction']}", "chosen": f"a = {n}", "rejected": "b ="}
        for n in range(5)
    ]
    pairs.append({"prompt": "close a door, quietly", "chosen": "a", "rejected": "b"})
    for name, content in (("rows", rows), ("test", test), ("pairs", pairs)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


@pytest.fixture
def study_file(folder: Path, tiny_model_dir: Path) -> Path:
    """The study that names them."""
    path = folder / "study.yaml"
    path.write_text(STUDY.format(model=tiny_model_dir, folder=folder))
    return path


@pytest.fixture
def run_stages(study_file: Path) -> Callable[..., Any]:
    """``run_stages(*stages, overrides=[…])`` runs these stages' steps and returns what they left.

    Steps that say which rows leave are run first, whatever stages are named.

    ``artifacts`` maps labels to folders, ``facts`` labels to what the manifest keeps, ``said`` is
    what the user saw. Ray is refused unless a test stands in for it.
    """

    def call(*stages: str, overrides: list[str], ray: bool = False) -> Any:
        study = load(study_file, overrides)
        check(study, str(study_file))
        run = RunDir(str(study_file.parent / "run"))
        stream = io.StringIO()
        progress = Progress(stream)
        found = SimpleNamespace(artifacts={}, facts={}, notes={})

        def perform(step: plan.Step) -> None:
            with progress.stage(step.label) as bar:
                cluster = Mock()
                if not ray:
                    cluster.start = lambda: pytest.fail("Ray was asked for")
                context = Context(study, run, bar, cluster)
                module = importlib.import_module(f"tuneyard.stages.{step.stage}")
                found.notes[step.label] = module.run(step, context)
            artifact = run.artifact(step.stage, step.key)
            found.artifacts[step.label] = artifact.local()
            found.facts[step.label] = artifact.manifest()["facts"]
            refusal.refuse(step, found.facts[step.label], study.preflight)

        def build() -> plan.Plan:
            return plan.build(
                study, loading.identity, lambda step: (facts_of(run, step) or {}).get("found")
            )

        built = build()
        while built.undecided:
            for step in built.steps:
                if step in built.undecided[0].needed():
                    perform(step)
            built = build()
        for step in built.steps:
            if step.stage in stages:
                perform(step)
        found.said = stream.getvalue()
        return found

    return call
