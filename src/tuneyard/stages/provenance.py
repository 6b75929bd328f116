"""Where an arm's adapter comes from: base, data, settings, figures, code."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from tuneyard.base_models import base_name, resolve_path
from tuneyard.config import Model
from tuneyard.config.load import dump
from tuneyard.model_files import is_hub_id
from tuneyard.plan import Arm, Step
from tuneyard.plan.steps import TrainDpo, TrainSft
from tuneyard.stages import runs
from tuneyard.stages.context import Context
from tuneyard.stages.scored import score_rows
from tuneyard.tracking.address import redacted
from tuneyard.tracking.card import Data, Figure, Provenance

_PACKAGES = ("tuneyard", "torch", "transformers", "trl", "peft")
_PATIENCE = 10.0  # seconds for git


def provenance(arm: Arm, fingerprint: str, context: Context) -> Provenance:
    """Return where an arm's adapter comes from.

    Args:
        fingerprint: of the base's files.
    """
    base, revision = portable_name(arm.model)
    return Provenance(
        study=context.study.study,
        arm=arm.label,
        seed=arm.trains[-1].seed,
        base=base,
        revision=revision,
        fingerprint=fingerprint,
        quantization=arm.model.quantization,
        prompt=arm.model.prompt.format,
        stages={name: step.settings.relevant() for name, step in runs.named(arm)},
        data=list(_data(arm, context)),
        figures=list(_figures(arm, context)),
        commit=commit(),
        versions={name: version(name) for name in _PACKAGES},
    )


def version(package: str) -> str:
    """Return the version of a package, for a reader; tuneyard may run from its source alone."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def portable_name(model: Model) -> tuple[str, str | None]:
    """Return what a base is called where its path means nothing, and its hub commit."""
    if is_hub_id(resolve_path(model)):
        name, _, revision = base_name(model).partition("@")
        return name, revision
    return model.path if model.path == "embedded" else Path(resolve_path(model)).name, None


def study_text(context: Context) -> str:
    """Return the resolved study file, without passwords in addresses."""
    return "\n".join(redacted(line) for line in dump(context.study).splitlines()) + "\n"


def _data(arm: Arm, context: Context) -> Iterator[Data]:
    for step in arm.trains:
        if isinstance(step, TrainSft):
            for one in step.sets:
                yield _rows(one.role, "training", one, "examples.jsonl", context)
        elif isinstance(step, TrainDpo):
            yield _rows("preference pairs", "training", step.pairs, "pairs.jsonl", context)
    for scored in arm.scores.values():
        for one in scored.sets:
            yield _rows(one.role, "evaluation", one, "examples.jsonl", context)


def _rows(name: str, use: str, step: Step, file: str, context: Context) -> Data:
    artifact = context.artifact(step)
    manifest: dict[str, Any] = artifact.manifest() or {}
    path = artifact.local() / file
    with path.open("rb") as lines:
        rows = sum(1 for _ in lines)
    return Data(name, use, rows, manifest["files"][file]["sha256"])


def _figures(arm: Arm, context: Context) -> Iterator[Figure]:
    from tuneyard.compare import Cell, StudyInputs, System
    from tuneyard.compare.measures import measures_of
    from tuneyard.compare.tables import estimate_rows

    study = context.study
    for split, scored in arm.scores.items():
        cells = [
            Cell(System(*arm.system), kind, split, rows)
            for kind, rows in score_rows(scored, context).items()
        ]
        inputs = StudyInputs(study.study, cells, settings=study.compare, seed=study.seed)
        measures = [one for one in measures_of(cells, study.evaluate.pass_at) if one.headline]
        for row in estimate_rows(cells, measures, inputs):
            for metric, found in row.estimates.items():
                if found.mean is not None:
                    yield Figure(
                        split, row.kind, metric, found.mean, found.ci_low, found.ci_high, found.n
                    )


def commit() -> str | None:
    """Return the commit of the working directory's repository, marked where files are changed."""
    found = _git("rev-parse", "HEAD")
    if found is None:
        return None
    return f"{found} (changed)" if _git("status", "--porcelain") else found


def _git(*words: str) -> str | None:
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, timeout=_PATIENCE, env=quiet
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
