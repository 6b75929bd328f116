import errno
import json
import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.artifacts import MANIFEST, RunDir, content_key, fetch, unwritable
from tuneyard.errors import UserError

parts = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(part=parts, other=parts)
def test_keys_are_equal_when_and_only_when_the_content_is(part, other):
    same = json.dumps(part, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (content_key("train", part, {}) == content_key("train", other, {})) == same


def test_the_key_depends_on_stage_and_inputs_but_not_on_the_order_of_keys():
    key = content_key("train", {"a": 1, "b": 2}, {"x": "1", "y": "2"})
    assert key == content_key("train", {"b": 2, "a": 1}, {"y": "2", "x": "1"})
    assert key != content_key("score", {"a": 1, "b": 2}, {"x": "1", "y": "2"})
    assert key != content_key("train", {"a": 1, "b": 2}, {"x": "1", "y": "3"})


@pytest.fixture(params=["local", "remote"])
def run_dir(request, tmp_path):
    url = str(tmp_path / "run") if request.param == "local" else f"memory://{uuid.uuid4()}"
    run = RunDir(url)
    run.prepare()
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


def test_what_a_killed_process_left_is_swept_and_a_living_one_s_is_kept(tmp_path):
    run = RunDir(str(tmp_path))
    mine = run.temporary("prepare-abc")
    gone = 2**22 + 1  # above the kernel's largest process id
    dead = tmp_path / "stages" / mine.name.replace(f"~{os.getpid()}~", f"~{gone}~")
    elsewhere = tmp_path / "stages" / f".prepare-abc~another-host~{gone}~x"
    dead.mkdir()
    elsewhere.mkdir()
    run.prepare()
    assert mine.exists()
    assert elsewhere.exists()
    assert not dead.exists()


def test_a_run_directory_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for url in (str(tmp_path / "file"), str(tmp_path / "file" / "below"), "nosuch://bucket/x"):
        with pytest.raises(UserError) as caught:
            RunDir(url).prepare()
        assert "file" in caught.value.where or "nosuch" in caught.value.where
        assert caught.value.remedy


def test_a_full_disk_is_named_as_such():
    error = unwritable(OSError(errno.ENOSPC, "No space left on device"), "/full")
    assert "full" in error.what
    assert error.where == "/full"


def test_a_remote_folder_is_fetched_once(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run = RunDir(f"memory://{uuid.uuid4()}")
    artifact = run.artifact("prepare", "abc")
    with artifact.writing() as folder:
        (folder / "rows.txt").write_text("hello")
    first = fetch(artifact.url)
    assert (first / "rows.txt").read_text() == "hello"
    assert fetch(artifact.url) == first
    assert fetch(f"{artifact.url}/rows.txt").read_text() == "hello"
