import errno

import pytest

from tuneyard.artifacts import RunDir
from tuneyard.artifacts.folder import unwritable
from tuneyard.errors import UserError


def test_a_run_directory_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for url in (str(tmp_path / "file"), str(tmp_path / "file" / "below"), "nosuch://bucket/x"):
        with pytest.raises(UserError) as caught:
            RunDir(url).prove()
        assert "file" in caught.value.where or "nosuch" in caught.value.where
        assert caught.value.shown in (repr(url), repr(str(tmp_path / "file")))
        assert caught.value.remedy


def test_a_full_disk_is_named_as_such():
    error = unwritable(OSError(errno.ENOSPC, "No space left on device"), "/full")
    assert "full" in error.what
    assert error.where == "/full"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://bucket/runs", "install the fsspec package"),
        ("nosuch://bucket/runs", "install the fsspec package"),
        ("ftp://127.0.0.1:1/runs", "check the address"),
        ("a\0b", "local folder"),
        ("x" * 300, "choose another"),
    ],
)
def test_a_store_that_cannot_be_used_is_one_message_at_the_first_look(url, said):
    if url.startswith("s3:"):
        try:
            import s3fs  # noqa: F401
        except ImportError:
            pass
        else:
            pytest.skip("the package of this protocol is installed")
    for use in (lambda run: run.artifact("a", "b").complete(), lambda run: run.prove()):
        with pytest.raises(UserError) as caught:
            use(RunDir(url))
        assert said in caught.value.remedy
        assert caught.value.where


@pytest.mark.parametrize("name", ["study.yaml", "logs/x.log"])
def test_a_folder_or_file_in_the_way_of_what_is_written_is_told(tmp_path, name):
    run = RunDir(str(tmp_path))
    run.prove()
    if "/" in name:
        (tmp_path / "logs").write_text("x")
    else:
        (tmp_path / name).mkdir()
    with pytest.raises(UserError, match="stands where") as caught:
        run.write_text("x", *name.split("/"))
    assert name in caught.value.where
    assert run.read_text(*name.split("/")) is None
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_is_proved_and_left_as_it_was(tmp_path):
    RunDir(str(tmp_path / "runs" / "x")).prove()
    assert not list(tmp_path.iterdir())
    (tmp_path / "y" / "stages").mkdir(parents=True)
    (tmp_path / "y" / "study.yaml").write_text("mine")
    RunDir(str(tmp_path / "y")).prove()
    assert sorted(p.name for p in (tmp_path / "y").iterdir()) == ["stages", "study.yaml"]


def _refused(run, error):
    with run.unless_refused():
        run.write_text("x", "stages", "prepare-abc", "rows")
        raise error


@pytest.mark.parametrize("error", [UserError("no", where="here"), KeyboardInterrupt()])
def test_of_a_refused_study_nothing_stays_where_nothing_was(tmp_path, error):
    fresh, old = RunDir(str(tmp_path / "runs" / "x")), RunDir(str(tmp_path / "old"))
    old.write_text("mine", "notes")
    for run in (fresh, old):
        with pytest.raises(type(error)):
            _refused(run, error)
        with run.unless_refused():
            pass
    assert old.read_text("notes") == "mine"
    assert old.read_text("stages", "prepare-abc", "rows") == "x"
    refused = isinstance(error, UserError)
    assert (tmp_path / "runs").exists() is not refused
    assert fresh.read_text("stages", "prepare-abc", "rows") == (None if refused else "x")
