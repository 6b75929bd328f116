import os
import uuid

import pytest

from tuneyard.artifacts import MANIFEST, RunDir


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
