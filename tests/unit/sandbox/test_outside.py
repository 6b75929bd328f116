"""What tests have outside their names stays as it is."""

from __future__ import annotations

import asyncio
import decimal
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneyard.sandbox import outside
from tuneyard.sandbox.outside import CONTEXT, ENVIRONMENT, FILES, FOLDERS, PLACE, Outside


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNEYARD_TEST", "1")
    return tmp_path


def folder(place: Path) -> tuple[Outside, Path]:
    """Return what looks on, and the tests' folder with a file and a link."""
    found = Outside([])
    found.begin()
    made = place / "theirs"
    made.mkdir()
    (made / "x").write_text("abc")
    (made / "link").symlink_to("x")
    return found, made


CHANGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empties": (lambda made: (made / "x").write_text(""), FILES),
    "removes": (lambda made: (made / "x").unlink(), FILES),
    "removes a link": (lambda made: (made / "link").unlink(), FILES),
    "puts a folder there": (lambda made: [(made / "x").unlink(), (made / "x").mkdir()], FILES),
    "moves": (lambda made: (made / "x").rename(made / "y"), FILES),
    "moves the folder": (lambda made: made.rename(made.with_name("other")), FILES),
    "makes": (lambda made: (made / "y").write_text(""), FOLDERS),
    "makes folders": (lambda made: (made / "a" / "b").mkdir(parents=True), FOLDERS),
    "hides": (lambda made: (made / "x").chmod(0), FILES),
}


@pytest.mark.parametrize(("change", "what"), CHANGES.values(), ids=CHANGES.keys())
def test_the_tests_files(place: Path, change: Callable[[Path], Any], what: str) -> None:
    found, made = folder(place)
    found.calls(change, put_back=True)(made)
    assert what in found.changed
    assert found.lost == set()
    assert sorted(os.listdir(made)) == ["link", "x"]
    assert (made / "link").read_text() == "abc"


def test_what_an_answer_makes_is_its_own(place: Path) -> None:
    found, made = folder(place)
    own = place / "cache"
    write = found.calls(lambda text: own.write_text(text), put_back=True)
    write("a")
    write("b")
    read = found.calls(lambda: [(made / "x").read_text(), own.unlink()], put_back=True)
    assert read()[0] == "abc"
    assert found.changed == set()


def test_what_the_reference_changes_may_be_changed(place: Path) -> None:
    _, made = folder(place)
    found = Outside([FILES])
    found.calls(lambda: (made / "x").write_text(""), put_back=True)()
    assert found.changed == set()
    assert (made / "x").read_text() == ""


def test_settings(place: Path) -> None:
    found = Outside([])

    def changes() -> None:
        os.environ["TUNEYARD_TEST"] = "2"
        os.environ["TUNEYARD_OTHER"] = "2"
        os.chdir("/")
        decimal.getcontext().prec = 2

    was = os.getcwd(), decimal.getcontext().prec
    found.calls(changes, put_back=True)()
    assert found.changed == {ENVIRONMENT, PLACE, CONTEXT}
    assert (os.environ["TUNEYARD_TEST"], "TUNEYARD_OTHER" in os.environ) == ("1", False)
    assert (os.getcwd(), decimal.getcontext().prec) == was


def test_what_is_awaited(place: Path) -> None:
    found, made = folder(place)

    async def empties() -> None:
        await asyncio.sleep(0)
        (made / "x").write_text("")

    asyncio.run(found.calls(empties, put_back=True)())
    assert found.changed == {FILES}
    assert (made / "x").read_text() == "abc"


def test_what_is_too_large_to_be_kept_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_LARGE", 2)
    found, made = folder(place)
    found.calls(lambda: (made / "x").write_text(""), put_back=True)()
    assert found.lost == {FILES}


NAMES = st.sampled_from(["a", "b", "a/c", "a/d", "b/c"])
STEPS = st.lists(st.tuples(st.sampled_from(["file", "folder", "remove"]), NAMES, st.binary()))


@given(first=STEPS, then=STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_folder_is_put_back(place: Path, first: Any, then: Any) -> None:
    made = place / f"at-{os.urandom(6).hex()}"
    found = Outside([])
    found.begin()
    made.mkdir()
    take(made, first)
    was = seen(made)
    found.calls(take, put_back=True)(made, then)
    assert seen(made) == was
    assert found.lost == set()


def take(made: Path, steps: list[tuple[str, str, bytes]]) -> None:
    for what, name, content in steps:
        path = made / name
        try:
            if what == "file":
                path.write_bytes(content)
            elif what == "folder":
                path.mkdir()
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        except OSError:
            continue


def seen(made: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(made)): None if path.is_dir() else path.read_bytes()
        for path in made.rglob("*")
    }
