"""The address of an MLflow: which there are, and what is wrong with one by its text alone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from tuneyard.errors import UserError, suggestion

SERVERS = ("http", "https")
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


def redacted(uri: str) -> str:
    """Return ``uri`` without a password, for messages."""
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", uri)


def check_uri(uri: str) -> str:
    """Return the scheme of a tracking URI, without a driver (``postgresql+psycopg2`` → …).

    Looks at the text alone.

    Raises:
        UserError: the scheme is none that tuneyard works with, or the rest is no address.
    """
    scheme = uri.split("://", 1)[0].split("+", 1)[0] if "://" in uri else ""
    known = [*SERVERS, *DATABASES]
    if scheme not in known:
        raise UserError(
            "the tracking URI has no scheme that tuneyard works with",
            where="tracking.uri (or MLFLOW_TRACKING_URI)",
            value=redacted(uri),
            remedy="write sqlite:///PATH.db or http(s)://HOST:PORT; "
            + (suggestion(scheme, known) if scheme else "a folder of files is not supported"),
        )
    wrong = _wrong_file(uri) if scheme == "sqlite" else _wrong_address(uri, scheme)
    if wrong is not None:
        raise UserError(
            f"the tracking URI {wrong}",
            where="tracking.uri (or MLFLOW_TRACKING_URI)",
            value=redacted(uri),
            remedy="write sqlite:///relative.db or sqlite:////absolute.db"
            if scheme == "sqlite"
            else "write http(s)://HOST:PORT",
        )
    return scheme


def check_artifact_root(uri: str) -> None:
    """Refuse a database without a server: nothing says where artifacts go.

    Raises:
        UserError: see above, or as ``check_uri``.
    """
    if check_uri(uri) not in (*SERVERS, "sqlite"):
        raise UserError(
            "a tracking database without a server needs a place for artifacts",
            where="tracking.uri (or MLFLOW_TRACKING_URI)",
            value=redacted(uri),
            remedy="run mlflow server with --backend-store-uri and --artifacts-destination, and "
            "name its http address",
        )


def _wrong_address(uri: str, scheme: str) -> str | None:
    try:
        parts = urlsplit(uri)
        port, host = parts.port, parts.hostname
        if host is not None:
            host.encode("idna")
    except ValueError as error:  # of brackets, ports and names
        return f"is no address ({error})"
    if port == 0:
        return "names port 0, at which nothing can listen"
    if scheme in SERVERS and not host:
        return "names no host"
    if any(letter.isspace() or not letter.isprintable() for letter in uri):
        return "holds a space or an unprintable character"
    return None


def _wrong_file(uri: str) -> str | None:
    text = uri.split("?", 1)[0]
    if not text.startswith("sqlite:///") or text in ("sqlite:///", "sqlite:///:memory:"):
        return "names no SQLite file"
    return None


def sqlite_path(uri: str) -> Path:
    """Return the file of ``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    return Path(unquote(uri.split("?", 1)[0].removeprefix("sqlite:///")))


def is_new(uri: str) -> bool:
    """Tell whether a URI names an SQLite file that is still to be made."""
    return check_uri(uri) == "sqlite" and not os.path.exists(sqlite_path(uri))


def sqlite_uri(path: str) -> str:
    """Return the URI of an SQLite file whose path may hold what means something in a URI.

    Such a path is quoted whole, slashes too: MLflow would make the folder of the quoted name.
    """
    odd = any(letter in path for letter in "?%")
    return f"sqlite:///{quote(os.fsencode(path), safe='') if odd else path}"
