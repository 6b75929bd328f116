from __future__ import annotations

import pytest

from tuneyard.metrics.ngrams import (
    add_counts,
    brevity_penalty,
    count_ngrams,
    geometric_mean,
    reference_ngrams,
)


def test_brevity_penalty_equals_the_published_values() -> None:
    assert brevity_penalty(prediction_length=12, reference_length=28) == pytest.approx(
        0.2635971381157267, abs=1e-15
    )
    assert brevity_penalty(prediction_length=12, reference_length=13) == pytest.approx(
        0.92, abs=5e-3
    )
    assert brevity_penalty(prediction_length=12, reference_length=12) == 1
    assert brevity_penalty(prediction_length=0, reference_length=3) == 0


def test_a_repeated_word_counts_no_more_often_than_in_the_reference() -> None:
    # Papineni et al. 2002, section 2.1: "the the the …".
    references = reference_ngrams(("the cat is on the mat", "there is a cat on the mat"))
    counts = count_ngrams(prediction="the the the the the the the", reference=references)
    assert (counts.matched[0], counts.predicted[0]) == (2, 7)


def test_the_closest_reference_length_is_taken_and_the_shorter_at_a_tie() -> None:
    references = reference_ngrams(("a " * 13, "a " * 11, "a " * 2))
    assert count_ngrams(prediction="a " * 12, reference=references).reference_length == 11


def test_corpus_counts_are_sums() -> None:
    reference = reference_ngrams(("a b c d e",))
    one = count_ngrams(prediction="a b c", reference=reference)
    two = count_ngrams(prediction="c d e x", reference=reference)
    total = add_counts([one, two])
    assert total.matched == (6, 4, 2, 0)
    assert total.predicted == (7, 5, 3, 2)
    assert (total.prediction_length, total.reference_length) == (7, 10)


def test_geometric_mean_without_and_with_smoothing() -> None:
    assert geometric_mean([2, 2, 2, 2], [4, 4, 4, 4]) == pytest.approx(0.5)
    assert geometric_mean([0, 0, 0, 0], [4, 3, 2, 1], epsilon=0.1) == 0
    assert 0 < geometric_mean([1, 0, 0, 0], [4, 3, 2, 1]) < 1e-200
    assert geometric_mean([4, 3, 2, 0], [4, 3, 2, 1], epsilon=0.1) == pytest.approx(0.1**0.25)
