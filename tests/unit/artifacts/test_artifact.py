import json
import os
import shutil
import uuid
from pathlib import Path

import pytest

from tuneyard.artifacts import MANIFEST, RunDir
from tuneyard.errors import UserError


@pytest.fixture(params=["local", "remote"])
def run_dir(request, tmp_path):
    url = str(tmp_path / "run") if request.param == "local" else f"memory://{uuid.uuid4()}"
    run = RunDir(url)
    run.prove()
    return run


def test_an_artifact_is_complete_only_after_its_block(run_dir):
    artifact = run_dir.artifact("prepare", "abc")
    assert not artifact.complete()
    facts = {}
    with artifact.writing(facts) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "rows.txt").write_text("hello")
        facts["rows"] = 1
        assert not artifact.complete()
    assert artifact.complete()
    assert (artifact.local() / "deep" / "rows.txt").read_text() == "hello"
    assert artifact.manifest()["facts"] == {"rows": 1}


def test_a_failure_leaves_nothing_that_is_trusted(run_dir):
    artifact = run_dir.artifact("prepare", "abc")

    def fail_halfway():
        with artifact.writing() as folder:
            (folder / "rows.txt").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert not artifact.complete()
    if not run_dir.remote:
        assert os.listdir(run_dir.join("stages")) == []


def test_a_damaged_artifact_is_not_trusted_and_is_written_anew(run_dir):
    artifact = run_dir.artifact("prepare", "abc")
    with artifact.writing() as folder:
        (folder / "rows.txt").write_text("hello")
    run_dir.write_text("hell", "stages", artifact.name, "rows.txt")
    assert not artifact.complete()
    with artifact.writing() as folder:
        (folder / "rows.txt").write_text("hello")
    assert artifact.complete()


def test_a_manifest_of_another_key_or_cut_off_is_not_trusted(run_dir):
    artifact = run_dir.artifact("prepare", "abc")
    for text in ('{"key": "other", "files": {}}', '{"key": "abc", "fi'):
        run_dir.write_text(text, "stages", artifact.name, MANIFEST)
        assert not artifact.complete()


@pytest.fixture
def written(run_dir):
    artifact = run_dir.artifact("score", "abc")
    with artifact.writing({"corpus": {10: 0.5, 9: 0.25}}) as folder:
        (folder / "adapter").mkdir()
        (folder / "adapter" / "weights").write_text("0123")
        (folder / "scores.jsonl").write_text('{"passed": false}\n')
    return artifact


def test_a_file_of_the_same_size_and_another_content_is_not_believed(run_dir, written, tmp_path):
    written.local()
    run_dir.write_text('{"passed": true }\n', "stages", written.name, "scores.jsonl")
    if run_dir.remote:
        # This machine has a copy of what was written; another one would fetch what is there.
        shutil.rmtree(written.local())
    else:
        assert not written.complete()
        assert written.damage() == "scores.jsonl has another content"
    with pytest.raises(UserError, match=r"scores\.jsonl has another content") as caught:
        written.local()
    assert caught.value.where == written.url
    assert "delete this folder" in caught.value.remedy
    assert written.checked("adapter").startswith(f"{written.url}/adapter")  # it was not changed
    with written.writing() as folder:
        (folder / "scores.jsonl").write_text('{"passed": false}\n')
    assert (written.local() / "scores.jsonl").read_text() == '{"passed": false}\n'


@pytest.mark.parametrize("parts", [(), ("scores.jsonl",)])
def test_a_damaged_copy_on_this_machine_heals(run_dir, written, parts):
    if not run_dir.remote:
        return
    copy = written.local(*parts)
    file = copy if copy.is_file() else copy / "scores.jsonl"
    file.write_text("damaged")
    assert written.local(*parts) == copy
    assert file.read_text() == '{"passed": false}\n'


def test_a_part_is_checked_by_itself(run_dir, written):
    run_dir.write_text("0124", "stages", written.name, "adapter", "weights")
    with pytest.raises(UserError, match="adapter/weights has another content"):
        written.checked("adapter")
    with pytest.raises(UserError, match="adapter/weights has another content"):
        written.checked("adapter", "weights")
    with pytest.raises(UserError, match="nothing is not there"):
        written.checked("nothing")


def test_a_changed_manifest_is_not_believed(run_dir, written):
    place = ("stages", written.name, MANIFEST)
    text = run_dir.read_text(*place)
    run_dir.write_text(text.replace("0.25", "0.75"), *place)
    assert not written.complete()
    assert written.damage() == "its manifest.json is damaged"
    found = json.loads(text)
    del found["sha256"]
    run_dir.write_text(json.dumps(found), *place)
    assert not written.complete()


def test_a_pipe_in_a_manifests_place_is_none(run_dir, written):
    if run_dir.remote:
        pytest.skip("a store has no pipes")
    path = Path(run_dir.join("stages", written.name, MANIFEST))
    path.unlink()
    os.mkfifo(path)
    assert not written.complete()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", "null", "{}", '{"key": "abc"}', '{"key": "abc", "facts": [], "files": {}}',
     '{"key": "abc", "facts": {}, "files": []}', '{"key": "abc", "facts": {}, "files": {"a": 1}}',
     '{"key": ["abc"], "facts": {}, "files": {}}', "[" * 5000, "\x00\xff"],
)  # fmt: skip
def test_a_manifest_of_another_shape_is_none(run_dir, written, text):
    run_dir.write_text(text, "stages", written.name, MANIFEST)
    assert written.manifest() is None
    assert not written.complete()
    assert "damaged" in written.damage()
    with pytest.raises(UserError, match="damaged"):
        written.local()


@pytest.mark.parametrize("damage", ["folder for file", "file for folder", "bytes", "gone"])
def test_whatever_lies_in_an_artifact_s_place_is_written_over(tmp_path, damage):
    run = RunDir(str(tmp_path))
    run.prove()
    artifact = run.artifact("prepare", "abc")

    def write():
        with artifact.writing() as folder:
            (folder / "rows.txt").write_text("hello")

    write()
    place = Path(artifact.url)
    if damage == "folder for file":
        for name in ("rows.txt", MANIFEST):
            (place / name).unlink()
            (place / name).mkdir()
    elif damage == "file for folder":
        shutil.rmtree(place)
        place.write_text("x")
    elif damage == "bytes":
        (place / MANIFEST).write_bytes(b"\xff\xfe\x00")
    else:
        (place / "rows.txt").unlink()
        assert artifact.damage() == "rows.txt is not there"
    assert not artifact.complete()
    write()
    assert artifact.complete()
