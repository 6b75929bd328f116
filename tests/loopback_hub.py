"""A hub on loopback, as ``HF_ENDPOINT`` names one: models and data sets, and their branches."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_API = re.compile(
    r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(revision|tree|paths-info)/([^/]+)(.*))?$"
)
_FILE = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)$")


class Hub:
    """What a hub has.

    Attributes:
        asked: the paths that were asked for, in order.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._commits: dict[tuple[str, str], dict[str, Path]] = {}
        self._branches: dict[tuple[str, str], dict[str, str]] = {}
        self.asked: list[str] = []
        self.url = ""

    def push(self, kind: str, repo: str, source: Path, branch: str = "main") -> str:
        """Add a folder's files as a commit of a branch, and return the commit."""
        digest = hashlib.sha1(f"{kind}{repo}{branch}".encode())
        for file in _files(source):
            digest.update(file.name.encode() + file.read_bytes())
        commit = digest.hexdigest()
        place = self._folder / commit
        shutil.copytree(source, place)
        self._commits.setdefault((kind, repo), {})[commit] = place
        self._branches.setdefault((kind, repo), {})[branch] = commit
        return commit

    def at(self, kind: str, repo: str, revision: str) -> tuple[str, Path] | None:
        """Return the commit of a revision, and where its files are."""
        commit = self._branches.get((kind, repo), {}).get(revision, revision)
        place = self._commits.get((kind, repo), {}).get(commit)
        return None if place is None else (commit, place)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    """Serve a hub that is empty at first."""
    hub = Hub(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(body)

        def _answer(self, body: bytes = b"") -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(path)
            if found := _API.match(path):
                kind, repo, what, revision, rest = found.groups()
                self._api(kind[:-1], repo, what, revision or "main", (rest or "").strip("/"), body)
            elif found := _FILE.match(path):
                kind = "dataset" if found[1] else "model"
                self._file(kind, found[2], found[3], found[4])
            else:
                self._send(404, b"", {"X-Error-Code": "RepoNotFound"})

        def _api(
            self, kind: str, repo: str, what: str | None, revision: str, inner: str, body: bytes
        ) -> None:
            there = hub.at(kind, repo, revision)
            if there is None:
                known = hub.at(kind, repo, "main") is not None
                code = "RevisionNotFound" if known else "RepoNotFound"
                self._send(404, b"{}", {"X-Error-Code": code})
                return
            commit, place = there
            names = [file.relative_to(place).as_posix() for file in _files(place)]
            if what in ("tree", "paths-info"):
                wanted = [name for name in names if name.startswith(inner)]
                if what == "paths-info":
                    fields = _form(body)
                    wanted = [name for name in names if name in fields]
                entries = [
                    {
                        "type": "file",
                        "path": name,
                        "size": (place / name).stat().st_size,
                        "oid": hashlib.sha1((place / name).read_bytes()).hexdigest(),
                    }
                    for name in wanted
                ]
                self._send(200, json.dumps(entries).encode(), {"X-Repo-Commit": commit})
                return
            info = {
                "id": repo,
                "_id": "0",
                "sha": commit,
                "private": False,
                "gated": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "author": repo.partition("/")[0],
                "lastModified": "2026-01-01T00:00:00.000Z",
                "createdAt": "2026-01-01T00:00:00.000Z",
                "siblings": [{"rfilename": name} for name in names],
            }
            self._send(200, json.dumps(info).encode(), {"X-Repo-Commit": commit})

        def _file(self, kind: str, repo: str, revision: str, name: str) -> None:
            there = hub.at(kind, repo, revision)
            if there is None:
                self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})
                return
            commit, place = there
            headers = {"X-Repo-Commit": commit}
            file = place / name
            if not file.is_file():
                self._send(404, b"", {**headers, "X-Error-Code": "EntryNotFound"})
                return
            data = file.read_bytes()
            headers["ETag"] = f'"{hashlib.sha1(data).hexdigest()}"'
            self._send(200, data, headers)

        def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _form(body: bytes) -> set[str]:
    """Return the paths that a ``paths-info`` request asks for, as JSON or as a form."""
    try:
        return set(json.loads(body)["paths"])
    except (ValueError, KeyError, TypeError):
        return {unquote(part.partition("=")[2]) for part in body.decode().split("&")}
