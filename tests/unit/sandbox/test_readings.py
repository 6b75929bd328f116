"""What an answer reads of its tests' files shows, whatever it reads them with."""

from __future__ import annotations

import asyncio
import mmap
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tuneyard.sandbox.outside import Outside
from tuneyard.sandbox.readings import KNOWN, Readings, may_read_later

TESTS = "in.txt gold.txt sub out.txt"


def theirs(place: Path) -> Path:
    """Return the tests' folder, whose name is another in each run."""
    made = place / f"tmp{os.urandom(4).hex()}"
    (made / "sub").mkdir(parents=True)
    (made / "in.txt").write_text("1\n2\n")
    (made / "gold.txt").write_text("3")
    (made / "sub" / "in.txt").write_text("x")
    return made


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(place: Path, function: Callable[[Path], Any], allowed: list[str] | None) -> list[str]:
    """Return what a function reads of the tests' folder."""
    shutil.rmtree(place)
    place.mkdir()
    os.chdir(place)
    reads = Readings(TESTS, allowed)
    outside = Outside([], reads=reads)
    outside.begin()
    made = theirs(place)
    (made / "gold.txt").read_text()  # the tests' own doing
    outside.calls(function, put_back=False)(made)
    if (made / "gold.txt").exists():
        (made / "gold.txt").read_text()
    return reads.all if allowed is None else sorted(reads.found)


def maps(made: Path) -> None:
    with (
        (made / "gold.txt").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as found,
    ):
        assert found[:] == b"3"


def reads_and_dates_back(made: Path) -> None:
    was = (made / "gold.txt").stat()
    (made / "gold.txt").read_text()
    os.utime(made / "gold.txt", ns=(was.st_atime_ns, was.st_mtime_ns))


READS: dict[str, Callable[[Path], Any]] = {
    "opens": lambda made: (made / "gold.txt").read_text(),
    "maps": maps,
    "copies": lambda made: shutil.copy(made / "gold.txt", made / "out.txt"),
    "links": lambda made: os.link(made / "gold.txt", made / "out.txt"),
    "links by name": lambda made: (made / "out.txt").symlink_to("gold.txt"),
    "moves": lambda made: (made / "gold.txt").rename(made / "out.txt"),
    "dates back": reads_and_dates_back,
}


@pytest.mark.parametrize("function", READS.values(), ids=READS.keys())
def test_what_is_read(place: Path, function: Callable[[Path], Any]) -> None:
    assert read(place, function, [KNOWN, "*/in.txt"]) == ["*/gold.txt"]
    assert "*/gold.txt" in read(place, function, None)
    # What the reference reads, or sees in a folder, is for the answer, too; nothing is known of
    # one that was not looked at.
    for allowed in ([KNOWN, "*/gold.txt"], [KNOWN, "*/"], [KNOWN, "/"], []):
        assert read(place, function, allowed) == []


NOT_READ: dict[str, Callable[[Path], Any]] = {
    "looks": lambda made: [(made / "gold.txt").stat(), os.path.exists(made / "gold.txt")],
    "lists": lambda made: [*made.rglob("*")],
    "opens another": lambda made: (made / "in.txt").read_text(),
    "writes": lambda made: (made / "gold.txt").write_text("4"),
    "removes": lambda made: (made / "gold.txt").unlink(),
    "makes its own": lambda made: [
        (made / "out.txt").write_text("4"),
        (made / "out.txt").read_text(),
        (made / "link").symlink_to("out.txt"),
    ],
}


@pytest.mark.parametrize("function", NOT_READ.values(), ids=NOT_READ.keys())
def test_what_is_not_read(place: Path, function: Callable[[Path], Any]) -> None:
    assert read(place, function, [KNOWN, "*/in.txt"]) == []


def test_what_leads_to_nothing_yet_is_a_link_to_what_tests_will_write(place: Path) -> None:
    def link(made: Path) -> None:
        (made / "out.txt").symlink_to("sub/gold.txt")

    assert read(place, link, [KNOWN]) == ["*/sub/gold.txt"]


def test_a_folder_that_is_listed(place: Path) -> None:
    found = read(place, lambda made: os.listdir(made / "sub"), None)
    assert found == ["*/sub/", KNOWN]
    assert read(place, lambda made: (made / "sub" / "in.txt").read_text(), found) == []
    assert read(place, lambda made: (made / "gold.txt").read_text(), found) == ["*/gold.txt"]


def test_what_is_given(place: Path) -> None:
    reads = Readings(TESTS, [KNOWN])
    outside = Outside([], reads=reads)
    made = theirs(place)
    call = outside.calls(lambda value: (made / "gold.txt").read_text(), put_back=False)
    with (made / "gold.txt").open() as file:
        for given in (made / "gold.txt", str(made / "gold.txt"), [{"p": "gold.txt"}], file):
            reads = outside.reads = Readings(TESTS, [KNOWN])
            call(given)
            assert reads.found == set()
    outside.reads = Readings(TESTS, [KNOWN])
    call(made)
    with pytest.raises(AssertionError, match=r"reads a file of its tests .*: \*/gold.txt"):
        outside.reads.judge()


def test_what_tests_copy_of_an_answers_own(place: Path) -> None:
    reads = Readings(TESTS, [KNOWN])
    outside = Outside([], reads=reads)
    made = theirs(place)
    save = outside.calls(lambda: (place / "data").write_text("abc"), put_back=False)
    save()
    shutil.copy(place / "data", made / "data")
    assert outside.calls(lambda: (made / "data").read_text(), put_back=False)() == "abc"
    assert reads.found == set()


def test_what_is_awaited(place: Path) -> None:
    reads = Readings(TESTS, [KNOWN])
    outside = Outside([], reads=reads)
    made = theirs(place)

    async def load() -> str:
        await asyncio.sleep(0)
        return (made / "gold.txt").read_text()

    assert asyncio.run(outside.calls(load, put_back=False)()) == "3"
    assert reads.found == {"*/gold.txt"}


def test_what_a_reference_may_read_later_is_not_known(place: Path) -> None:
    assert read(place, lambda made: (made / "in.txt").open(), None) == []
    assert read(place, lambda made: (line for line in [made]), None) == []
    assert not may_read_later(compile("class A:\n    def __init__(self): pass\n", "", "exec"))
    assert may_read_later(compile("class A:\n    def __iter__(self): pass\n", "", "exec"))
    assert may_read_later(compile("class A:\n    @property\n    def a(self): pass\n", "", "exec"))
