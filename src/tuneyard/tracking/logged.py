"""An adapter as MLflow's logged model, among the outputs of the run that trained it."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard.tracking.fetch import folder_digest
from tuneyard.tracking.naming import DATASET_DIGEST_LIMIT, entity_key, flatten
from tuneyard.tracking.package import Package, write_adapter, write_model
from tuneyard.tracking.run import Run


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A logged model: its id, where its files are, and the digest of PEFT's folder in them."""

    model_id: str
    location: str
    digest: str


def log_model(run: Run, adapter: Path, package: Package, name: str) -> LoggedModel:
    """Upload an adapter as a model of a run; the run's page and the model's name each other."""
    from mlflow.entities import LoggedModelOutput

    client = run.tracker.client
    created = client.create_logged_model(
        run.tracker.experiment_id,
        name=re.sub(r"""[/:.%"']""", "-", name),
        source_run_id=run.id,
        params=flatten(package.params),
        model_type="lora-adapter",
    )
    with tempfile.TemporaryDirectory(prefix="tuneyard-") as scratch:
        folder = Path(scratch, "work", "adapter")
        folder.parent.mkdir()
        write_adapter(adapter, package, folder)
        digest = folder_digest(folder)
        model = Path(scratch, "model")
        write_model(
            folder,
            package,
            model,
            run_id=run.id,
            model_id=created.model_id,
            location=created.artifact_location,
        )
        client.log_model_artifacts(created.model_id, str(model))
    client.finalize_logged_model(created.model_id, "READY")
    client.log_outputs(run.id, [LoggedModelOutput(created.model_id, step=0)])
    client.log_batch(run.id, metrics=_metrics(created.model_id, package, run))
    return LoggedModel(created.model_id, created.artifact_location, digest)


def _metrics(model_id: str, package: Package, run: Run) -> list[Any]:
    """Return what the model scored, each figure with the data set that it is of."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    found = []
    for one in package.figures:
        role = f"{one.split}/{one.on}"
        digest = package.digests.get(role)
        found.append(
            Metric(
                entity_key(f"{role}/{one.metric}"),
                one.mean,
                now,
                step=0,
                model_id=model_id,
                dataset_name=role if digest else None,
                dataset_digest=digest[:DATASET_DIGEST_LIMIT] if digest else None,
                run_id=run.id,
            )
        )
    return found
