from dataclasses import replace

import pytest

from tuneyard.compare.inputs import Cell, Labels, StudyInputs, System
from tuneyard.errors import UserError


def _cell(arm: str, train_on: tuple[str, ...] = (), model: str = "m", kind: str = "a") -> Cell:
    return Cell(System(model, train_on, arm), kind, "validation", [])


def test_cells_are_ordered_by_kind_model_regime_and_arm() -> None:
    both = ("a", "b")
    cells = [
        _cell("sft-dpo", both),
        _cell("sft", both),
        _cell("sft", ("b",)),
        _cell("sft", ("a",)),
        _cell("base"),
        _cell("base", kind="b"),
    ]
    ordered = [(c.kind, *c.system[1:]) for c in StudyInputs("s", cells).ordered()]
    assert ordered == [
        ("a", (), "base"),
        ("a", ("a",), "sft"),
        ("a", ("b",), "sft"),
        ("a", both, "sft"),
        ("a", both, "sft-dpo"),
        ("b", (), "base"),
    ]


def test_the_test_split_comes_first() -> None:
    cells = [Cell(System("m", (), "base"), "a", split, []) for split in ("validation", "test")]
    assert [c.split for c in StudyInputs("s", cells).ordered()] == ["test", "validation"]


def test_a_score_set_given_twice_is_refused() -> None:
    with pytest.raises(UserError, match="two score sets"):
        StudyInputs("s", [_cell("base"), _cell("base")]).ordered()


def test_seeds_of_one_arm_become_one_cell() -> None:
    runs = [Cell(System("m", ("a",), "sft"), "a", "test", [{"id": "x"}], seed) for seed in (0, 1)]
    (cell,) = StudyInputs("s", runs).ordered()
    assert [(row["id"], row["seed"]) for row in cell.rows] == [("x", 0), ("x", 1)]
    with pytest.raises(UserError, match="two score sets"):
        StudyInputs("s", [runs[0], runs[0]]).ordered()


def test_stages_come_from_the_study_or_else_from_the_name() -> None:
    assert StudyInputs("s", []).stages("sft-dpo") == ("sft", "dpo")
    assert StudyInputs("s", []).stages("base") == ()
    assert StudyInputs("s", [], arms={"x": ["sft"]}).stages("x") == ("sft",)


def test_labels_leave_out_what_all_share() -> None:
    one, other = System("m", ("a",), "sft"), System("m", ("a", "b"), "sft")
    assert Labels([one]).full(one) == "sft"
    assert Labels([one, other]).full(other) == "sft on a + b"
    assert Labels([one, System("k", ("a",), "sft")]).full(one) == "m · sft"


def test_corpus_scores_of_several_seeds_are_averaged(make_cell) -> None:
    runs = [
        replace(
            make_cell("sft", bleu=[0.1, 0.2]), seed=seed, corpus={"bleu": value, "codebleu": odd}
        )
        for seed, value, odd in ((0, 0.25, 0.5), (1, 0.75, None))
    ]
    (cell,) = StudyInputs("x", runs).ordered()
    assert cell.corpus == {"bleu": 0.5, "codebleu": None}
