"""``tuneyard registry`` on three versions: a champion, one before it, a challenger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from offers import NAME, Gate, passed

from tuneyard.cli import main
from tuneyard.tracking import Tracker

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gate(tracker: Tracker, adapter: Path) -> Gate:
    gate = Gate(tracker, adapter)
    for key, count in (("a", 10), ("b", 30), ("c", 31)):
        gate.offer(key, passed(count))
    return gate


@pytest.fixture
def registry(uri: str, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*words: str) -> tuple[int, str, str]:
        status = main(["registry", *words, "--uri", uri])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_list_names_every_model_with_its_champion(gate: Gate, registry: Call) -> None:
    gate.tracker.client.create_registered_model("empty")
    gate.tracker.client.create_registered_model("empty.being-registered")
    status, said, _ = registry("list")
    assert status == 0
    head, *rows = (line.split() for line in said.splitlines())
    assert head[:4] == ["NAME", "VERSIONS", "CHAMPION", "CHALLENGER"]
    assert rows == [
        [NAME, "3", "2", "3", "execution_success", "0.75", "embedded"],
        ["empty", "0", "–", "–", "–", "–", "–"],
    ]
    first, _ = json.loads(registry("list", "--json")[1])
    assert (first["champion"], first["value"]) == (2, 0.75)


def test_show_tells_of_a_version_and_of_all_of_a_name(gate: Gate, registry: Call) -> None:
    _, said, _ = registry("show", f"models:/{NAME}@champion")
    assert said.startswith(f"models:/{NAME}/2\n  aliases: champion\n")
    assert "reason: execution_success on higher_order is 0.75, that of the champion" in said
    assert "champion_before: 1" in said
    _, said, _ = registry("show", NAME)
    rows = [line.split()[:3] for line in said.splitlines()]
    assert rows[1:] == [["3", "challenger", "0.775"], ["2", "champion", "0.75"], ["1", "–", "0.25"]]
    assert "not proven better" in said.splitlines()[1]
    found = json.loads(registry("show", NAME, "--json")[1])
    assert [one["aliases"] for one in found] == [["challenger"], ["champion"], []]


def test_compare_tests_two_versions_in_pairs(gate: Gate, registry: Call) -> None:
    words = ("compare", f"models:/{NAME}/2", f"models:/{NAME}/1")
    found: Any = json.loads(registry(*words, "--json")[1])
    (test,) = found["tests"]
    assert test["difference"] == pytest.approx(20 / 40)
    assert test["p"] == pytest.approx(2 / 2**20)
    assert found["differs"]["value"] == ["0.75", "0.25"]
    _, said, _ = registry(*words)
    assert f"models:/{NAME}/2 against models:/{NAME}/1" in said
    assert "execution_success  higher_order" in said
    gate.offer("d", passed(40), examples="e2", anew=passed(0))
    status, said, _ = registry("compare", f"models:/{NAME}/4", f"models:/{NAME}/1")
    assert status == 0
    assert "not tested: they were not measured on the same examples" in said


def test_rollback_says_what_it_did_and_refuses_where_nothing_was_before(
    gate: Gate, registry: Call
) -> None:
    status, said, _ = registry("rollback", NAME, "--reason", "it deletes files")
    assert (status, gate.champion()) == (0, 1)
    assert "version 1 is the champion again, version 2 was rolled back: it deletes files" in said
    assert "rolled_back: it deletes files" in registry("show", f"models:/{NAME}/2")[1]
    status, said, error = registry("rollback", NAME, "--reason", "x")
    assert (status, said) == (2, "")
    assert "no champion before" in error


def test_pull_downloads_as_fetch_does(gate: Gate, registry: Call, tmp_path: Path) -> None:
    status, said, _ = registry("pull", f"models:/{NAME}@challenger", "--out", str(tmp_path / "out"))
    assert status == 0
    assert "version 3 of cocobots" in said
    assert (tmp_path / "out" / "adapter_config.json").is_file()


MISSING = [
    ["show", "nobody"],
    ["show", "models:/nobody@champion"],
    ["show", f"models:/{NAME}/9"],
    ["show", f"models:/{NAME}@best"],
    ["show", "models:/x/y/z"],
    ["compare", f"models:/{NAME}/1", f"models:/{NAME}/9"],
    ["compare", NAME, f"models:/{NAME}/1"],
    ["rollback", "nobody", "--reason", "x"],
    ["rollback", NAME],
    ["show", "a/b"],
    ["show", ""],
    ["rollback", f"models:/{NAME}@champion", "--reason", "x"],
    ["rollback", f"{NAME}/1", "--reason", "x"],
    ["pull", f"models:/{NAME}@best", "--out", "never"],
    ["forget", NAME],
]


def test_what_is_not_there_is_one_message(gate: Gate, registry: Call) -> None:
    for words in MISSING:
        status, said, error = registry(*words)
        assert (status, said) == (2, ""), words
        assert error.count("error:") == 1, words
        assert "Traceback" not in error, words


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["registry", "list", "--uri", f"sqlite:///{tmp_path}/no.db"]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
