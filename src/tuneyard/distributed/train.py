"""A training job on Ray Train: workers, retries, checkpoints in shared storage, live progress."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuneyard.base_models import portable
from tuneyard.distributed.cluster import Cluster
from tuneyard.distributed.worker import RESULT
from tuneyard.train.job import TrainJob


def fit(
    job: TrainJob,
    *,
    cluster: Cluster,
    storage: str,
    name: str,
    out: Path,
    on_progress: Callable[[dict[str, Any]], bool | None],
    place: str | None = None,
    on_place: Callable[[str], None] = lambda place: None,
) -> dict[str, Any]:
    """Train on Ray workers; a lost worker, or a lost driver, goes on from the last checkpoint.

    Args:
        job: its paths are absolute, but the model's.
        storage: folder or fsspec URL, reachable from every node, that holds checkpoints where
            workers do not stay (see ``Groups.lend``).
        name: of this job; under the same name it goes on where it was interrupted.
        out: a local folder that gets the adapter, its record and ``training.json``.
        on_progress: called with ``step``, ``total_steps``, ``loss``, … of each logged step, and
            ``pid`` of the first worker; and with the answers at each rung (``rung``), of which it
            says whether training goes on.
        place: where the checkpoints are of a job of this name that was broken off.
        on_place: called with where they will be, before training begins.

    Returns:
        What ``train.run`` returned: among others ``history``, ``steps`` and ``stopped``.

    Raises:
        UserError: a worker raised one.
        ray.train.TrainingFailedError: workers failed more than ``resources.max_failures`` times.
    """
    cluster.start()
    from ray.train import TrainingFailedError

    job = replace(job, model=portable(job.base()).model_dump())
    checkpoint = None
    while checkpoint is None:
        with cluster.groups.lend(storage, name, place=place) as workers:
            on_place(workers.storage)
            try:
                checkpoint = workers.train(name, job, on_progress)
            except TrainingFailedError:
                if workers.names == [name]:
                    raise
                # What earlier jobs lost counts against the same limit; a new group starts at none.
                place = workers.storage
    checkpoint.to_directory(str(out))
    found: dict[str, Any] = json.loads((out / RESULT).read_text(encoding="utf-8"))
    return found
