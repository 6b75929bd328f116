from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tuneyard.errors import UserError
from tuneyard.exercises.generator import SPLITS, generate
from tuneyard.tasks import TASKS, Attempt, Running


@pytest.fixture(scope="module")
def data():
    return {split: generate(split, kind="code", count=400) for split in SPLITS}


def test_families_take_turns(data):
    assert set(Counter(e.meta["family"] for e in data["train"]).values()) == {133, 134}


def test_every_reference_passes_its_tests_which_test(data):
    examples = [e for split in SPLITS for e in data[split]]
    attempts = [Attempt(e.reference, e.reference, e.meta["tests"]) for e in examples]
    results = TASKS["python"].judge(attempts, Running(workers=2))
    assert [r for r in results if r.success is not True] == []


def test_splits_share_no_exercise_whatever_their_seeds(data):
    def asked(examples):
        return {e.reference.split("return ", 1)[1] + e.meta["family"] for e in examples}

    other = generate("train", kind="code", count=400, seed=9)
    for split in ("validation", "test"):
        assert not asked(data[split]) & asked(data["train"] + other)
    assert not asked(data["validation"]) & asked(data["test"])


def test_a_smaller_count_is_the_beginning_of_a_larger_one(data):
    assert generate("train", kind="code", count=50) == data["train"][:50]
    assert generate("train", kind="code", count=50, seed=1) != data["train"][:50]


def test_exercises_and_ids_are_distinct(data):
    for examples in data.values():
        assert len({e.id for e in examples}) == len(examples)
        assert len({e.instruction for e in examples}) == len(examples)


def test_the_hash_seed_does_not_matter():
    code = (
        "from tuneyard.exercises.generator import generate\n"
        "print([e.instruction for e in generate('train', kind='c', count=40)])"
    )
    out = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(out) == 1


@pytest.mark.parametrize(
    ("split", "count", "what"),
    [("valid", 3, "no such split"), ("test", 0, "at least one"), ("test", 10**7, "only about")],
)
def test_wrong_settings_are_refused(split, count, what):
    with pytest.raises(UserError, match=what):
        generate(split, kind="code", count=count)
