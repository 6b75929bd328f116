"""Load a registered adapter back by name, byte for byte what was registered."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tuneyard.artifacts import for_a_while
from tuneyard.errors import UserError, first_line
from tuneyard.places import told
from tuneyard.records import file_digest
from tuneyard.tracking import connect
from tuneyard.tracking.address import check_uri, sqlite_path
from tuneyard.tracking.connect import reported
from tuneyard.tracking.versions import Version, find

SHA_TAG = "tuneyard.sha256"
"""Tag: the digest of PEFT's folder."""
PATH_TAG = "tuneyard.adapter_path"
"""Tag: where PEFT's folder is in the version's files; absent: they are that folder."""


@dataclass(frozen=True, slots=True)
class AdapterRef:
    """A fetched adapter: its folder, the base model it belongs to, and what the registry says."""

    path: Path
    base_path: str | None
    name: str
    version: int
    source: str
    tags: Mapping[str, str] = field(default_factory=dict)


def parse_model_uri(text: str) -> tuple[str, str | int]:
    """Return (name, alias or version) of ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.

    Raises:
        UserError: the text is neither.
    """
    found = re.fullmatch(r"models:/([^/:@]+)(?:@([\w-]+)|/([0-9]{1,18}))", text)
    if found is None:
        raise UserError(
            "a registered model is not named as MLflow does",
            where="models:/…",
            value=text,
            remedy="write models:/NAME@champion or models:/NAME/VERSION",
        )
    name, alias, version = found.groups()
    return name, alias if alias else int(version)


def fetch_model(
    name: str, alias: str | int = "champion", *, uri: str, to: Path | str
) -> AdapterRef:
    """Download a registered adapter to the folder ``to``.

    The folder appears only when the download is whole and has the digest that was registered; a
    folder that holds this adapter already is used as it is.

    Args:
        name: the registered model.
        alias: an alias, or a version number.
        uri: the tracking URI, whose server also holds the registry.
        to: the folder to make.

    Raises:
        UserError: no such model, alias or version; its files are gone or changed; ``to`` holds
            something else; or the server cannot be reached.
    """
    check_database(uri)
    target = Path(to)
    with _told(target):
        _check_target(target)
    version = connect.first_answer(uri, lambda: find(connect.client(uri), name, alias))
    wanted = version.tags.get(SHA_TAG)
    with _told(target):
        held = folder_digest(target) if os.path.exists(target) and any(target.iterdir()) else None
    if held is None:
        with reported(uri):
            _download(uri, version, target, wanted)
    elif held != wanted:
        raise _in_use(target)
    return AdapterRef(
        path=target,
        base_path=version.tags.get("tuneyard.base_path"),
        name=name,
        version=version.number,
        source=version.source,
        tags=dict(version.tags),
    )


def run_file(client: Any, run_id: str | None, path: str, to: Path) -> Path | None:
    """Download a file of a run's artifacts to the folder ``to``; None where it is not there."""
    if run_id is None:
        return None
    return _there(lambda: client.download_artifacts(run_id, path, str(to)))


def download(source: str, path: str, uri: str, to: Path) -> Path | None:
    """Download a file of a version's files to the folder ``to``; None where it is not there.

    Args:
        source: where the version's files are.
    """
    from mlflow.artifacts import download_artifacts

    to.mkdir(parents=True, exist_ok=True)
    place = f"{source.rstrip('/')}/{path}"
    return _there(lambda: download_artifacts(place, dst_path=str(to), tracking_uri=uri))


def _there(download: Callable[[], str]) -> Path | None:
    """Return what a download gives; None where it is not there, but not where nobody answers."""
    from mlflow.exceptions import MlflowException

    try:
        return Path(download())
    except (MlflowException, OSError) as error:
        if isinstance(error.__cause__ or error.__context__, ConnectionError):
            raise
        return None


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a scratch folder beside a folder that is to be made, if it can be.

    Raises:
        UserError: it is there and not empty, or cannot be made.
    """
    with _told(target):
        _check_target(target)
        if os.path.exists(target) and any(target.iterdir()):
            raise _in_use(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.")
    with scratch as folder:
        yield Path(folder)


def _in_use(target: Path) -> UserError:
    return UserError(
        "the folder for the fetched adapter holds something else",
        where="--out",
        value=str(target),
        remedy="name a folder that does not exist yet",
    )


def check_database(uri: str) -> None:
    """Refuse an SQLite file that is not there or no MLflow's: it would be made one to be asked."""
    if check_uri(uri) != "sqlite":
        return
    path = sqlite_path(uri)
    wrong = None if os.path.isfile(path) else "does not exist"
    if wrong is None:
        source = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(source, uri=True)) as database:
                database.execute("SELECT 1 FROM registered_models LIMIT 1")
        except sqlite3.OperationalError as error:  # one that is locked may be MLflow's
            if "no such table" in str(error):
                wrong = "is not one that MLflow made"
        except sqlite3.DatabaseError as error:
            wrong = f"is not one that MLflow made ({first_line(error)})"
    if wrong is not None:
        raise UserError(
            f"the tracking database {wrong}",
            where="--uri (or MLFLOW_TRACKING_URI)",
            value=uri,
            remedy="name the study's, such as sqlite:///runs/quickstart/mlflow.db",
        )


def _check_target(target: Path) -> None:
    """Refuse before anything is asked of a server a folder that cannot be made."""
    if os.path.exists(target) and not os.path.isdir(target):
        raise UserError(
            "a file stands where the folder for the fetched adapter should be",
            where="--out",
            value=str(target),
            remedy="name a folder that does not exist yet",
        )
    with for_a_while(target):
        pass


def _told(target: Path) -> contextlib.AbstractContextManager[None]:
    return told(
        "the folder for the fetched adapter cannot be made or read",
        where="--out",
        value=target,
        remedy="name another folder, or mend its permissions",
    )


def folder_digest(folder: Path) -> str:
    """Return the SHA-256 over the relative names and contents of a folder's files, as hex."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        line = f"{file.relative_to(folder).as_posix()}\0{file_digest(file)}\n"
        digest.update(line.encode())
    return digest.hexdigest()


def _download(uri: str, version: Version, target: Path, wanted: str | None) -> None:
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    within = [version.tags[PATH_TAG]] if version.tags.get(PATH_TAG) else []
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        source = "/".join([version.source.rstrip("/"), *within])
        try:
            got = Path(download_artifacts(source, dst_path=scratch, tracking_uri=uri))
        except (MlflowException, FileNotFoundError) as error:
            if isinstance(error.__cause__ or error.__context__, ConnectionError):
                raise
            raise _lost(version, f"cannot be read: {error}") from error
        if wanted is not None and folder_digest(got) != wanted:
            raise _lost(version, "are not those that were registered")
        if target.exists():
            target.rmdir()
        shutil.move(got, target)


def _lost(version: Version, how: str) -> UserError:
    return UserError(
        f"the files of a registered adapter {how}",
        where=version.source,
        value=version.uri,
        remedy="restore the artifact store, or register the adapter again by running its study",
    )
