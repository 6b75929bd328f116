"""A place that users name is told of by its own option or key, whatever the system says of it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tuneyard.cli import main
from tuneyard.errors import UserError
from tuneyard.places import told, without_revision
from tuneyard.rows import iter_json_lines
from tuneyard.score.command import score_file

PLACES = {
    "a long name": "x" * 300,
    "within a long name": f"{'x' * 300}/y.jsonl",
    "a long path": "/".join(["d" * 100] * 60),
    "a loop": "loop/y.jsonl",
    "in a file": "file/y.jsonl",
}
UNNAMEABLE = {"a zero": "a\0b", "half a character": "a\ud800b"}
STUDY = """\
study: s
models: [{name: m, path: embedded}]
data: {d: {source: instructions, task: python, files: {train: rows.jsonl, validation: rows.jsonl}}}
matrix: {train_on: [[d]], arms: {base: [], sft: [sft]}}
evaluate: {splits: [validation], metrics: [exact_match]}
compare: {baseline: base}
"""
_SCORE = ["score", "--task", "python", "--metrics"]
COMMANDS: dict[str, tuple[str, Callable[[str], list[str]]]] = {
    "study": ("", lambda place: ["plan", place]),
    "report": ("", lambda place: ["report", place]),
    "data": ("--out", lambda place: ["data", "s.yaml", "--out", place]),
    "fetch": ("--out", lambda place: ["fetch", "models:/a@b", "--uri", "http://127.0.0.1:9",
                                      "--out", place]),
    "score, in": ("", lambda place: [*_SCORE, "bleu", "--in", place, "--out", "o"]),
    "score, out": ("--out", lambda place: [*_SCORE, "bleu", "--in", "scored.jsonl",
                                           "--out", place]),
    "encoder": ("--bertscore-encoder", lambda place: [
        *_SCORE, "bertscore", "--in", "scored.jsonl", "--out", "o", "--bertscore-encoder", place]),
}  # fmt: skip
KEYS: dict[str, tuple[str, Callable[[str], list[str]]]] = {
    "uri": ("--uri", lambda place: ["fetch", "models:/a@b", "--uri", f"sqlite:///{place}",
                                    "--out", "o"]),
    "run_dir": ("", lambda place: ["plan", "s.yaml", f"run_dir={place}"]),
    "rows": ("data.d", lambda place: ["plan", "s.yaml", f"data.d.files.train.path={place}"]),
    "hub": ("data.d", lambda place: ["plan", "s.yaml", f"data.d.files.train={{hub: {place}}}"]),
    "model": ("models: m", lambda place: ["plan", "s.yaml", f"models.0.path=./{place}"]),
    "tracking": ("tracking.uri", lambda place: ["run", "s.yaml",
                                                f"tracking.uri=sqlite:///{place}"]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    Path("file").write_text("x")
    Path("loop").symlink_to("loop")
    Path("s.yaml").write_text(STUDY)
    rows = [{"instruction": f"q{number}", "reference": f"a{number}"} for number in range(4)]
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("scored.jsonl").write_text('{"id": 1, "reference": "x", "prediction": "x"}\n')
    return tmp_path


def _refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    before = sorted(os.listdir())
    assert main(words) == 2
    assert sorted(os.listdir()) == before
    said = capsys.readouterr().err
    assert all(part in said for part in ("error:", "where:", "value:", "remedy:"))
    return said


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("named", "words"), [*COMMANDS.values(), *KEYS.values()],
                         ids=[*COMMANDS, *KEYS])  # fmt: skip
def test_a_place_that_cannot_be(
    named: str, words: Callable[[str], list[str]], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _refused(words(place), capsys)
    where = next(line for line in said.splitlines() if "where:" in line)
    assert named in where or (named == "--bertscore-encoder" and "encoder" in where)
    assert "the file system" not in where


@pytest.mark.parametrize("place", UNNAMEABLE.values(), ids=UNNAMEABLE)
@pytest.mark.parametrize("words", [words for _, words in COMMANDS.values()], ids=COMMANDS)
def test_what_no_name_can_hold(
    words: Callable[[str], list[str]], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "names no file and no folder" in _refused(words(place), capsys)


@pytest.mark.parametrize("place", UNNAMEABLE.values(), ids=UNNAMEABLE)
def test_a_program_that_names_such_a_place_is_told_too(place: str) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        list(iter_json_lines(place))
    with pytest.raises(UserError, match="output cannot be written"):
        score_file("python", ["bleu"], "scored.jsonl", place)


def test_the_reason_stands_in_the_message_and_other_faults_are_ours() -> None:
    def block(error: Exception) -> None:
        with told("it cannot be", where="--out", value=Path("x"), remedy="name another"):
            raise error

    with pytest.raises(UserError, match=r"it cannot be \(no room\)") as caught:
        block(OSError(errno.ENOSPC, "no room", "elsewhere"))
    assert str(caught.value).splitlines()[1:] == [
        "  where:  --out", "  value:  'x'", "  remedy: name another"
    ]  # fmt: skip
    for error in (KeyError("k"), UserError("mine")):
        with pytest.raises(type(error)):
            block(error)


def test_an_at_sign_in_a_folders_name_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a@b").mkdir()
    for name in ("a@b", "./x@y", "/x@y", "~/x@y", "owner/name"):
        assert without_revision(name) == name
    with pytest.raises(ValueError, match="'owner/name' there, and 'revision: v1'"):
        without_revision("owner/name@v1")
