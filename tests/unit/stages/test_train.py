"""Under which name a training stage goes on, and under which it starts anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneyard.artifacts import RunDir
from tuneyard.stages.context import Context
from tuneyard.stages.train import _attempt


def test_an_attempt_keeps_its_name_until_its_work_is_discarded(tmp_path: Path) -> None:
    run = RunDir(str(tmp_path / "run"))
    nothing: Any = None
    context = Context(nothing, run, nothing, lambda: None)
    artifact = run.artifact("train", "abc")
    first = _attempt(artifact, context)
    assert first.startswith("train-abc-")
    assert _attempt(artifact, context) == first
    run.discard("work", artifact.name)
    # Checkpoints of the finished training may still lie beside those of later ones.
    assert _attempt(artifact, context) != first
