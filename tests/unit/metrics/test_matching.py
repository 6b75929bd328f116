from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.metrics.matching import Vectors, bert_score, match

SIDES = st.floats(-1, 1, allow_subnormal=False)


def unit(angles: list[float], weights: list[float]) -> Vectors:
    vectors = torch.tensor([[math.cos(angle), math.sin(angle)] for angle in angles])
    return Vectors(vectors, torch.tensor(weights))


def test_each_token_counts_by_the_most_similar_one_opposite() -> None:
    prediction = unit([0.0, 1.0], [1.0, 1.0])
    reference = unit([0.0, 0.5, 3.0], [1.0, 1.0, 0.0])
    found = match(
        prediction=prediction, reference=reference, prediction_padded=False, reference_padded=False
    )
    precision, recall = (1 + math.cos(0.5)) / 2, (1 + math.cos(0.5)) / 2
    assert found.tolist() == pytest.approx([precision, recall], abs=1e-6)
    # The last one does not count, but is there to be matched.
    far = match(
        prediction=unit([3.0], [1.0]),
        reference=reference,
        prediction_padded=False,
        reference_padded=False,
    )
    assert far.tolist() == pytest.approx([1, (math.cos(3) + math.cos(2.5)) / 2], abs=1e-6)


def test_a_padded_token_counts_as_similarity_zero() -> None:
    sides = {"prediction": unit([0.0], [1.0]), "reference": unit([2.0], [1.0])}
    below = pytest.approx(math.cos(2), abs=1e-6)
    for padded, expected in (((False, False), [below, below]), ((True, False), [below, 0])):
        found = match(**sides, prediction_padded=padded[0], reference_padded=padded[1])
        assert found.tolist() == expected
    found = match(**sides, prediction_padded=False, reference_padded=True)
    assert found.tolist() == [0, below]


@given(SIDES, SIDES)
def test_means_follow_from_precision_and_recall(precision: float, recall: float) -> None:
    score = bert_score(precision, recall)
    assert (score.precision, score.recall) == (precision, recall)
    if precision > 0.01 and recall > 0.01:
        assert score.f1 == pytest.approx(2 * precision * recall / (precision + recall))
        assert score.f3 == pytest.approx(10 * precision * recall / (9 * precision + recall))


def test_means_are_zero_where_undefined() -> None:
    for precision, recall in ((0.0, 0.0), (1.0, -1.0), (math.nan, 1.0)):
        assert bert_score(precision, recall).f1 == 0
