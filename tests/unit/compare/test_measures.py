import math

import pytest

from tuneyard.compare import Cell, System
from tuneyard.compare.measures import by_example, deciding, means, measures_of
from tuneyard.metrics import Measure

PASSED, BLEU = Measure("passed", "pass@1"), Measure("bleu", "BLEU")


def test_known_metrics_come_first_and_row_fields_are_no_metrics(make_cell) -> None:
    cell = make_cell("sft", zeta=[1], tokens=[5], codebleu=[0.5], exact_match=[True], note=["x"])
    found = measures_of([cell])
    assert [m.key for m in found] == ["exact_match", "codebleu", "zeta"]
    assert [m.headline for m in found] == [True, True, False]


def test_a_known_metric_that_is_missing_throughout_is_kept(make_cell) -> None:
    assert [m.key for m in measures_of([make_cell("sft", codebleu=[None, None])])] == ["codebleu"]


def test_without_headline_metrics_all_are_headline(make_cell) -> None:
    assert all(m.headline for m in measures_of([make_cell("sft", codebleu_ngram=[0.1], zeta=[1])]))


def test_the_deciding_metric(make_cell) -> None:
    cell = make_cell("sft", exact_match=[True], execution_success=[True], codebleu=[1.0])
    other = make_cell("sft", kind="b", exact_match=[True], execution_success=[None], zeta=[1.0])
    cells = [cell, other, make_cell("sft", kind="c", zeta=[2], note=["x"])]

    def keys(wanted=None):
        return [m.key for m in deciding(cells, measures_of(cells), wanted).values()]

    assert keys() == ["execution_success", "exact_match", "zeta"]
    assert keys("codebleu") == ["codebleu", "exact_match", "zeta"]
    assert keys("zeta") == ["execution_success", "zeta", "zeta"]
    assert keys("execution_success") == keys("never measured") == keys()
    missing = [make_cell("sft", codebleu=[None])]
    assert deciding(missing, measures_of(missing))["first_order"].key == "codebleu"
    assert deciding([], []) == {}
    sampled = [make_cell("sft", passed=[True])]
    assert deciding(sampled, measures_of(sampled, (1, 5)), "pass_at_5")["first_order"].k == 5


def test_missing_values_stay_missing_and_samples_are_averaged(make_cell) -> None:
    cell = make_cell("sft", passed=[True, None], bleu=[math.nan, 0.25])
    assert by_example(cell, PASSED) == {"e000": True, "e001": None}
    assert by_example(cell, BLEU) == {"e000": None, "e001": 0.25}
    sampled = make_cell("sft", passed=[True, False, None])
    rows = [{**row, "id": "same"} for row in sampled.rows]
    assert by_example(Cell(System("m", (), "sft"), "a", "test", rows), PASSED) == {"same": 0.5}


def _sampled(passed, seeds=None):
    """Return a cell of one task: a list of outcomes a seed."""
    rows = [
        {"id": "t", "sample": sample, "passed": outcome, **({"seed": seed} if seeds else {})}
        for seed, outcomes in enumerate(passed)
        for sample, outcome in enumerate(outcomes)
    ]
    return Cell(System("m", (), "sft"), "a", "test", rows)


def test_pass_at_k_follows_pass_at_1_where_programs_were_tested(make_cell) -> None:
    cell = make_cell("sft", passed=[True], codebleu=[0.5])
    found = measures_of([cell], (1, 10, 5))
    assert [m.label for m in found] == ["CodeBLEU", "pass@1", "pass@5", "pass@10"]
    assert [m.key for m in found][2:] == ["pass_at_5", "pass_at_10"]
    assert all(m.headline for m in found)
    assert "pass@5" not in [m.label for m in measures_of([make_cell("a", codebleu=[1.0])], (5,))]


@pytest.mark.parametrize(("k", "expected"), [(1, 0.4), (2, 0.7), (4, 1.0), (5, 1.0), (6, None)])
def test_pass_at_k_is_the_unbiased_estimate(k, expected) -> None:
    """Two of five pass: 1 - C(3, k) / C(5, k); five answers say nothing of pass@6."""
    measure = Measure("pass_at_k", "pass@k", k=k, column="passed")
    value = by_example(_sampled([[True, False, False, True, False]]), measure)["t"]
    assert value == (None if expected is None else pytest.approx(expected))


def test_seeds_are_averaged_after_their_samples() -> None:
    cell = _sampled([[True, True], [False, True, False, False]], seeds=True)
    assert by_example(cell, PASSED) == {"t": pytest.approx((1 + 0.25) / 2)}
    # Of two drawn from one in four: 1 - C(3, 2) / C(4, 2).
    assert by_example(cell, Measure("x", "x", k=2, column="passed")) == {
        "t": pytest.approx((1 + 0.5) / 2)
    }


def test_untested_answers_are_missing_for_every_k() -> None:
    cell = _sampled([[None, None]])
    assert by_example(cell, Measure("x", "x", k=2, column="passed")) == {"t": None}


def test_means_leave_out_what_is_missing_and_texts(make_cell) -> None:
    cell = make_cell("sft", bleu=[0.5, None, float("nan")], codebleu=[None] * 3, note=["x"] * 3)
    assert means(cell) == {"bleu": 0.5}


def test_means_are_over_examples_whatever_number_of_answers_each_has() -> None:
    passed = {"a": [True, False, False], "b": [False, False, False], "c": [True, None, None]}
    rows = [
        {"id": name, "sample": sample, "passed": value}
        for name, values in passed.items()
        for sample, value in enumerate(values)
    ]
    cell = Cell(System("m", (), "sft"), "k", "test", rows)
    assert means(cell, [1, 2, 4]) == {
        "passed": pytest.approx((1 / 3 + 0 + 1) / 3),
        "pass_at_2": pytest.approx((2 / 3 + 0) / 2),
    }
