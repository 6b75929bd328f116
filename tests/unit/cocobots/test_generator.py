from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter

import pytest

from tuneyard.cocobots.board import Board, put
from tuneyard.cocobots.generator import DEFAULT_COUNTS, generate
from tuneyard.cocobots.objects import OBJECTS
from tuneyard.cocobots.source import load_public
from tuneyard.errors import UserError

SPLITS = ("train", "validation", "test")
QUADRANTS = {"train": {(0, 0), (1, 1)}, "validation": {(0, 1)}, "test": {(1, 0)}}


@pytest.fixture(scope="module")
def data():
    return {
        (order, split): generate(order, split, kind=f"{order}_order")
        for order in DEFAULT_COUNTS
        for split in SPLITS
    }


def test_the_default_counts_are_the_slides(data):
    counts = [len(data[order, split]) for order in ("first", "higher") for split in SPLITS]
    assert counts == [4144, 500, 500, 1072, 130, 130]


@pytest.mark.parametrize("split", SPLITS)
def test_both_orders_hold_the_same_boards(data, split):
    first, higher = data["first", split], data["higher", split]
    assert sum(len(example.meta["shapes"]) for example in higher) == len(first)
    turns = Counter(example.meta["board"] for example in first)
    for example in higher:
        assert turns[example.meta["board"]] == len(example.meta["name"])
    keys = ("name", "shapes", "colors", "x", "y", "board")
    boards = {tuple(map(str, (e.meta[k] for k in keys))) for e in first}
    assert boards == {tuple(map(str, (e.meta[k] for k in keys))) for e in higher}


def test_training_shows_every_arrangement(data):
    from tuneyard.cocobots.objects import arrangements

    shown = {
        (
            e.meta["name"],
            tuple(e.meta["shapes"]),
            tuple(x - e.meta["x"][0] for x in e.meta["x"]),
            tuple(y - e.meta["y"][0] for y in e.meta["y"]),
        )
        for e in data["higher", "train"]
    }
    assert len(shown) == sum(len(arrangements(name)) for name in OBJECTS) == 251


def test_training_boards_are_balanced(data):
    count = Counter(example.meta["name"] for example in data["higher", "train"])
    assert set(count) == set(OBJECTS)
    assert {count[name] for name in OBJECTS if len(name) > 2} == {16}
    assert {count[name] for name in OBJECTS if len(name) == 2} == {13, 14}


@pytest.mark.parametrize("split", ["validation", "test"])
def test_evaluation_boards_are_spread_as_in_the_public_file(data, split):
    count = Counter(example.meta["name"] for example in data["higher", split])
    assert set(count) == set(OBJECTS) - {"bbbb"}
    once = [name for name, number in count.items() if number == 1]
    assert sorted(map(len, once)) == [2, 3, 4, 5]
    assert set(count.values()) == {1, 2}


@pytest.mark.parametrize("split", SPLITS)
def test_every_named_cell_is_the_split_s_and_every_program_builds(data, split):
    for example in data["higher", split]:
        cells = zip(example.meta["x"], example.meta["y"], strict=True)
        assert {(x // 4, y // 4) for x, y in cells} <= QUADRANTS[split]
        board = Board()
        exec(example.reference, {"put": put, "board": board})
        assert board != Board()
    anchors = {(e.meta["x"][0] // 4, e.meta["y"][0] // 4) for e in data["higher", split]}
    assert anchors == QUADRANTS[split]


def test_splits_share_nothing(data):
    for order in DEFAULT_COUNTS:
        texts = [
            {e.instruction for e in data[order, s]} | {e.reference for e in data[order, s]}
            for s in SPLITS
        ]
        assert not texts[0] & texts[1]
        assert not texts[0] & texts[2]
        assert not texts[1] & texts[2]


def test_boards_are_distinct_and_ids_unique(data):
    for (order, split), examples in data.items():
        ids = [example.id for example in examples]
        assert len(set(ids)) == len(ids)
        assert ids[12] == f"{split}/{order}_order/00012"
        assert {e.split for e in examples} == {split}
        assert {e.kind for e in examples} == {f"{order}_order"}
        assert {e.task for e in examples} == {"cocobots"}
        if order == "higher":
            assert len({e.reference for e in examples}) == len(examples)
            for e in examples:
                assert e.reference == e.meta["function"] + "\n" + e.meta["usage"]


def test_first_order_turns_build_in_sequence(data):
    by_board: dict[int, list] = {}
    for example in data["first", "validation"]:
        by_board.setdefault(example.meta["board"], []).append(example)
    for turns in by_board.values():
        assert [turn.meta["turn"] for turn in turns] == list(range(len(turns)))
        lead = f"These are the step-by-step instructions to build {turns[0].meta['name']}. "
        assert [turn.instruction.startswith(lead) for turn in turns] == [
            index == 0 for index in range(len(turns))
        ]
        board = Board()
        for turn in turns:
            exec(turn.reference, {"put": put, "board": board})


def test_a_smaller_count_is_the_beginning_of_a_larger_one():
    some = generate("first", "train", kind="k", count=101, seed=4)
    assert generate("first", "train", kind="k", count=300, seed=4)[:101] == some
    assert generate("first", "train", kind="k", count=101, seed=5) != some


def test_the_hash_seed_does_not_matter():
    program = (
        "import hashlib; from tuneyard.cocobots.generator import generate\n"
        "rows = generate('higher', 'train', kind='k', count=200, seed=7)\n"
        "print(hashlib.sha256(repr(rows).encode()).hexdigest())"
    )
    rows = generate("higher", "train", kind="k", count=200, seed=7)
    here = hashlib.sha256(repr(rows).encode()).hexdigest()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == here


def test_named_objects_only():
    rows = generate("higher", "test", kind="k", count=20, objects=["wn", "bbbb", "wn"])
    assert Counter(row.meta["name"] for row in rows) == {"wn": 10, "bbbb": 10}


def test_every_distinct_board_can_be_had_and_no_more():
    rows = generate("higher", "validation", kind="k", count=192, objects=["wn"])
    assert len({row.reference for row in rows}) == 192
    for order, most in (("higher", 192), ("first", 384)):
        with pytest.raises(UserError, match=f"only {most} distinct"):
            generate(order, "validation", kind="k", count=most + 1, objects=["wn"])
    with pytest.raises(UserError, match=r"k: counts\.train"):
        generate("first", "train", kind="k", count=10**9)


def test_the_avoided_turns_are_not_repeated(public):
    path = public / "sb_so_val.json"
    held_out = load_public(path, "first", kind="k", split="validation")
    texts = {example.instruction for example in held_out}
    plain = generate("first", "train", kind="k")
    rows = generate("first", "train", kind="k", avoid=held_out)
    assert len(rows) == 4144
    assert any(row.instruction in texts for row in plain)
    assert not any(row.instruction in texts for row in rows)


def test_avoiding_everything_leaves_nothing():
    every = generate("higher", "test", kind="k", count=192, objects=["wn"])
    with pytest.raises(UserError, match="only 0 distinct"):
        generate("higher", "test", kind="k", count=1, objects=["wn"], avoid=every)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"order": "firsts"}, "did you mean 'first'?"),
        ({"split": "training"}, "did you mean 'train'?"),
        ({"count": 0}, "write a count of 1 or more"),
        ({"objects": ["wwbnn"]}, "did you mean 'wwbn'?"),
    ],
)
def test_wrong_settings_are_refused(change, remedy):
    settings = {"order": "higher", "split": "test", "kind": "k", **change}
    with pytest.raises(UserError) as caught:
        generate(settings.pop("order"), settings.pop("split"), **settings)
    assert caught.value.remedy == remedy
