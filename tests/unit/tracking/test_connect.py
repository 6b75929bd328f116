from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tuneyard.errors import UserError
from tuneyard.tracking import Tracker, connect
from tuneyard.tracking.address import check_uri, is_new, redacted, sqlite_path, sqlite_uri


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("ftp://host/x", "scheme"),
        ("htp://host", "did you mean 'http'"),
        ("mlruns", "a folder of files"),
        ("file:///x", "scheme"),
        ("http://", "no host"),
        ("sqlite://", "no SQLite file"),
        ("sqlite:///:memory:", "no SQLite file"),
        ("http://[::1", "no address"),
        ("http://host:70000", "no address"),
        ("http://host:x", "no address"),
        ("http://host:0", "port 0"),
        ("http://a b:5000", "space"),
        (f"http://{'a' * 70}:5000", "no address"),
        ("postgresql://u:p@db:70000/x", "no address"),
    ],
)
def test_unusable_uris_are_refused(uri: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_uri(uri)


def test_only_the_text_of_a_uri_is_looked_at(tmp_path: Path) -> None:
    assert check_uri(f"sqlite:///{tmp_path}/new/mlflow.db") == "sqlite"
    assert is_new(f"sqlite:///{tmp_path}/new/mlflow.db")
    assert not is_new("http://host:5000")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["a?b%41", "ä #;b"])
def test_any_folder_s_name_is_kept_in_the_uri_of_a_database(
    migrated: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name / "mlflow.db"
    path.parent.mkdir()
    shutil.copy(migrated, path)
    before = path.read_bytes()
    uri = sqlite_uri(str(path))
    assert sqlite_path(uri) == path
    tracker = Tracker(uri, "an experiment")
    assert path.read_bytes() != before
    tracker.study("s", "k").log_artifacts(Path(__file__).parent, "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]
    assert sorted(p.name for p in path.parent.iterdir()) == ["artifacts", "mlflow.db"]


def test_drivers_are_allowed() -> None:
    assert check_uri("postgresql+psycopg2://u:p@db/mlflow") == "postgresql"


def test_a_database_server_needs_a_place_for_artifacts() -> None:
    with pytest.raises(UserError, match="artifacts") as caught:
        Tracker("postgresql://me:secret@db/mlflow", "x")
    assert "secret" not in str(caught.value)


def test_passwords_are_not_shown() -> None:
    assert redacted("http://me:secret@host:5000") == "http://me:***@host:5000"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are my notes, not a database")
    with pytest.raises(UserError, match="no SQLite file"):
        Tracker(f"sqlite:///{path}", "x")
    assert path.read_text().startswith("these are my notes")


def test_a_folder_in_the_place_of_the_database(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        Tracker(f"sqlite:///{tmp_path}", "x")


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        Tracker(f"sqlite:///{tmp_path}/file/mlflow.db", "x")


def test_a_closed_port_is_named_with_a_remedy(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "PATIENCE", 0.2)
    uri = f"http://127.0.0.1:{closed_port}"
    before = dict(os.environ)
    with pytest.raises(UserError, match="connection refused") as caught:
        Tracker(uri, "x")
    assert uri in str(caught.value)
    assert "mlflow server" in str(caught.value)
    assert {k: v for k, v in os.environ.items() if "RETRIES" in k} == {
        k: v for k, v in before.items() if "RETRIES" in k
    }


def test_a_driver_that_is_not_installed_is_named() -> None:
    uri = "mssql+nosuchdriver://u:p@db/mlflow"
    with pytest.raises(UserError, match=r"database cannot be used"):
        connect.first_answer(uri, lambda: connect.client(uri).search_experiments())


def test_a_damaged_database_is_told(migrated: Path, tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(migrated.read_bytes()[:16] + b"\xff" * 5000)
    with pytest.raises(UserError, match=r"database|could not be opened"):
        Tracker(f"sqlite:///{path}", "x")


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "PATIENCE", 0.2)
    with pytest.raises(UserError, match=r"cannot be reached.*unknown host"):
        Tracker("http://no-such-host.invalid:5000", "x")


def test_a_server_that_comes_up_late_is_awaited(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "PATIENCE", 20)

    # It answers 404 to everything: refused as no MLflow, which shows that it was reached.
    def serve() -> None:
        time.sleep(1.5)
        with HTTPServer(("127.0.0.1", closed_port), BaseHTTPRequestHandler) as server:
            server.timeout = 20
            for _ in range(2):  # the knock, and the request
                server.handle_request()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(UserError, match="could not be opened"):
        Tracker(f"http://127.0.0.1:{closed_port}", "x")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "PATIENCE", 1)

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(UserError, match="credentials"):
            Tracker(f"http://127.0.0.1:{server.server_port}", "x")
        server.shutdown()


def test_a_database_that_is_half_made_is_named(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as half:
        half.execute("create table experiments (experiment_id integer primary key, name text)")
        half.execute("create table guardrails (id integer)")
    with pytest.raises(UserError, match="left half made"):
        Tracker(f"sqlite:///{tmp_path}/mlflow.db", "study")


@pytest.mark.parametrize("variable", [None, "http://theirs"])
@pytest.mark.parametrize("chosen", [None, "http://chosen"])
def test_the_server_that_mlflow_asks_is_ours_for_a_while(
    variable: str | None, chosen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # what it was is put back at the end
    mlflow.set_tracking_uri(chosen)  # which sets the variable, too
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    if variable:
        os.environ["MLFLOW_TRACKING_URI"] = variable
    before = mlflow.get_tracking_uri()
    with connect.named("http://ours"):
        assert mlflow.get_tracking_uri() == "http://ours"
    assert os.environ.get("MLFLOW_TRACKING_URI") == variable
    assert mlflow.get_tracking_uri() == before == (chosen or variable or before)
    mlflow.set_tracking_uri(None)
