"""Splits on disk, and training rows that leave because evaluation asks them."""

import json

import pytest

from tuneyard.errors import UserError

REMOVE = "preflight={duplicates: remove}"


def rows(found, label):
    lines = (found.artifacts[label] / "examples.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_splits_are_written(run_stages):
    found = run_stages("prepare", overrides=["preflight={duplicates: report}"])
    assert found.facts["prepare python train"] == {"examples": 16}
    assert rows(found, "prepare python test")[0]["instruction"] == "Open the window"


def test_rows_that_evaluation_asks_leave_training_and_nothing_else(run_stages):
    kept = run_stages("prepare", overrides=["preflight={duplicates: report}"])
    found = run_stages("prepare", overrides=[REMOVE])
    label = "prepare python train, not in evaluation"
    before, after = rows(kept, "prepare python train"), rows(found, label)
    gone = [r for r in before if r not in after]
    assert [r["instruction"].casefold() for r in gone] == [
        rows(found, "prepare python test")[2]["instruction"].casefold().rstrip("!")
    ]
    assert rows(found, "prepare python test") == rows(kept, "prepare python test")
    facts = found.facts[label]
    assert (facts["examples"], facts["removed"]) == (15, 1)
    facts = found.facts["overlap of python with evaluation"]
    assert facts["overlap"]["test/python"]["normalised"]["count"] == 1
    assert found.notes[label] == "15 examples, 1 removed that evaluation asks, too"


def test_nothing_left_is_refused(run_stages, folder):
    everything = json.loads((folder / "rows.json").read_text())
    (folder / "test.json").write_text(json.dumps(everything))
    with pytest.raises(UserError, match="nothing is left"):
        run_stages("prepare", overrides=[REMOVE])


def carrying(folder, count):
    """Let the first ``count`` of the 20 training rows carry their answer."""
    path = folder / "rows.json"
    items = json.loads(path.read_text())
    for number, item in enumerate(items):
        item["output"] = f"def f{number}(n):\n    return n + {number}"
        if number < count:
            item["instruction"] += "\n" + item["output"].replace("    ", "\t")
    path.write_text(json.dumps(items))


def test_questions_with_their_answer_are_refused_by_default_or_reported(run_stages, folder):
    carrying(folder, 20)
    with pytest.raises(UserError, match="16 of 16 rows hold their answer") as caught:
        run_stages("prepare", overrides=["preflight={duplicates: report}"])
    assert "rows.json:1: entry " in caught.value.where
    assert "data.python.columns" in caught.value.remedy
    words = ["preflight={duplicates: report, answers_in_questions: report}"]
    found = run_stages("prepare", overrides=words)
    assert found.facts["prepare python train"]["repeats"]["count"] == 16
    assert "16 with the answer in the question" in found.notes["prepare python train"]
    with pytest.raises(UserError, match="hold their answer"):  # what was reported once, too
        run_stages("prepare", overrides=["preflight={duplicates: report}"])


def test_a_single_one_is_told(run_stages, folder):
    carrying(folder, 1)
    split = "data.python.split={train: 20}"
    found = run_stages("prepare", overrides=["preflight={duplicates: report}", split])
    assert found.facts["prepare python train"]["repeats"]["count"] == 1


def test_references_that_hold_the_whole_prompt_are_refused(run_stages, folder):
    items = json.loads((folder / "rows.json").read_text())
    for item in items:
        item["output"] = f"### Instruction:\n{item['instruction']}\n\n### Response:\nx = 1"
    (folder / "rows.json").write_text(json.dumps(items))
    with pytest.raises(UserError, match="16 of 16 rows hold their prompt"):
        run_stages("prepare", overrides=["preflight={duplicates: report}"])
