"""The commits of what a study names on the hub: a branch moves on, a study does not.

A branch or tag of a model, an encoder or a data set is resolved once, when a study is planned, and
recorded in its run directory. From then on every stage, on whatever node, reads that commit.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from tuneyard.artifacts import RunDir
from tuneyard.config import Model, Rows, Study
from tuneyard.errors import UserError, first_line
from tuneyard.model_files import cached_snapshot, check_hub, is_hub_id, local_path

RECORD = "hub.json"
"""In a run directory: the commit of each name."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SMALL = ["*.json", "*.jinja", "*.model", "*.tiktoken", "*.txt"]
"""Files that describe a model and its tokenizer; its weights are the others."""
_PATIENCE = 10.0  # seconds in which the hub has to answer


@dataclass(frozen=True, slots=True)
class Named:
    """A model or a data set as a study names it.

    Attributes:
        kind: ``model`` or ``dataset``.
        repo: its id on the hub.
        revision: a branch, a tag or a commit; None: the main branch.
        where: where the study names it.
    """

    kind: Literal["model", "dataset"]
    repo: str
    revision: str | None
    where: str

    def __str__(self) -> str:
        return f"{self.kind}s/{self.repo}@{self.revision or 'main'}"

    @property
    def what(self) -> str:
        """What it is, as messages say it."""
        return "a model" if self.kind == "model" else "a data set"


Resolve = Callable[[Named], str]


def pinned(study: Study, known: Mapping[str, str]) -> tuple[Study, dict[str, str]]:
    """Return a study that names commits, and the commit of each name that was none.

    Args:
        study: its models with paths as written.
        known: what was found when it was planned first.

    Raises:
        UserError: the hub does not know a name, or does not answer and the cache has none.
    """
    found: dict[str, str] = {}

    def commit(named: Named) -> str:
        if named.revision is not None and _COMMIT.fullmatch(named.revision):
            return named.revision
        key = str(named)
        if key not in found:
            found[key] = known.get(key) or resolve(named)
        return found[key]

    return _with_commits(study, commit), found


def resolve(named: Named) -> str:
    """Return the commit at which a name is now, or was when it was last downloaded.

    Raises:
        UserError: the hub does not know it, or does not answer and the cache has none.
    """
    from huggingface_hub import HfApi

    if named.kind == "model":
        check_hub(named.repo, named.repo, named.revision, named.where)
    try:
        found = HfApi().repo_info(
            named.repo, repo_type=named.kind, revision=named.revision, timeout=_PATIENCE
        )
        if found.sha is None:
            raise ValueError("it names no commit")
        return found.sha
    except Exception as error:  # whatever answers in the hub's place, and does not speak as it
        cached = None if _refusal(error, named) else _cached(named)
        if cached is not None:
            return cached
        raise _told(error, named) from error


def fetch_descriptions(model: Model) -> None:
    """Fetch the small files of a hub model: what a plan reads of it is no matter of the cache.

    Raises:
        UserError: they cannot be fetched.
    """
    path = local_path(model.path)
    if model.path == "embedded" or not is_hub_id(path) or cached_snapshot(path, model.revision):
        return
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

    disable_progress_bars()
    named = Named("model", path, model.revision, f"models: {model.name}: path")
    try:
        snapshot_download(path, revision=model.revision, allow_patterns=_SMALL)
    except Exception as error:  # see ``resolve``
        raise _told(error, named) from error


def _told(error: Exception, named: Named) -> UserError:
    return UserError(
        _refusal(error, named)
        or f"{named.what} is neither a folder nor in the hub's cache, and the hub cannot be asked "
        f"({first_line(error)})",
        where=named.where,
        value=str(named),
        remedy="check its name (OWNER/NAME), the revision, and your access to it (`hf auth "
        "login`), or name a folder",
    )


def _refusal(error: Exception, named: Named) -> str | None:
    """Return what the hub says against a name; None: it was not asked, or has a fault itself."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return f"{named.what} is gated: the hub gives it to those whom its owner lets"
    if isinstance(error, RevisionNotFoundError):
        return f"{named.what} has no such revision"
    if isinstance(error, RepositoryNotFoundError):
        return f"{named.what} is not on the hub, or is private"
    if isinstance(error, HFValidationError):
        return f"{named.what} has no name of the hub's ({first_line(error)})"
    if isinstance(error, HfHubHTTPError) and error.response.status_code < 500:
        return f"the hub refuses {named.what} ({first_line(error)})"
    return None


def _cached(named: Named) -> str | None:
    """Return the commit that a name had when it was last downloaded, None where it was not."""
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            named.repo,
            repo_type=named.kind,
            revision=named.revision,
            local_files_only=True,
            allow_patterns=[],
        )
    except Exception:  # there is none, or it is damaged
        return None
    commit = str(folder).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return commit if _COMMIT.fullmatch(commit) else None


def record(folder: RunDir, found: Mapping[str, str]) -> None:
    """Write down in a run directory at which commits its study reads.

    Raises:
        UserError: another run has begun there meanwhile, with other commits.
    """
    if not found:
        return
    known = read_record(folder.read_text(RECORD))
    for name, commit in found.items():
        if known.get(name, commit) != commit:
            raise UserError(
                "another run of this study has begun with another commit of what it names",
                where=folder.join(RECORD),
                value=f"{name}: {known[name]}, and now {commit}",
                remedy="run it again: it then takes the commit that is on record",
            )
    if not found.items() <= known.items():
        text = json.dumps({**known, **found}, indent=1, sort_keys=True)
        folder.write_text(f"{text}\n", RECORD)


def read_record(text: str | None) -> dict[str, str]:
    """Return the commits that a run directory has on record; of a damaged record none."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: commit
        for name, commit in found.items()
        if isinstance(commit, str) and _COMMIT.fullmatch(commit)
    }


def _with_commits(study: Study, commit: Resolve) -> Study:
    """Return a study with the commits of all that it names on the hub and that it uses."""
    models = [_placed(one, f"models: {one.name}: path", commit) for one in study.models]
    placed = {
        name: _placed(encoder, f"evaluate.encoders.{name}", commit)
        for name, encoder in study.evaluate.needed_encoders.items()
    }
    encoders = study.evaluate.encoders.model_copy(update=placed)
    evaluate = study.evaluate.model_copy(update={"encoders": encoders} if placed else {})
    found: Study = _with_rows(study, "", commit)
    return found.model_copy(update={"models": models, "evaluate": evaluate})


def _placed(one: Any, where: str, commit: Resolve) -> Any:
    """Return a model or an encoder at its commit; a folder stays as it is."""
    path = local_path(one.path)
    if one.path == "embedded" or not is_hub_id(path):
        return one
    return one.model_copy(update={"revision": commit(Named("model", path, one.revision, where))})


def _with_rows(value: Any, where: str, commit: Resolve) -> Any:
    """Return a part of a study with the commits of the data sets within it."""
    if isinstance(value, Rows):
        if value.hub is None or os.path.isdir(value.hub):
            return value
        named = Named("dataset", value.hub, value.revision, where)
        return value.model_copy(update={"revision": commit(named)})
    if not isinstance(value, BaseModel | dict):
        return value
    parts = dict(value)
    inner = f"{where}." if where else ""
    others = {name: _with_rows(one, f"{inner}{name}", commit) for name, one in parts.items()}
    changed = {name: one for name, one in others.items() if one is not parts[name]}
    if not changed:
        return value
    if isinstance(value, BaseModel):
        return value.model_copy(update=changed)
    return {**value, **changed}
