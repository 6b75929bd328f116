"""What a finished trial is judged by: the means of its scores, and what its training has cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from tuneyard.errors import UserError
from tuneyard.records import write_jsonl
from tuneyard.stages.context import Context
from tuneyard.sweep import objectives as module
from tuneyard.sweep.objectives import objectives
from tuneyard.sweep.prepared import PreparedSweep

Sweep = Callable[..., PreparedSweep]


def row(number: int, **values: Any) -> dict[str, Any]:
    texts = {"instruction": str(number), "reference": "x", "prediction": "y"}
    return {"id": str(number), "sample": 0, **texts, **values}


def test_scores_are_means_and_costs_are_the_trainings(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sweep("sweep.metric={training_seconds: min, exact_match: max, adapter_size: min}")
    trial = made.trial(made.points[0])
    context = Context(trial.prepared.study, trial.prepared.run, Mock(), Mock())
    for number, step in enumerate(trial.arm.trains):
        with context.artifact(step).writing({"parameters": 100 * (number + 1)}) as folder:
            # Of seconds that it had before it was interrupted, too; samples have none.
            rows = [
                {"step": 1, "seconds": 2.5},
                {"sample": 0},
                {"step": 2, "seconds": 4.25 + number},
            ]
            write_jsonl(folder / "history.jsonl", rows)
    scored = {"first": [row(n, exact_match=n < 3) for n in range(4)]}
    monkeypatch.setattr(module, "score_rows", lambda *_: scored)
    found = objectives(made, trial, context)
    # In the study's order: the first is what decides.
    assert list(found) == ["training_seconds", "exact_match", "adapter_size"]
    assert len(trial.arm.trains) == 2
    assert found == {
        "training_seconds": 4.25 + 5.25,
        "exact_match": 0.75,
        "adapter_size": 200.0,
    }
    assert made.sweep.worth == "exact_match"
    scored["first"] = [row(n, exact_match=None) for n in range(4)]
    with pytest.raises(UserError, match="no answer has a value of exact_match"):
        objectives(made, trial, context)
