from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.score import pairs as module
from tuneyard.score.pairs import Pair, chunks, score_pairs

METRICS = frozenset({"bleu", "codebleu", "exact_match"})


@given(st.lists(st.sampled_from("abcdefgh"), max_size=300), st.integers(1, 4))
def test_chunks_have_every_place_once_and_equal_references_together(
    references: list[str], workers: int
) -> None:
    parts = chunks(references, workers)
    assert sorted(place for part in parts for place in part) == list(range(len(references)))
    assert all(parts)
    row = [references[place] for part in parts for place in part]
    changes = sum(one != other for one, other in itertools.pairwise(row))
    assert changes == max(0, len(set(row)) - 1)


def test_chunks_are_enough_for_all_workers_and_not_large() -> None:
    parts = chunks([str(n % 100) for n in range(200)], 2)
    assert len(parts) == 8
    assert max(map(len, chunks(["x"] * 10_000, 2))) == 64
    # Each reference twice: hardly one has to be read in two processes.
    assert sum(len({place % 100 for place in part}) for part in parts) <= 100 + len(parts)


@pytest.mark.parametrize("workers", [1, 2])
def test_scores_stand_in_the_pairs_order(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(module, "_FEWEST_FOR_PROCESSES", 30)
    pairs = [Pair(f"x = {n}", f"x = {n % 3}") for n in range(40)]
    found = score_pairs(pairs, metrics=METRICS, workers=workers)
    assert [score.values["exact_match"] for score in found] == [n < 3 for n in range(40)]
    for pair, score in zip(pairs, found, strict=True):
        (alone,) = score_pairs([pair], metrics=METRICS)
        assert alone == score


def test_other_metrics_are_left_alone() -> None:
    (score,) = score_pairs([Pair("x", "x")], metrics=frozenset({"execution"}))
    assert score == ({}, {})


# In the package's data flow the sources of `s` and `t` stand in the order of a set.
_TEXT = (
    "for i in range(3):\n    for j in range(i):\n        s = i + j + s + i * alpha\n"
    "        t = s * i - j + t + beta * alpha\nprint(s, t)"
)
_PRINT_SCORE = (
    "import sys\n"
    "from tuneyard.score import pairs\n"
    "one = [pairs.Pair(sys.argv[2], 's = t = 0\\n' + sys.argv[2])]\n"
    "wanted = frozenset({'codebleu'})\n"
    "if sys.argv[1] == 'in a process of its own':\n"
    "    print(pairs.score_pairs(one, metrics=wanted, faithful=True))\n"
    "else:\n"
    "    print(pairs._score(one, metrics=wanted, faithful=True))"
)


@pytest.mark.parametrize(("way", "same"), [("in a process of its own", True), ("here", False)])
def test_the_faithful_score_does_not_depend_on_the_callers_hash_seed(way: str, same: bool) -> None:
    found = set()
    for seed in range(5):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        command = [sys.executable, "-c", _PRINT_SCORE, way, _TEXT]
        found.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert (len(found) == 1) is same
