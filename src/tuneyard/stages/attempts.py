"""Where trainings keep their checkpoints, and what is left of those that were broken off.

Workers that stay from one training to the next keep them in a folder of ``work/`` that one process
alone uses, for others may share the run directory. A training notes where its own are: what a dead
process left is kept while such a note points there, and afterwards removed by whoever comes next.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator

from tuneyard.artifacts import Artifact, Folder, RunDir, lease, looking
from tuneyard.distributed.lending import Groups
from tuneyard.errors import UserError

_PREFIX = "training-"
_NOTE = "attempt.json"


def attempt_of(artifact: Artifact) -> dict[str, str]:
    """Return a training's ``name`` and, where it was broken off, its checkpoints' ``place``."""
    found = _noted(artifact.run, artifact.name)
    if found is None:
        found = {"name": f"{artifact.name}-{uuid.uuid4().hex[:8]}"}
        note(artifact, found)
    return found


def note(artifact: Artifact, attempt: dict[str, str]) -> None:
    """Write down where a training's checkpoints are, for whoever goes on with it."""
    artifact.run.write_text(json.dumps(attempt), "work", artifact.name, _NOTE)


@contextlib.contextmanager
def workplace(run: RunDir, groups: Groups) -> Iterator[None]:
    """Give groups of training workers a folder in ``work/`` for the block, unless they have one.

    Raises:
        UserError: nothing can be written there.
    """
    if groups.place is not None:
        yield
        return
    own = f"{_PREFIX}{uuid.uuid4().hex[:16]}"
    others = {name: looking(run, name) for name in run.names("work") if name.startswith(_PREFIX)}
    for free in others.values():
        free()  # in an object store it takes two looks to know that an owner is dead
    try:
        with lease(run, own):
            groups.place = run.join("work", own)
            yield
    finally:
        groups.place = None
        with contextlib.suppress(UserError):  # a store that fails now has said so, or will
            _remove([own, *(name for name, free in others.items() if free())], run)


def _remove(names: list[str], run: RunDir) -> None:
    """Remove workplaces, but for what trainings that were broken off have there."""
    noted = filter(None, (_noted(run, name) for name in run.names("work")))
    places = {attempt.get("place") for attempt in noted}
    for name in names:
        groups = run.names("work", name)
        over = [group for group in groups if run.join("work", name, group) not in places]
        for group in over:
            run.discard("work", name, group)
        if over == groups:
            run.discard("work", name)
            run.discard("leases", name)


def _noted(run: Folder, name: str) -> dict[str, str] | None:
    """Return what a training noted; None: nothing, or somebody has damaged it."""
    with contextlib.suppress(ValueError):
        found = json.loads(run.read_text("work", name, _NOTE) or "null")
        if isinstance(found, dict) and isinstance(found.get("name"), str):
            return found
    return None
