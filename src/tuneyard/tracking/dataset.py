"""A data set as MLflow's input of a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

from tuneyard.tracking.naming import DATASET_DIGEST_LIMIT, shorten

Use = Literal["training", "evaluation"]


def dataset_input(name: str, digest: str, rows: int, source: str, context: Use) -> Any:
    """Return MLflow's ``DatasetInput``; the arguments are those of ``Run.log_dataset``."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    kind, where = _source(source)
    dataset = Dataset(
        name=shorten(name, 500),
        digest=digest[:DATASET_DIGEST_LIMIT],
        source_type=kind,
        source=json.dumps(where),
        profile=json.dumps({"num_rows": rows}),
    )
    tags = [
        InputTag("mlflow.data.context", context),
        InputTag("tuneyard.digest", shorten(digest, 500)),
    ]
    return DatasetInput(dataset, tags)


def _source(source: str) -> tuple[str, dict[str, Any]]:
    # MLflow's own source types, so that mlflow.data.get_source() can open them.
    if source.startswith(("http://", "https://")):
        return "http", {"url": source}
    if "://" not in source and os.path.exists(source):
        return "local", {"uri": str(Path(source).resolve())}
    return "code", {"tags": {"tuneyard.source": source}}
