import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.compare.distributions import bin_edges, histograms, scatters
from tuneyard.compare.measures import measures_of


def _histograms(*cells):
    return histograms(cells, measures_of(cells))


def test_all_arms_have_the_same_bins(make_cell) -> None:
    one = make_cell("base", codebleu=[0.0, 0.3, 0.31, None])
    other = make_cell("sft", codebleu=[1.0, 0.95, 0.3, 0.94])
    (found,) = _histograms(one, other)
    assert found.edges == tuple(round(0.05 * i, 10) for i in range(21))
    base, sft = found.counts.values()
    # A bin holds its lower bound; the last one its upper bound, too.
    assert (base[0], base[6], sum(base)) == (1, 2, 3)
    assert (sft[6], sft[18], sft[19]) == (1, 1, 2)


def test_values_beyond_the_last_bound_by_rounding_are_counted(make_cell) -> None:
    assert 0.8 + 0.05 > 0.85
    (found,) = _histograms(make_cell("sft", codebleu=[0.8, 0.8 + 0.05]))
    (counts,) = found.counts.values()
    assert sum(counts) == 2


def test_truth_values_and_missing_metrics_have_no_histogram(make_cell) -> None:
    cell = make_cell("sft", exact_match=[True, False], codebleu=[None, None], bleu=[0.1, 0.2])
    assert [h.measure.key for h in _histograms(cell)] == ["bleu"]


def test_each_split_and_kind_has_its_own(make_cell) -> None:
    cells = [make_cell("sft", split=split, bleu=[0.5]) for split in ("test", "validation")]
    assert [(h.split, h.kind) for h in _histograms(*cells)] == [
        ("test", "first_order"),
        ("validation", "first_order"),
    ]


@given(st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=1, max_size=20))
def test_bins_are_equally_wide_and_hold_every_value(values) -> None:
    import numpy as np

    edges = bin_edges(min(values), max(values))
    widths = np.diff(edges)
    rounding = 1e-8 * widths[0]
    assert edges[0] <= min(values) + rounding
    assert edges[-1] >= max(values) - rounding
    assert len(edges) <= 23
    assert widths.min() > 0
    assert widths == pytest.approx(widths[0], rel=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "first", "last", "bins"),
    [
        (0, 1, 0, 1, 20),
        (0.81, 0.99, 0.81, 0.99, 18),
        (1, 1, 0.95, 1, 1),
        (0, 0, 0, 0.05, 1),
        (0.33, 0.33, 0.3, 0.35, 1),
        (1e-230, 0.4, 0, 0.4, 20),
    ],
)
def test_bounds_are_round(low, high, first, last, bins) -> None:
    edges = bin_edges(low, high)
    assert (edges[0], edges[-1], len(edges) - 1) == (first, last, bins)


def test_precision_is_regressed_on_recall(make_cell) -> None:
    cell = make_cell(
        "sft",
        codebertscore_recall=[0.0, 0.5, 1.0, None],
        codebertscore_precision=[0.2, 0.5, 0.8, 0.9],
    )
    (found,) = scatters([cell], measures_of([cell]))
    (line,) = found.lines.values()
    assert (line.slope, line.intercept, line.n) == (pytest.approx(0.6), pytest.approx(0.2), 3)
    assert found.points[cell.system][1] == (0.5, 0.5)
    assert found.family == "codebertscore"


def test_one_of_the_two_is_not_enough(make_cell) -> None:
    cell = make_cell("sft", bertscore_precision=[0.5], bertscore_f1=[0.5])
    assert scatters([cell], measures_of([cell])) == []
    empty = make_cell("sft", bertscore_precision=[None], bertscore_recall=[None])
    assert scatters([empty], measures_of([empty])) == []
