import errno

import pytest

from tuneyard.artifacts import RunDir, unwritable
from tuneyard.errors import UserError


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
