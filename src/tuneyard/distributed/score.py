"""Scoring through Ray Data: each worker holds a sandbox of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tuneyard.answers import CodeBlock
from tuneyard.config import Resources
from tuneyard.distributed.batches import Batch
from tuneyard.distributed.pool import run_batches
from tuneyard.score import ScoreRow
from tuneyard.score.corpus import Counts, counts_of_json
from tuneyard.tasks import Attempt

# Batches are large: each one starts a sandbox, which costs as much as running many programs.
_LARGEST_BATCH = 512
_BATCHES_A_WORKER = 2


class Scored(NamedTuple):
    """A score row for each answer, in order, and what each adds to the corpus scores."""

    rows: list[dict[str, Any]]
    counts: list[Counts]


def score(
    rows: Sequence[ScoreRow],
    *,
    task: str,
    metrics: Sequence[str],
    faithful: bool,
    resources: Resources,
    code_block: CodeBlock = "first",
    imports: Sequence[str] = (),
    on_progress: Callable[[int, int], None] | None = None,
) -> Scored:
    """Score answers in ``resources.scoring_workers`` Ray Data workers; Ray must be running.

    Equal answers to the same question (see ``tuneyard.tasks.Attempt``) are scored once in all.

    Args:
        task: one of ``tuneyard.tasks``.
        metrics: none that needs an encoder (see ``similarity``); with none at all rows only have
            their names.
        faithful: CodeBLEU as the published package computes it; workers then share hash seed 0,
            on which its data flow depends.
        code_block: which of an answer's programs is run (``tuneyard.answers.extract_code``).
        imports: modules that answers import, for the sandbox.
        on_progress: called with (rows done, rows in all) as batches come back.

    Returns:
        What ``tuneyard.score.score_set`` finds for the rows, in order.

    Raises:
        UserError: an unknown task or metric.
    """
    from tuneyard.metrics import resolve_metrics

    if not metrics:
        return Scored([_labelled(row, {}) for row in rows], [{}] * len(rows))
    resolve_metrics(metrics, task=task)
    places: dict[Attempt, list[int]] = {}
    for index, row in enumerate(rows):
        places.setdefault(row.attempt, []).append(index)
    jobs = list(places.items())
    workers = resources.scoring_workers
    size = min(_LARGEST_BATCH, max(1, math.ceil(len(jobs) / (workers * _BATCHES_A_WORKER))))
    chunks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
    found: dict[int, tuple[dict[str, Any], Counts]] = {}
    for number, results in run_batches(
        [[[str(start), *key] for start, (key, _) in enumerate(chunk)] for chunk in chunks],
        _Scorer,
        {
            "task": task,
            "metrics": list(metrics),
            "faithful": faithful,
            "code_block": code_block,
            "imports": list(imports),
        },
        workers=workers,
        cpus=1,
        env={"PYTHONHASHSEED": "0"} if faithful else None,
    ):
        for (_, indices), (values, counts) in zip(chunks[number], results, strict=True):
            for index in indices:
                found[index] = _labelled(rows[index], values), counts_of_json(counts)
        if on_progress is not None:
            on_progress(len(found), len(rows))
    ordered = [found[index] for index in range(len(rows))]
    return Scored([row for row, _ in ordered], [counts for _, counts in ordered])


class _Scorer:
    """A worker's scoring; see ``pool.Work``."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def __call__(self, batch: Batch) -> Batch:
        from tuneyard.score import score_set

        rows = [ScoreRow(id=name, **Attempt(*job)._asdict()) for name, *job in batch]
        done = score_set(rows, workers=1, **self.options)
        return [list(pair) for pair in zip(done.scores, done.counts, strict=True)]


def _labelled(row: ScoreRow, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values under the row's own id, and its sample where that is not 0."""
    names: dict[str, Any] = {"id": row.id}
    if row.sample:
        names["sample"] = row.sample
    return names | {key: value for key, value in values.items() if key != "id"}
