"""A branch of the hub is a commit from the first plan on; a hub on loopback stands in for it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import yaml

from tuneyard.artifacts import RunDir
from tuneyard.commits import Named, fetch_descriptions, pinned, read_record, record, resolve
from tuneyard.config import Model
from tuneyard.config.load import load
from tuneyard.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback_hub import Hub, serving

STUDY = {
    "study": "mine",
    "models": [{"name": "tiny", "path": "me/tiny"}],
    "data": {
        "own": {
            "source": "instructions",
            "task": "python",
            "rows": {"hub": "me/rows", "revision": "main"},
            "split": {"train": 4, "validation": 2, "test": 2},
        }
    },
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(tmp_path / "hub") as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        constants: Any = huggingface_hub.constants
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, found.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "ENDPOINT", found.url)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield found


def files(folder: Path, **contents: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in contents.items():
        (folder / name.replace("_json", ".json")).write_text(text)
    return folder


def study(tmp_path: Path, **changes: Any) -> Any:
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({**STUDY, **changes}))
    return load(tmp_path / "study.yaml")


def test_a_branch_is_resolved_once_and_stays(hub: Hub, tmp_path: Path) -> None:
    first = hub.push("model", "me/tiny", files(tmp_path / "m", config_json="{}"))
    rows = hub.push("dataset", "me/rows", files(tmp_path / "d", train_json="[]"))
    found, commits = pinned(study(tmp_path), {})
    assert found.models[0].revision == first
    assert found.data["own"].rows.revision == rows
    assert commits == {"models/me/tiny@main": first, "datasets/me/rows@main": rows}

    second = hub.push("model", "me/tiny", files(tmp_path / "m", config_json='{"a": 1}'))
    again, commits = pinned(study(tmp_path), commits)
    assert again.models[0].revision == first
    assert pinned(study(tmp_path), {})[0].models[0].revision == second


def test_a_commit_is_asked_of_nobody(hub: Hub, tmp_path: Path) -> None:
    commit = "a" * 40
    pins = {
        "models": [{"name": "tiny", "path": "me/tiny", "revision": commit}],
        "data": {"own": {**STUDY["data"]["own"], "rows": {"hub": "me/rows", "revision": commit}}},  # type: ignore[index]
    }
    found, commits = pinned(study(tmp_path, **pins), {})
    assert (found.models[0].revision, commits, hub.asked) == (commit, {}, [])


def test_encoders_are_resolved_where_a_metric_asks_for_them(hub: Hub, tmp_path: Path) -> None:
    hub.push("model", "me/tiny", files(tmp_path / "m", config_json="{}"))
    hub.push("dataset", "me/rows", files(tmp_path / "d", train_json="[]"))
    commit = hub.push("model", "me/encoder", files(tmp_path / "e", config_json="{}"))
    encoders = {"bertscore": {"path": "me/encoder", "layer": 1}}
    told = {"metrics": ["bertscore"], "encoders": encoders}
    found, _ = pinned(study(tmp_path, evaluate=told), {})
    assert found.evaluate.encoders.bertscore.revision == commit
    silent = {"metrics": ["exact_match"], "encoders": encoders}
    found, _ = pinned(study(tmp_path, evaluate=silent), {})
    assert found.evaluate.encoders.bertscore.revision is None


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (Named("model", "me/none", None, "models: x"), "is not on the hub"),
        (Named("model", "me/tiny", "v9", "models: x"), "no such revision"),
        (Named("dataset", "me/none", "main", "data.x.rows"), "is not on the hub"),
        (Named("dataset", "me/no such", "main", "data.x.rows"), "no name of the hub's"),
    ],
)
def test_what_the_hub_does_not_know_is_refused(
    hub: Hub, tmp_path: Path, named: Named, said: str
) -> None:
    hub.push("model", "me/tiny", files(tmp_path / "m", config_json="{}"))
    with pytest.raises(UserError, match=said) as found:
        resolve(named)
    assert named.where in str(found.value)


def test_without_the_hub_the_cache_says_what_was_there_last(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.push("model", "me/tiny", files(tmp_path / "m", config_json="{}"))
    model = Model(name="tiny", path="me/tiny", revision="main")
    fetch_descriptions(model)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert resolve(Named("model", "me/tiny", "main", "models: x")) == commit
    with pytest.raises(UserError, match="cannot be asked"):
        resolve(Named("model", "me/other", "main", "models: x"))


class _Other(BaseHTTPRequestHandler):
    """Answers in a hub's place, but not as one."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2" if self.path.endswith("full") else "20")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("revision", ["full", "cut"])
def test_what_does_not_answer_as_a_hub_is_one_message(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, revision: str
) -> None:
    other = HTTPServer(("127.0.0.1", 0), _Other)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{other.server_port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
    with pytest.raises(UserError, match="cannot be asked"):
        resolve(Named("model", "me/nowhere", revision, "models: x: path"))
    other.shutdown()


def test_the_small_files_of_a_model_are_fetched_and_its_weights_are_not(
    hub: Hub, tmp_path: Path
) -> None:
    folder = files(tmp_path / "m", config_json="{}", tokenizer_json="{}")
    (folder / "model.safetensors").write_bytes(b"0" * 100)
    commit = hub.push("model", "me/tiny", folder)
    fetch_descriptions(Model(name="tiny", path="me/tiny", revision=commit))
    fetched = [file.name for file in (tmp_path / "cache").rglob("snapshots/*/*")]
    assert sorted(fetched) == ["config.json", "tokenizer.json"]


def test_a_record_stands_against_a_later_commit(tmp_path: Path) -> None:
    run = RunDir(str(tmp_path / "run"))
    record(run, {"models/a/b@main": "a" * 40})
    record(run, {"models/a/c@main": "c" * 40})
    known = read_record(run.read_text("hub.json"))
    assert known == {"models/a/b@main": "a" * 40, "models/a/c@main": "c" * 40}
    with pytest.raises(UserError, match="another commit"):
        record(run, {"models/a/b@main": "b" * 40})


@pytest.mark.parametrize("text", [None, "", "[]", "{", '{"a": 1}', '{"a": "main"}'])
def test_a_damaged_record_is_none(text: str | None) -> None:
    assert read_record(text) == {}
