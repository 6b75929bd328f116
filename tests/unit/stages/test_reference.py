"""The reference stage: what it writes is what DPO's trainer takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard import plan
from tuneyard.artifacts import RunDir
from tuneyard.config import Model
from tuneyard.config.load import load
from tuneyard.distributed import reference as distributed
from tuneyard.loading import load_tokenizer
from tuneyard.prompts import BARE
from tuneyard.records import Preference, read_jsonl, write_jsonl
from tuneyard.stages import reference
from tuneyard.stages.context import Context
from tuneyard.train.reference import ReferencePolicy
from tuneyard.train.rows import dpo_columns, join_reference

STUDY = """\
study: x
models: [{{name: tiny, path: {model}, quantization: none, max_length: 128}}]
data:
  first: {{source: cocobots, order: first}}
matrix: {{arms: {{base: [], dpo: [dpo]}}}}
dpo: {{cache_reference: true}}
"""
PAIRS = [
    Preference("a", "a", "place a nut", "put(board)", "nut nut"),
    Preference("b", "b", "nut " * 200, "put(board)", "nut"),  # no room for its answers
    Preference("c", "c", "place a red nut", "nut", "put(board, 'nut')"),
]


class Bar:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def update(self, done: int, total: int) -> None:
        self.seen.append((done, total))


def test_it_writes_the_values_of_the_pairs_that_have_room(
    tiny_model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.format(model=tiny_model_dir))
    study = load(path)
    built = plan.build(study, lambda model: model.path)
    (step,) = (s for s in built.steps if s.stage == "reference")
    bar = Bar()
    context: Any = Context(study, RunDir(str(tmp_path / "run")), bar, Mock())  # type: ignore[arg-type]
    with context.artifact(step.pairs).writing() as folder:
        write_jsonl(folder / "pairs.jsonl", PAIRS)

    def here(
        columns: Sequence[Mapping[str, Any]], *, model: Model, adapter: str | None, **options: Any
    ) -> list[tuple[float, float]]:
        assert adapter is None
        options["on_progress"](len(columns), len(columns))
        return ReferencePolicy(model, None)(columns)

    monkeypatch.setattr(distributed, "log_probabilities", here)
    assert reference.run(step, context) == "2 pairs"
    assert bar.seen == [(2, 2)]
    artifact = context.artifact(step)
    assert artifact.complete()
    assert artifact.manifest()["facts"] == {"pairs": 2}
    file = artifact.local() / "reference.jsonl"
    pairs = read_jsonl(context.artifact(step.pairs).local() / "pairs.jsonl", Preference)
    columns = dpo_columns(BARE.encoding(load_tokenizer(study.models[0])), pairs, 128)
    joined = join_reference(columns, str(file))
    assert [row["prompt_ids"] for row in joined] == [row["prompt_ids"] for row in columns]
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert all(line["ref_chosen_logps"] < 0 and line["ref_rejected_logps"] < 0 for line in lines)
