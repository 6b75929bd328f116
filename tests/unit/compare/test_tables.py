import pytest

from tuneyard.compare import Cell, StudyInputs, System
from tuneyard.compare.measures import measures_of
from tuneyard.compare.tables import estimate_rows, tables_of
from tuneyard.config import Compare


def _estimates(cell, resamples=500):
    inputs = StudyInputs("s", [cell], settings=Compare(resamples=resamples))
    (row,) = estimate_rows([cell], measures_of([cell]), inputs)
    return row


def test_a_proportion_gets_wilsons_interval(make_cell) -> None:
    e = _estimates(make_cell("sft", exact_match=[True] * 7 + [False] * 3)).estimates["exact_match"]
    assert (e.n, e.missing, e.mean, e.median, e.method) == (10, 0, 0.7, 1.0, "wilson")
    # Wilson 1927 for 7 of 10 at 95 %.
    assert e.ci_low == pytest.approx(0.39677, abs=1e-5)
    assert e.ci_high == pytest.approx(0.89221, abs=1e-5)


def test_a_mean_gets_a_bootstrap_interval_and_population_variance(make_cell) -> None:
    e = _estimates(make_cell("sft", codebleu=[0.2, 0.4, 0.6, None])).estimates["codebleu"]
    assert (e.n, e.missing, e.method) == (3, 1, "bca")
    assert e.mean == pytest.approx(0.4)
    assert e.variance == pytest.approx(0.08 / 3)
    assert e.ci_low is not None
    assert 0.2 <= e.ci_low < 0.4 < e.ci_high <= 0.6


def test_binary_means_truth_values(make_cell) -> None:
    for values, method in (([True, None, False], "wilson"), ([1.0, 0.0, 0.0], "bca")):
        assert _estimates(make_cell("sft", passed=values)).estimates["passed"].method == method


@pytest.mark.parametrize(("values", "n"), [([None, None], 0), ([0.5], 1)])
def test_too_few_values_get_no_interval(make_cell, values, n) -> None:
    e = _estimates(make_cell("sft", codebleu=values)).estimates["codebleu"]
    assert (e.n, e.ci_low, e.ci_high, e.method) == (n, None, None, "none")


def test_the_order_of_rows_changes_nothing(make_cell) -> None:
    cell = make_cell("sft", codebleu=[0.1, 0.9, 0.4, 0.3])
    turned = Cell(System("tiny", (), "sft"), cell.kind, cell.split, list(reversed(cell.rows)))
    assert _estimates(cell).estimates == _estimates(turned).estimates


def test_distinct_instructions_are_counted_where_they_are_known(make_cell) -> None:
    row = _estimates(make_cell("sft", codebleu=[0.1, 0.2, 0.3], instruction=["a", "b", "a"]))
    assert (row.examples, row.distinct) == (3, 2)
    assert _estimates(make_cell("sft", codebleu=[0.1])).distinct is None


def test_tables_group_by_split_and_kind(study) -> None:
    rows = estimate_rows(study.ordered(), measures_of(study.cells), study)
    ((key, group),) = tables_of(rows).items()
    assert key == ("validation", "first_order")
    assert [row.system.arm for row in group] == ["base", "sft", "sft-dpo"]
