"""The MLflow runs of a study and its arms: where, and under which names and keys they are found.

Training logs to them while it goes on (``live.py``), the register stage completes them.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from tuneyard.config import Study
from tuneyard.errors import UserError
from tuneyard.plan import Arm, Plan, Step
from tuneyard.plan.steps import Compare, Train
from tuneyard.tracking.address import sqlite_uri

if TYPE_CHECKING:
    from tuneyard.tracking import Run, Tracker


def tracking_uri(study: Study, root: str) -> str:
    """Return the tracking server of a study: its own, the environment's, or SQLite beside it.

    Raises:
        UserError: none is named, and SQLite cannot lie in a run directory that is remote.
    """
    named = study.tracking.uri or os.environ.get("MLFLOW_TRACKING_URI")
    if not named and "://" in root:
        raise UserError(
            "a remote run directory cannot hold MLflow's SQLite database",
            where="tracking.uri (or MLFLOW_TRACKING_URI)",
            value=root,
            remedy="name a tracking server, or a local sqlite:///PATH.db",
        )
    return named or sqlite_uri(f"{root}/mlflow.db")


def open_tracker(study: Study, root: str) -> Tracker:
    """Open the study's experiment, and find the registry where the study has a rule for it.

    Raises:
        UserError: the server cannot be reached or has no registry, or the URI is not usable.
    """
    from tuneyard.tracking import Tracker, reach

    experiment = study.tracking.experiment or f"tuneyard/{study.study}"
    tracker = Tracker(tracking_uri(study, root), experiment)
    if study.register_ is not None:
        reach(tracker, study.register_)
    return tracker


def check_tracker(study: Study, root: str) -> None:
    """Raise a ``UserError`` where a server does not answer, or a file cannot be its database.

    It makes nothing, and imports no mlflow.
    """
    from tuneyard.tracking import connect

    connect.check_answer(tracking_uri(study, root))


def study_run(tracker: Tracker, study: Study, compare: Compare) -> Run:
    """Return the parent run, found again by what is compared."""
    return tracker.study(study.study, compare.key, study.model_dump(mode="json"))


def arm_run(tracker: Tracker, parent: Run, arm: Arm) -> Run:
    """Return an arm's run, found again by what it trains and scores."""
    keys = [step.key for step in (*arm.trains, *arm.scores.values())]
    key = hashlib.sha256("/".join(keys).encode()).hexdigest()[:16]
    return tracker.arm(parent, arm.label, key, params(arm))


def params(arm: Arm) -> dict[str, Any]:
    """Return an arm's parameters, nested."""
    return {
        "arm": arm.name,
        "train_on": " + ".join(arm.train_on),
        "model": arm.model.model_dump(mode="json"),
        **({} if arm.seed is None else {"seed": arm.seed}),
        **{name: step.settings.relevant() for name, step in named(arm)},
    }


def named(arm: Arm) -> list[tuple[str, Train]]:
    """Return an arm's training steps by method, numbered from the second of a method on.

    Not by stage: what arms of different stages have in common is compared under one name.
    """
    seen: dict[str, int] = {}
    found = []
    for step in arm.trains:
        method = step.method
        seen[method] = seen.get(method, 0) + 1
        found.append((method if seen[method] == 1 else f"{method}-{seen[method]}", step))
    return found


def trained_by(plan: Plan, step: Step) -> list[tuple[Arm, str]]:
    """Return the arms that a training step belongs to, and what each calls it."""
    return [(arm, name) for arm in plan.arms for name, own in named(arm) if own.key == step.key]
