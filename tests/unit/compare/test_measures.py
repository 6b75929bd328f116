import math

from tuneyard.compare.measures import by_example, deciding, is_binary, measures_of


def test_known_metrics_come_first_and_row_fields_are_no_metrics(make_cell) -> None:
    cell = make_cell("sft", zeta=[1], tokens=[5], codebleu=[0.5], exact_match=[True], note=["x"])
    found = measures_of([cell])
    assert [m.key for m in found] == ["exact_match", "codebleu", "zeta"]
    assert [m.headline for m in found] == [True, True, False]


def test_a_known_metric_that_is_missing_throughout_is_kept(make_cell) -> None:
    assert [m.key for m in measures_of([make_cell("sft", codebleu=[None, None])])] == ["codebleu"]


def test_without_headline_metrics_all_are_headline(make_cell) -> None:
    assert all(m.headline for m in measures_of([make_cell("sft", bleu=[0.1], zeta=[1])]))


def test_the_deciding_metric(make_cell) -> None:
    cell = make_cell("sft", exact_match=[True], execution_success=[True], codebleu=[1.0])
    chosen = deciding(measures_of([cell]))
    assert chosen is not None
    assert chosen.key == "execution_success"
    assert deciding([]) is None


def test_missing_values_stay_missing_and_samples_are_averaged(make_cell) -> None:
    cell = make_cell("sft", passed=[True, None], bleu=[math.nan, 0.25])
    assert by_example(cell, "passed") == {"e000": True, "e001": None}
    assert by_example(cell, "bleu") == {"e000": None, "e001": 0.25}
    sampled = make_cell("sft", passed=[True, False, None])
    rows = [{**row, "id": "same"} for row in sampled.rows]
    assert by_example(type(cell)("m", (), "sft", "a", "test", rows), "passed") == {"same": 0.5}


def test_binary_means_truth_values() -> None:
    assert is_binary([True, None, False])
    assert not is_binary([1.0, 0.0])
    assert not is_binary([None])
