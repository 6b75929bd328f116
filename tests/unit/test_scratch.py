"""Temporary folders: removed by their owner, or after its death by the next."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tuneyard import scratch

OWNER = """
import os, subprocess, sys, time
from tuneyard import processes, scratch
with scratch.folder() as folder:
    (folder / "checkpoint-1").mkdir()
    child = subprocess.Popen(["sleep", "60"], env={**os.environ, processes.MARK: str(folder)})
    print(folder, child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_lives_as_long_as_the_block(temporary) -> None:
    with scratch.folder() as folder, scratch.folder() as second:
        assert folder.parent == second.parent == temporary
        (folder / "x").write_text("x")
    assert list(temporary.iterdir()) == []


def test_what_a_killed_owner_left_is_removed_by_the_next_and_nothing_else(temporary) -> None:
    foreign = temporary / "tuneyard-cache-0"
    foreign.mkdir()
    (temporary / "tuneyard-file").write_text("x")
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        place, child = owner.stdout.readline().split()
        scratch.sweep()
        assert Path(place, "checkpoint-1").is_dir(), "its owner lives"
        owner.send_signal(signal.SIGKILL)
    with scratch.folder():
        assert not Path(place).exists()
    assert foreign.is_dir()
    assert (temporary / "tuneyard-file").exists()
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or " Z " in state.read_text()


def test_a_folder_with_a_long_path_has_a_short_one_that_goes_with_it(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_SHORT", temporary)
    deep = temporary / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with scratch.folder() as folder:
        assert scratch.short(folder, 1000) == folder
        link = scratch.short(folder, 100)
        assert link == temporary / folder.name == scratch.short(folder, 100)
        (link / "x").write_text("x")
        assert (folder / "x").read_text() == "x"
        scratch.sweep()
        assert link.is_symlink(), "its folder is there"
    assert [path.name for path in temporary.iterdir()] == [deep.name]
    (temporary / "tuneyard-of-a-user").symlink_to("nowhere")
    scratch.sweep()
    assert (temporary / "tuneyard-of-a-user").is_symlink()
    monkeypatch.setattr(scratch, "_SHORT", temporary / "no such folder")
    assert scratch.short(deep, 50) is None


def test_many_that_begin_at_once_leave_one_another_alone(temporary) -> None:
    program = (
        "from tuneyard import scratch\n"
        "for _ in range(40):\n"
        "    with scratch.folder() as folder: assert folder.is_dir()"
    )
    started = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [one.wait(timeout=60) for one in started] == [0] * 4
    assert list(temporary.iterdir()) == []
