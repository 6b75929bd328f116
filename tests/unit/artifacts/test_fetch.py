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


def test_a_step_that_was_made_again_is_fetched_again(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    artifact = RunDir(f"memory://{uuid.uuid4()}").artifact("train", "abc")
    found = []
    for text in ("old", "new", "new"):
        with artifact.writing() as folder:
            (folder / "adapter").mkdir()
            (folder / "adapter" / "w").write_text(text)
        address = artifact.checked("adapter")  # what a worker on another node is told
        found.append((fetch(address) / "w").read_text())
        assert (artifact.local() / "adapter" / "w").read_text() == text
    assert found == ["old", "new", "new"]


def test_a_local_address_is_the_path(tmp_path):
    artifact = RunDir(str(tmp_path)).artifact("train", "abc")
    with artifact.writing() as folder:
        (folder / "w").write_text("x")
    assert artifact.checked("w") == str(artifact.local("w")) == f"{artifact.url}/w"
