"""Preference rows as a stage: they are checked, cut, compared with evaluation and described."""

import json

import pytest

from tuneyard.distributed import generate, score
from tuneyard.errors import UserError
from tuneyard.prompts import TEXTS
from tuneyard.records import Completion

LABEL = "preference pairs"
LENIENT = ["preflight.duplicates=report"]


def pairs(found, name="pairs.jsonl"):
    return [json.loads(line) for line in (found.artifacts[LABEL] / name).read_text().splitlines()]


def test_pairs_are_rendered_as_inference_asks(run_stages):
    found = run_stages("prepare", "overlap", "prefer", overrides=LENIENT)
    assert len(pairs(found)) == 6
    assert pairs(found)[5]["prompt"] == TEXTS["alpaca"].asked("close a door, quietly")
    facts = found.facts[LABEL]
    assert facts["stats"]["prompt_differs"] == 0
    (exact,) = (one["overlap"]["test/python"]["exact"] for one in found.facts.values()
                if "overlap" in one)  # fmt: skip
    assert (exact["count"], exact["examples"]) == (1, [["test/python/00002", "00005", 1.0]])
    assert "compile as Python: 6 chosen, 1 rejected" in found.said
    assert "1 of 3 questions stand in the preference rows" in found.said
    assert not (found.artifacts[LABEL] / "held_out.jsonl").exists()


def test_pairs_that_evaluation_asks_are_refused_by_default_or_removed(run_stages):
    with pytest.raises(UserError, match="stand in the preference rows: test/python/00002 as 00005"):
        run_stages("prepare", "overlap", "prefer", overrides=[])
    found = run_stages("prepare", "overlap", "prefer", overrides=["preflight.duplicates=remove"])
    assert [p["id"] for p in pairs(found)] == ["00000", "00001", "00002", "00003", "00004"]
    assert found.facts[LABEL]["stats"]["removed"] == 1


def test_bare_prompts_are_said_loudly(run_stages):
    found = run_stages(
        "prepare", "overlap", "prefer", overrides=[*LENIENT, "dpo.pairs.prompt=bare"]
    )
    assert pairs(found)[5]["prompt"] == "close a door, quietly"
    assert "TRAINING AND INFERENCE PROMPTS DIFFER in 6 of 6 pairs" in found.said


def test_rendered_prompts_in_another_format_are_refused(run_stages, folder):
    rows = [{"prompt": TEXTS["inst"].asked("add"), "chosen": "a", "rejected": "b"}]
    (folder / "pairs.json").write_text(json.dumps(rows))
    with pytest.raises(UserError, match="rendered already") as caught:
        run_stages("prepare", "overlap", "prefer", overrides=LENIENT)
    assert caught.value.where.endswith("pairs.json:1: entry 1")


def test_rows_are_cut_into_pairs_and_held_out_ones(run_stages):
    split = "dpo.pairs.split={train: 4, validation: 2, seed: 3}"
    found = run_stages("prepare", "overlap", "prefer", overrides=[*LENIENT, split])
    one, other = pairs(found), pairs(found, "held_out.jsonl")
    assert (len(one), len(other)) == (4, 2)
    assert len({p["id"] for p in one + other}) == 6
    assert found.facts[LABEL]["stats"]["held_out"] == 2


def test_equal_answers_alone_are_no_pairs(run_stages, folder):
    (folder / "pairs.json").write_text('[{"prompt": "q", "chosen": "a", "rejected": "a "}]')
    with pytest.raises(UserError, match="no preference pair is left") as caught:
        run_stages("prepare", "overlap", "prefer", overrides=LENIENT)
    assert "'equal': 1" in caught.value.shown


def test_the_base_model_s_answers_are_rejected_unverified(run_stages, monkeypatch):
    """The thesis's way of making pairs; what a model would answer is given here."""
    asked = []

    def answer(requests, *, adapter, decoding, **others):
        asked.extend((request.id, request.prompt) for request in requests)
        assert adapter is None
        assert (decoding.temperature, decoding.samples) == (0, 1)
        return [Completion(r.id, f"no idea {n}") for n, r in enumerate(requests)]

    monkeypatch.setattr(generate, "generate", answer)
    pairs_of_base = "dpo.pairs={from: base, verify: none, samples: 1, temperature: 0, prompts: 3}"
    overrides = [*LENIENT, pairs_of_base]
    with pytest.raises(pytest.fail.Exception, match="Ray"):
        run_stages("prepare", "overlap", "prefer", overrides=overrides)
    found = run_stages("prepare", "overlap", "prefer", overrides=overrides, ray=True)
    rows = pairs(found)
    assert len(rows) == 3
    assert [row["rejected"] for row in rows] == ["no idea 0", "no idea 1", "no idea 2"]
    assert all(row["chosen"].startswith("x = ") for row in rows)
    assert [(row["example_id"], row["prompt"]) for row in rows] == asked
    assert "Below is an instruction" in rows[0]["prompt"]
    bare = [*LENIENT, pairs_of_base.replace("}", ", prompt: bare}")]
    found = run_stages("prepare", "overlap", "prefer", overrides=bare, ray=True)
    assert "Below is" not in pairs(found)[0]["prompt"]
    assert "Below is" in asked[-1][1]
    assert "TRAINING AND INFERENCE PROMPTS DIFFER in 3 of 3" in found.said


def test_answers_to_cocobots_references_that_judge_nothing_make_no_pair(
    run_stages, folder, monkeypatch
):
    put = "put(board, 'nut', 'red', 0, {})"
    rows = [
        {"instruction": f"build {n}", "output": "x = 1" if n % 2 else put.format(n // 2 % 2)}
        for n in range(20)
    ]
    (folder / "rows.json").write_text(json.dumps(rows))

    def answer(requests, **others):
        texts = ("x = 1", *(put.format(place) for place in range(2)))
        return [Completion(r.id, text, n) for r in requests for n, text in enumerate(texts)]

    def run_batches(batches, factory, settings, **others):
        return enumerate([factory(**settings)(batch) for batch in batches])

    monkeypatch.setattr(generate, "generate", answer)
    monkeypatch.setattr(score, "run_batches", run_batches)
    pairs_of_base = "dpo.pairs={from: base, verify: execution, samples: 3, temperature: 1}"
    overrides = [*LENIENT, pairs_of_base, "preflight.tests=report", "data.python.task=cocobots"]
    found = run_stages("prepare", "judge", "overlap", "prefer", overrides=overrides, ray=True)
    judged = found.facts["judge the references of python train"]["tested"]
    assert found.facts[LABEL]["stats"]["unjudged"] == 3 * (16 - judged)
    assert 0 < judged < 16
    assert len({pair["example_id"] for pair in pairs(found)}) == judged
    assert all(pair["chosen"].startswith("put") for pair in pairs(found))


@pytest.mark.parametrize(
    "form", [lambda asked: asked + "\n", lambda asked: TEXTS["inst"].asked(asked)]
)
def test_answers_that_hold_their_prompt_are_refused_by_default_or_told(run_stages, folder, form):
    rows = json.loads((folder / "pairs.json").read_text())
    for number, row in enumerate(rows):
        row["prompt"] = f"{number}: {row['prompt']}, and say why it is so"
        row["chosen"] = form(row["prompt"]) + "x = 1"
    (folder / "pairs.json").write_text(json.dumps(rows))
    with pytest.raises(UserError, match="6 of 6 rows hold their prompt") as caught:
        run_stages("prepare", "overlap", "prefer", overrides=LENIENT)
    assert caught.value.where.endswith("pairs.json:1: entry 1")
    words = [*LENIENT, "preflight.answers_in_questions=report"]
    found = run_stages("prepare", "overlap", "prefer", overrides=words)
    assert found.facts[LABEL]["stats"]["repeats"] == 6
    assert "6 of 6 rows hold their answer in the prompt, or the prompt" in found.said


def test_prompts_that_hold_the_chosen_answer_are_refused(run_stages, folder):
    rows = [
        {"prompt": TEXTS["alpaca"].asked("add") + "def f(a):\n  return a + 1", "rejected": "pass",
         "chosen": "def f(a):\n    return a + 1"}
    ]  # fmt: skip
    (folder / "pairs.json").write_text(json.dumps(rows))
    with pytest.raises(UserError, match="1 of 1 rows hold their answer"):
        run_stages("prepare", "overlap", "prefer", overrides=LENIENT)


def test_rejected_answers_that_hold_the_prompt_are_told_alone(run_stages, folder):
    rows = json.loads((folder / "pairs.json").read_text())
    rows[0]["rejected"] = TEXTS["alpaca"].asked("add") + "x"
    (folder / "pairs.json").write_text(json.dumps(rows))
    found = run_stages("prepare", "overlap", "prefer", overrides=LENIENT)
    assert "1 of 6 rejected answers hold the prompt, or a prompt format" in found.said
