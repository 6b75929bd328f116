"""A new database is whole, or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tuneyard.tracking import database


def test_what_is_left_in_the_middle_is_not_there(tmp_path: Path) -> None:
    def fill(made: Path) -> None:
        made.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.make(tmp_path / "mlflow.db", fill)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("linked", [True, False])
def test_what_another_process_has_put_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    if not linked:
        monkeypatch.setattr(os, "link", refuse)
    place = tmp_path / "mlflow.db"
    for text in ("first", "second"):
        database.make(place, lambda made, text=text: made.write_text(text))  # type: ignore[misc]
        assert place.read_text() == "first"
    assert [*tmp_path.iterdir()] == [place]
