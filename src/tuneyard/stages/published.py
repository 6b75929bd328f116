"""The report as users get it: the comparison's, with the registry's decision added to it.

The comparison is written before the registry decides, and an artifact never changes. So the
register stage copies the report into its own artifact, and adds a sentence where one was left out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuneyard.artifacts import MANIFEST, Artifact, RunDir
from tuneyard.errors import UserError
from tuneyard.plan import Step

_LATEST = "latest.json"


def publish(compared: Artifact, decided: Mapping[str, Any], folder: Path) -> None:
    """Copy a comparison to ``folder`` and add the decision to its report."""
    from tuneyard.compare import add_decision

    shutil.copytree(
        compared.local(), folder, ignore=shutil.ignore_patterns(MANIFEST), dirs_exist_ok=True
    )
    add_decision(folder, decided)


def closing(run: RunDir, register: Step) -> dict[str, str]:
    """Return what the command line prints last: the table, the report's address, the decision.

    That report is from now on the run directory's latest, whenever it was made.
    """
    artifact = run.artifact("register", register.key)
    run.write_text(json.dumps({"report": artifact.name}), _LATEST)
    decided = artifact.manifest() or {}
    return _shown(run, artifact.name) | {"registry": decided.get("facts", {}).get("said", "")}


def latest(url: str) -> dict[str, str]:
    """Return the table and the report's address of the study last run in a run directory.

    Raises:
        UserError: no study was finished there, or its report is not what it wrote.
    """
    run = RunDir(url)
    text = run.read_text(_LATEST)
    if text is None:
        raise UserError(
            "no finished study is in the run directory",
            where=run.root,
            remedy="name the run directory of a study that was run to its end",
        )
    artifact = _noted(run, text)
    if artifact is None or not artifact.complete():
        raise UserError(
            "the report of the run directory's last study is gone or was changed: "
            + (f"{_LATEST} is damaged" if artifact is None else artifact.damage() or "it is gone"),
            where=run.join(_LATEST) if artifact is None else artifact.url,
            value=text if artifact is None else artifact.name,
            remedy="run the study again: what else is done is kept",
        )
    return _shown(run, artifact.name)


def _noted(run: RunDir, text: str) -> Artifact | None:
    """Return the artifact that ``closing`` noted; None where the note is none of its."""
    try:
        name = json.loads(text)["report"]
        stage, key = name.split("-")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return run.artifact(stage, key) if stage == "register" and key.isalnum() else None


def _shown(run: RunDir, name: str) -> dict[str, str]:
    table = run.read_text("stages", name, "table.txt") or ""
    return {"table": table, "report": run.join("stages", name, "report.html")}
