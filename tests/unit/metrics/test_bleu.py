from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneyard.metrics.bleu import BLEU, bleu, bleu_counts

words = st.lists(st.sampled_from(["a", "b", "c", "return", "x", "="]), max_size=25).map(" ".join)
PUBLISHED = {"base": [0.231, 0.101, 0.083, 0.288], "dpo": [0.074, 0.0, 0.021, 0.144]}


def corpus(pairs: list[tuple[str, Any]]) -> Any:
    """Return the score over all pairs of a prediction and its reference, or several."""
    assert BLEU.text is not None
    assert BLEU.text.corpus is not None
    return BLEU.text.corpus([bleu_counts(prediction=p, reference=r) for p, r in pairs])


def nltk_bleu(*, prediction: str, reference: str) -> float:
    from nltk.translate.bleu_score import sentence_bleu

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(sentence_bleu([reference.split()], prediction.split()))


@settings(deadline=None)
@given(prediction=words, reference=words)
def test_a_pair_equals_nltk_to_the_digit(prediction: str, reference: str) -> None:
    expected = nltk_bleu(prediction=prediction, reference=reference)
    assert bleu(prediction=prediction, reference=reference) == expected


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(words, words), min_size=1, max_size=6))
def test_a_corpus_equals_nltk_to_the_digit(pairs: list[tuple[str, str]]) -> None:
    from nltk.translate.bleu_score import corpus_bleu

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = corpus_bleu([[r.split()] for _, r in pairs], [p.split() for p, _ in pairs])
    assert corpus(pairs) == expected


def test_published_nltk_vectors(vectors: dict[str, Any]) -> None:
    # The published digits are cut off, not rounded.
    first, second = vectors["nltk_sentence_bleu"]["cases"]
    assert bleu(prediction=first["hyp"], reference=first["refs"]) == pytest.approx(
        first["expected"], abs=1e-4
    )
    assert round(bleu(prediction=second["hyp"], reference=first["refs"]), 4) == 0
    pair = {
        "prediction": "he read the book because he was interested in world history",
        "reference": "he was interested in world history because he read the book",
    }
    # NLTK's doctest gives its first hypothesis other references than the case above.
    references = [
        "It is a guide to action that ensures that the military will forever heed Party commands",
        "It is the guiding principle which guarantees the military forces always being under the "
        "command of the Party",
        "It is the practical guide for the army always to heed the directions of the party",
    ]
    prediction = (
        "It is a guide to action which ensures that the military always obeys the commands of the "
        "party"
    )
    known = vectors["nltk_sentence_bleu"]
    found = corpus([(prediction, references), (pair["prediction"], pair["reference"])])
    assert found == pytest.approx(known["corpus_two_pairs_expected"], abs=5e-4)
    mean = (bleu(prediction=prediction, reference=references) + bleu(**pair)) / 2
    assert mean == pytest.approx(known["mean_sentence_two_pairs_expected"], abs=5e-4)


def test_thesis_figures_come_out_to_three_decimals(
    thesis: tuple[str, list[str], list[str]],
) -> None:
    arm, predictions, references = thesis
    scores = [
        bleu(prediction=prediction, reference=reference)
        for prediction, reference in zip(predictions, references, strict=True)
    ]
    figures = [np.mean(scores), np.median(scores), np.var(scores), np.std(scores)]
    assert [round(float(figure), 3) for figure in figures] == PUBLISHED[arm]


def test_swapped_arguments_give_another_score() -> None:
    short, long = "a b c d", "a b c d e f g h"
    assert bleu(prediction=short, reference=long) == pytest.approx(np.exp(-1))
    assert bleu(prediction=long, reference=short) == pytest.approx(
        (4 / 8 * 3 / 7 * 2 / 6 * 1 / 5) ** 0.25
    )


def test_arguments_cannot_be_given_by_position() -> None:
    with pytest.raises(TypeError):
        bleu("a", "a")  # type: ignore[misc]


def test_an_empty_prediction_scores_zero() -> None:
    assert bleu(prediction="", reference="a b c d") == 0
    assert bleu(prediction="a", reference="") == 0
