from __future__ import annotations

import json
from pathlib import Path

import pytest
from offers import Gate, passed

from tuneyard.cli import main
from tuneyard.errors import UserError
from tuneyard.tracking import Tracker, fetch_model, parse_model_uri
from tuneyard.tracking.address import sqlite_uri


@pytest.fixture
def registered(tracker: Tracker, adapter: Path) -> Tracker:
    Gate(tracker, adapter).offer("a", passed(20))
    return tracker


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("alias", ["champion", 1, "1"])
def test_the_fetched_adapter_is_the_registered_one(
    registered: Tracker, adapter: Path, tmp_path: Path, alias: str | int
) -> None:
    ref = fetch_model("cocobots", alias, uri=registered.uri, to=tmp_path / "deep" / "fetched")
    found, made = contents(ref.path), contents(adapter)
    assert found.pop("README.md") == b"a card\n"
    config = json.loads(found.pop("adapter_config.json"))
    assert config == {"r": 16, "base_model_name_or_path": "embedded", "revision": None}
    del made["adapter_config.json"]
    assert found == made
    assert (ref.base_path, ref.version) == ("embedded", 1)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["fetched"]
    again = fetch_model("cocobots", alias, uri=registered.uri, to=ref.path)
    assert again == ref


@pytest.mark.parametrize(
    ("name", "alias"), [("nobody", "champion"), ("cocobots", "best"), ("cocobots", 7)]
)
def test_what_the_registry_has_not(
    registered: Tracker, tmp_path: Path, name: str, alias: str | int
) -> None:
    with pytest.raises(UserError, match="no such model"):
        fetch_model(name, alias, uri=registered.uri, to=tmp_path / "fetched")


def test_a_changed_or_lost_artifact_is_refused(registered: Tracker, tmp_path: Path) -> None:
    (config,) = (tmp_path / "artifacts").rglob("adapter_config.json")
    config.write_text("{}")
    with pytest.raises(UserError, match="not those that were registered"):
        fetch_model("cocobots", uri=registered.uri, to=tmp_path / "fetched")
    (tmp_path / "artifacts").rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="cannot be read"):
        fetch_model("cocobots", uri=registered.uri, to=tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_a_folder_in_use_is_left_alone(registered: Tracker, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "notes").write_text("x")
    with pytest.raises(UserError, match="something else"):
        fetch_model("cocobots", uri=registered.uri, to=target)
    assert contents(target) == {"notes": b"x"}


def test_what_cannot_be_fetched_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    new = f"sqlite:///{tmp_path}/new/mlflow.db"
    with pytest.raises(UserError, match="the tracking database does not exist"):
        fetch_model("x", uri=new, to=tmp_path / "out")
    for target, said in (("file", "a file stands where"), ("file/out", "cannot be made")):
        with pytest.raises(UserError, match=said):
            fetch_model("x", uri="http://127.0.0.1:1", to=tmp_path / target)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_model_uris() -> None:
    assert parse_model_uri("models:/coco.bots@champion") == ("coco.bots", "champion")
    assert parse_model_uri("models:/cocobots/12") == ("cocobots", 12)
    for wrong in ("models:/cocobots", "cocobots@champion", "models:/a/b", "models:/a@"):
        with pytest.raises(UserError, match="not named as MLflow does"):
            parse_model_uri(wrong)


def test_the_command_downloads_it_and_says_what_it_is(
    registered: Tracker,
    adapter: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    words = ["fetch", "models:/cocobots@champion", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "--uri" in capsys.readouterr().err
    assert main([*words, "--uri", registered.uri]) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path / 'out'}: version 1 of cocobots, an adapter of embedded\n"
    )
    weights = "adapter_model.safetensors"
    assert contents(tmp_path / "out")[weights] == contents(adapter)[weights]
    assert main(["fetch", "cocobots", "--out", str(tmp_path / "x")]) == 2
    assert "models:/NAME@champion" in capsys.readouterr().err


def test_a_database_that_is_not_there_or_no_mlflow_s_is_refused_and_not_made(
    tmp_path: Path,
) -> None:
    for name, content, said in (
        ("no?.db", None, "does not exist"),
        ("deep/no.db", None, "does not exist"),
        ("empty.db", b"", "is not one that MLflow made"),
        ("text.db", b"a text, no database", "is not one that MLflow made"),
    ):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(UserError, match=f"the tracking database {said}"):
            fetch_model("a", uri=sqlite_uri(str(file)), to=tmp_path / "out")
        assert sorted(tmp_path.rglob("*")) == before
        assert content is None or file.read_bytes() == content
