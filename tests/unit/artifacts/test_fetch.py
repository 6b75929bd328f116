import uuid

from tuneyard.artifacts import RunDir, fetch


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
