"""What the user is told of a driver that had no last word."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tuneyard.account import Account

WORDS = "tuneyard run study.yaml sft.epochs=2"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    scratch = tmp_path / "scratch"
    logs = scratch / "ray" / "session_2026-01-01_1" / "logs"
    logs.mkdir(parents=True)
    (logs / "raylet.err").write_text("the raylet's last words\n")
    (logs / "events.log").write_text("not for people\n")
    (scratch / "driver.log").write_text("*** a stack ***\n")
    made = Account(WORDS, scratch)
    notes = {"run_dir": str(tmp_path / "run"), "steps": 9, "done": 3, "step": "train sft"}
    text = (json.dumps(notes) + "\n").encode()
    made.read(text[:10])  # as pipes hand it over
    made.read(text[10:])
    return made


def test_a_stopped_study_is_one_line(account: Account, tmp_path: Path) -> None:
    said, status = account.closing(signal.SIGTERM, signal.SIGTERM, [])
    assert status == 143
    assert "\n" not in said
    assert f"3 of 9 steps are kept in {tmp_path / 'run'}" in said
    assert f"run again to go on: {WORDS}" in said
    assert not (tmp_path / "run" / "logs").exists()


@pytest.mark.parametrize(
    ("note", "status", "words"),
    [
        ({}, signal.SIGKILL, "killed by SIGKILL, most likely because memory ran out"),
        ({}, 1 << 8, "ended with status 1"),
        ({"lost": "raylet (process 7) was killed by SIGKILL"}, 1 << 8, "raylet (process 7)"),
        ({"fault": "KeyError: 'x'"}, 1 << 8, "KeyError"),
    ],
)
def test_a_dead_driver_is_one_message_and_the_detail_is_in_a_log(
    account: Account, tmp_path: Path, note: dict[str, str], status: int, words: str
) -> None:
    account.read((json.dumps(note) + "\n").encode())
    said, code = account.closing(status, None, [])
    assert code == 1
    assert said.count("error:") == 1
    for part in (words, "step 4 of 9: train sft", "3 of 9 steps are kept", WORDS):
        assert part in said
    assert "stack" not in said
    (log,) = (tmp_path / "run" / "logs").iterdir()
    assert str(log) in said
    text = log.read_text()
    assert "*** a stack ***" in text
    assert "the raylet's last words" in text
    assert "not for people" not in text


def test_what_could_not_be_ended_is_named(account: Account) -> None:
    said, _ = account.closing(signal.SIGKILL, None, [123])
    assert "could not be ended: 123" in said


def test_before_there_is_a_run_directory_nothing_is_kept(tmp_path: Path) -> None:
    said, status = Account(WORDS, tmp_path).closing(2, signal.SIGINT, [])
    assert status == 130
    assert "nothing was run yet" in said
    said, status = Account(WORDS, tmp_path).closing(signal.SIGKILL, None, [])
    assert status == 1
    assert "log:" not in said
