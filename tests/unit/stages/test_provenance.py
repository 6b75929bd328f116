from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tuneyard.config import Model
from tuneyard.config.load import load
from tuneyard.stages import provenance


def test_a_base_is_named_by_hub_id_and_commit_or_by_no_path(tiny_model_dir: Path) -> None:
    named = provenance.portable_name
    assert named(Model(name="x", path="org/model", revision="c0ffee")) == ("org/model", "c0ffee")
    assert named(Model(name="x", path="embedded")) == ("embedded", None)
    assert named(Model(name="x", path=str(tiny_model_dir))) == (tiny_model_dir.name, None)


def test_the_commit_is_that_of_the_working_directory_if_it_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.commit() is None

    def git(*words: str) -> str:
        own = ("git", "-c", "user.name=x", "-c", "user.email=x@y")
        return subprocess.run([*own, *words], check=True, capture_output=True, text=True).stdout

    git("init")
    assert provenance.commit() is None
    (tmp_path / "file").write_text("1")
    git("add", ".")
    git("commit", "-m", "first")
    head = git("rev-parse", "HEAD").strip()
    assert provenance.commit() == head
    (tmp_path / "file").write_text("2")
    assert provenance.commit() == f"{head} (changed)"
    monkeypatch.setenv("PATH", "")
    assert provenance.commit() is None


def test_the_study_file_keeps_no_password(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(
        "study: x\nmodels: [embedded]\ndata: {a: {source: cocobots, order: first}}\n"
        "tracking: {uri: 'https://me:secret@host:5000'}\n"
    )
    text = provenance.study_text(SimpleNamespace(study=load(path)))
    assert "secret" not in text
    assert "https://me:***@host:5000" in text
