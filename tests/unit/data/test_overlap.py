"""Which questions are found again, and that removal only ever touches training rows."""

import json
import os
import subprocess
import sys

import pytest

from tuneyard.config import Preflight
from tuneyard.data.overlap import find_overlaps, refuse
from tuneyard.data.questions import Alike, Question
from tuneyard.errors import UserError

TRAIN = [
    Question("t0", "Write a function that sorts a list."),
    Question("t1", "Write a Python program to print the first ten prime numbers"),
    Question("t2", "Fix the bug.", "x = = 1"),
    Question("t3", "Fix the bug.", "print 'a'"),
]


def overlap(evaluation, training=TRAIN, similarity=0.7):
    (found,) = find_overlaps(training, {"test": evaluation}, similarity)
    return found


def counts(found):
    return len(found.exact), len(found.normalised), len(found.near)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (Question("e", "Write a function that sorts a list."), (1, 0, 0)),
        (Question("e", "write a function, that sorts a LIST"), (0, 1, 0)),
        (Question("e", "Write a Python program to print the first 10 prime numbers"), (0, 0, 1)),
        (Question("e", "Open a window."), (0, 0, 0)),
    ],
)
def test_a_question_counts_under_the_closest_kind(question, kind):
    assert counts(overlap([question])) == kind


def test_inputs_are_compared_where_both_sides_have_one():
    assert counts(overlap([Question("e", "Fix the bug.", "y = = 2 + 3")])) == (0, 0, 0)
    assert counts(overlap([Question("e", "Fix the bug.", "x = = 1")])) == (1, 0, 0)
    # Preference rows have often lost their inputs: the instruction decides.
    found = overlap([Question("e", "Fix the bug.")])
    assert counts(found) == (1, 0, 0)
    assert found.duplicate_rows == {"t2", "t3"}
    assert counts(overlap([Question("e", TRAIN[0].instruction, "[3, 1]")])) == (1, 0, 0)


def test_the_most_similar_question_is_shown_and_all_can_go():
    near = [
        Question("a", "Write a Python program to print the first 10 prime numbers, please"),
        Question("b", "Write a Python program to print the first 10 prime numbers"),
    ]
    found = overlap([TRAIN[1]], training=near)
    assert [match.training.id for match in found.near] == ["b"]
    assert found.near_rows == {"a", "b"}
    ((_, share),) = Alike(near[1:], 0.5)(TRAIN[1])
    assert found.near[0].similarity == share


def test_templates_are_never_near_but_can_be_equal():
    rows = [Question("t", "place a red nut in the 7th row, 4th column", template=True)]
    asked = [Question("e", "place a red nut in the 7th row, 5th column", template=True)]
    found = overlap(asked, training=rows)
    assert counts(found) == (0, 0, 0)
    assert found.similarity is None
    assert "not looked for" in found.text()
    assert counts(overlap([Question("e", rows[0].instruction, template=True)], rows)) == (1, 0, 0)


def test_what_is_refused_and_what_is_removed():
    asked = [
        Question("e0", TRAIN[0].instruction),
        Question("e1", "Write a Python program to print the first 10 prime numbers"),
    ]
    found = overlap(asked)
    facts = {found.name: found.facts()}
    with pytest.raises(UserError, match="1 of 2 evaluation questions") as caught:
        refuse(facts, Preflight(), "preflight")
    assert "e0" in caught.value.what
    assert "preflight.duplicates: remove" in caught.value.remedy
    refuse(facts, Preflight(duplicates="report"), "preflight")
    with pytest.raises(UserError, match="nearly"):
        refuse(facts, Preflight(duplicates="remove", near_duplicates="refuse"), "preflight")
    assert (found.duplicate_rows, found.near_rows) == ({"t0"}, {"t1"})
    refuse({"x": {**found.facts(), "reported": True}}, Preflight(), "preflight")
    rest = [row for row in TRAIN if row.id not in {"t0", "t1"}]
    assert counts(overlap(asked, rest)) == (0, 0, 0)


def test_the_report_has_counts_and_examples():
    found = overlap([Question("e0", TRAIN[0].instruction)] * 5)
    text = found.text()
    assert "5 of 5 questions stand in the training data (5 to the character" in text
    assert text.count("e0: Write a function") == 3
    facts = json.loads(json.dumps(found.facts()))
    assert facts["exact"]["count"] == 5
    assert facts["exact"]["examples"] == [["e0", "t0", 1.0]] * 3
    assert facts["exact"]["text"] == TRAIN[0].instruction
    assert found.text(None).count("e0: Write a function") == 5


def test_hash_seeds_change_nothing(thesis):
    program = (
        "import json, sys; from tuneyard.data.overlap import find_overlaps\n"
        "from tuneyard.data.questions import Question\n"
        f"rows = json.load(open({str(thesis / 'DPO_dataset_2000.json')!r}))\n"
        "rows = [Question(str(n), row['prompt']) for n, row in enumerate(rows)]\n"
        "(found,) = find_overlaps(rows[:500], {'t': rows[500:700]}, 0.6)\n"
        "print(json.dumps([found.facts(), found.text(), sorted(found.near_rows)]))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": s},
            capture_output=True, text=True, check=True,
        ).stdout
        for s in "12"
    ]  # fmt: skip
    assert said[0] == said[1]
    assert json.loads(said[0])[0]["near"]["count"] > 0


def test_the_public_test_set_and_preference_rows(thesis):
    """12 of the 100 questions stand in the preference rows, to the character."""
    rows = json.loads((thesis / "DPO_dataset_2000.json").read_text())
    asked = json.loads((thesis / "test_dataset_100.json").read_text())
    (found,) = find_overlaps(
        [Question(str(number), row["prompt"]) for number, row in enumerate(rows)],
        {"test": [Question(key, row["instruction"], row["input"]) for key, row in asked.items()]},
        0.6,
    )
    assert counts(found)[:2] == (12, 0)
    instructions = {row["prompt"] for row in rows}
    assert sum(row["instruction"] in instructions for row in asked.values()) == 12
    assert len(found.near) == 3
