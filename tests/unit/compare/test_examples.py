from tuneyard.compare.examples import worked_examples
from tuneyard.tasks import Picture


def test_one_answer_of_each_category_in_order_trained_arms_first(make_cell) -> None:
    base = make_cell("base", error_category=["syntax", "no_code"], prediction=["(", ""])
    sft = make_cell(
        "sft",
        ["a"],
        error_category=["wrong_count", "syntax", "syntax"],
        prediction=["put()", "longer((", "short("],
    )
    other = make_cell("sft", ["a"], split="test", error_category=["depth"], prediction=["x"])
    found = worked_examples([base, sft, other], "validation", "base")
    assert [(e.category, e.system.arm, e.row["prediction"], e.count) for e in found] == [
        ("no_code", "base", "", 1),
        ("syntax", "sft", "short(", 3),
        ("wrong_count", "sft", "put()", 1),
    ]


def test_an_answer_that_is_drawn_comes_before_a_shorter_one(make_cell) -> None:
    cell = make_cell(
        "sft",
        error_category=["depth"] * 2,
        prediction=["a", "long"],
        picture=[Picture("x", "", whole) for whole in (False, True)],
    )
    (found,) = worked_examples([cell], "validation", "base")
    assert found.row["prediction"] == "long"


def test_no_errors_no_examples(make_cell) -> None:
    cell = make_cell("sft", error_category=[None], prediction=["x"])
    assert worked_examples([cell], "validation", "base") == []
