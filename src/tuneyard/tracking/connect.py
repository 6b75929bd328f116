"""Opening MLflow: quietly, without telemetry, and failing soon where nothing answers."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tuneyard.artifacts import for_a_while
from tuneyard.errors import UserError, first_line
from tuneyard.places import told
from tuneyard.tracking.address import SERVERS, is_new, redacted, sqlite_path, sqlite_uri
from tuneyard.tracking.database import make

PATIENCE = 3.0
"""Seconds for which an unreachable server is tried again before the study is refused."""
_ANSWER = "60"
"""Seconds for a first answer once connected: a server may need 40 s after it opened its port."""

# An operator's own setting wins; without one: no network calls of MLflow's own, no banners.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_DISK = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG),
}

Answer = TypeVar("Answer")


def _check_sqlite(uri: str) -> None:
    # MLflow would try an unusable file again for many seconds, and then say OperationalError.
    path = sqlite_path(uri)
    refused = told(
        "the tracking database cannot be written",
        where="tracking.uri",
        value=path,
        remedy="name a file in a writable folder",
    )
    with refused, for_a_while(path.parent):
        if path.exists():
            with path.open("r+b") as file:
                head = file.read(16)
            if head not in (b"", b"SQLite format 3\x00"):
                raise UserError(
                    "the tracking database is no SQLite file",
                    where="tracking.uri",
                    value=str(path),
                    remedy="name another file; this one holds something else",
                )
        elif not os.access(path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "the folder is not writable")


def client(uri: str) -> Any:
    """Return an ``MlflowClient`` for runs and registry at ``uri``; the first use imports mlflow.

    An SQLite file that is not there is made, with its folder.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    from mlflow.tracking import MlflowClient

    if os.environ["MLFLOW_LOGGING_LEVEL"] == "WARNING":
        # mlflow configures its loggers at import, which may have been someone else's, earlier.
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
    if is_new(uri):
        path = sqlite_path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path, lambda made: MlflowClient(sqlite_uri(str(made))).search_experiments())
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def check_answer(uri: str) -> None:
    """Refuse a server at which nothing listens, and an SQLite file that cannot be written.

    It makes nothing, and imports no mlflow.

    Raises:
        UserError: see above.
    """
    first_answer(uri, lambda: None)


def first_answer(uri: str, ask: Callable[[], Answer]) -> Answer:
    """Return ``ask()``, the first call to ``uri``; unreachable servers are tried again a while.

    MLflow's own retries go on for four minutes. They stay as they are for the rest of a study,
    where they carry it over a server's restart; only this first call does without them.

    Raises:
        UserError: nothing listens within ``PATIENCE`` seconds, a listener does not answer within
            a minute, or the answer is not MLflow's.
    """
    if uri.startswith("sqlite:"):
        _check_sqlite(uri)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with _without_retries(uri), reported(uri, opening=True):
                _knock(uri)
                return ask()
        except UserError as error:
            left = deadline - time.monotonic()
            if left <= 0 or not isinstance(error.__cause__, UnreachableError):
                raise
        time.sleep(min(1.0, left))


class UnreachableError(ConnectionError):
    """Nobody answered; trying again may help."""


@contextmanager
def reported(uri: str, *, opening: bool = False) -> Iterator[None]:
    """Turn what the user can mend (server, rights, disk) into a ``UserError`` that names ``uri``.

    Args:
        uri: the tracking URI.
        opening: at the first call every refusal by MLflow is the user's to mend.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        what, remedy, cause = _explain(error, opening)
        if what is None:
            raise
        raise UserError(
            what,
            where="tracking.uri (or MLFLOW_TRACKING_URI)",
            value=redacted(uri),
            remedy=remedy,
        ) from cause


def _explain(error: Exception, opening: bool) -> tuple[str | None, str, Exception]:
    inner = error.__cause__ or error.__context__
    reason = inner if isinstance(inner, Exception) else error
    if isinstance(error, ConnectionError):  # perhaps before there is an mlflow to import from
        return _unreachable(reason)
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    if isinstance(error, RequestException) or (
        isinstance(error, MlflowException) and isinstance(inner, RequestException)
    ):
        return _unreachable(reason)
    if isinstance(error, shutil.Error):
        # Copying a folder gathers its errors: (from, to, message) of each file.
        first = error.args[0][0] if error.args and error.args[0] else ("", "", str(error))
        error = OSError(errno.EACCES, str(first[2]), str(first[1]))
    if isinstance(error, OSError) and error.errno in _DISK:
        return (
            f"MLflow's artifacts cannot be written ({error.strerror}: {error.filename})",
            "free some space, or name an artifact root that is writable",
            error,
        )
    text = redacted(str(error)).strip().splitlines()[0][:300] if str(error).strip() else ""
    if isinstance(error, MlflowException):
        status = error.get_http_status_code()
        if status in (401, 403):
            return (
                "the MLflow server refused the credentials",
                "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or "
                "MLFLOW_TRACKING_TOKEN",
                error,
            )
        if opening and "out-of-date database schema" in text:
            return (
                "the tracking database was made by another version of MLflow",
                "back it up, then run: mlflow db upgrade URI; or name a new file",
                error,
            )
        if opening:
            return (
                f"MLflow could not be opened ({text})",
                "check that the URI is that of an MLflow tracking server or database",
                error,
            )
    if opening or type(error).__name__ == "OperationalError":
        if type(error).__module__.startswith(("sqlalchemy", "sqlite3")):
            if opening and "already exists" in text:
                return (
                    f"the tracking database was left half made ({text})",
                    "delete the file, which has no runs yet, or name another",
                    error,
                )
            return (
                f"the tracking database cannot be used ({text})",
                "check that it is reachable, writable and not held by another program",
                error,
            )
        if isinstance(error, ModuleNotFoundError):
            return (f"the database's driver is missing ({text})", "pip install it", error)
    return None, "", error


def _unreachable(error: Exception) -> tuple[str, str, Exception]:
    reason = _reason(error)
    return (
        f"the MLflow server cannot be reached ({reason})",
        "start it (mlflow server), correct the URI, or leave tracking.uri out to use SQLite",
        UnreachableError(reason),
    )


def _reason(error: Exception) -> str:
    text = str(error)
    for sign, said in (
        ("refused", "connection refused"),
        ("Name or service not known", "unknown host"),
        ("name resolution", "unknown host"),
        ("timed out", "timed out"),
    ):
        if sign in text:
            return said
    return first_line(error, 200)


def _knock(uri: str) -> None:
    # A host that drops packets would cost a whole request's time-out; a bare connection tells.
    parts = urlsplit(uri)
    if parts.scheme not in SERVERS:
        return
    from requests.utils import get_environ_proxies

    if get_environ_proxies(uri):
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), timeout=max(1.0, PATIENCE / 3)).close()
    except (OSError, ValueError) as error:
        raise ConnectionError(str(error)) from error


@contextmanager
def _without_retries(uri: str) -> Iterator[None]:
    if urlsplit(uri).scheme not in SERVERS:
        yield
        return
    wanted = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": _ANSWER}
    with _environment(wanted):
        yield


@contextmanager
def named(uri: str) -> Iterator[None]:
    """Have ``uri`` as the tracking server that MLflow asks where it asks none by name."""
    import mlflow

    variable = "MLFLOW_TRACKING_URI"
    with _environment({variable: ""}):
        before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
        mlflow.set_tracking_uri(uri)
        try:
            yield
        finally:
            mlflow.set_tracking_uri(before)  # which sets or unsets the variable, too


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    kept = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
