from tuneyard.compare.errors import count_errors, group_of
from tuneyard.tasks import GROUPS, TASKS


def test_counts_by_category_and_group(make_cell) -> None:
    cell = make_cell(
        "sft",
        error_category=[
            "wrong_count",
            "syntax",
            None,
            "depth",
            "syntax",
            "wrong_form",
            "odd",
            None,
        ],
        execution_success=[False, False, True, False, False, True, False, None],
    )
    (counts,) = count_errors([cell])
    assert (counts.n, counts.missing, counts.correct) == (7, 1, 1)
    assert list(counts.categories.items()) == [
        ("syntax", 2),
        ("depth", 1),
        ("wrong_count", 1),
        ("wrong_form", 1),
        ("odd", 1),
    ]
    assert counts.groups == {"A": 0, "B": 2, "C": 0, "D": 1, "E": 1, "F": 1, "?": 1}


def test_cells_without_categories_have_no_counts(make_cell) -> None:
    assert count_errors([make_cell("sft", exact_match=[True])]) == []
    # Null means "correct" only where the answer was run.
    assert count_errors([make_cell("sft", error_category=[None])]) == []


def test_every_category_of_the_taxonomy_has_a_named_group() -> None:
    names = [name for task in TASKS.values() for name in task.categories]
    assert {group_of(name) for name in names} == set(GROUPS) - {"?"}


def test_a_failed_test_is_a_wrong_result(make_cell) -> None:
    categories = ["wrong_answer", "wrong_count", "timeout", None]
    (counts,) = count_errors(
        [make_cell("sft", error_category=categories, passed=[False, False, False, True])]
    )
    assert list(counts.categories) == ["timeout", "wrong_count", "wrong_answer"]
    assert (counts.groups["E"], counts.groups["C"], counts.groups["?"]) == (2, 1, 0)


def test_forged_and_suspicious_answers_are_counted(make_cell) -> None:
    (counts,) = count_errors(
        [
            make_cell(
                "sft",
                error_category=["forged", None, None],
                passed=[False, True, True],
                suspicious=["walks the stack", "redefines abs", None],
            )
        ]
    )
    assert (dict(counts.categories), counts.groups["E"]) == ({"forged": 1}, 1)
    assert counts.suspicious == 2
