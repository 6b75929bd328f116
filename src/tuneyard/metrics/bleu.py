"""BLEU-4 (Papineni et al. 2002) on ``str.split()`` tokens, without smoothing.

An answer's score, and that of all, are NLTK's ``sentence_bleu`` and ``corpus_bleu`` to the digit
(uniform weights, no smoothing function) on a scale of 0 to 1. They are computed here because NLTK
takes seconds to import and the counts are shared with CodeBLEU.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.metrics.ngrams import (
    NgramCounts,
    add_counts,
    brevity_penalty,
    count_ngrams,
    geometric_mean,
    ngrams_of_json,
    reference_ngrams,
)
from tuneyard.metrics.record import Counting, Measure, Metric


def bleu(*, prediction: str, reference: str | Sequence[str]) -> float:
    """Return the BLEU-4 of one answer, 0 to 1, against one reference or the best of several."""
    return bleu_of_counts(bleu_counts(prediction=prediction, reference=reference))


def bleu_counts(*, prediction: str, reference: str | Sequence[str]) -> NgramCounts:
    """Return the n-gram counts of one answer."""
    references = (reference,) if isinstance(reference, str) else tuple(reference)
    return count_ngrams(prediction=prediction, reference=reference_ngrams(references))


def bleu_of_counts(counts: NgramCounts) -> float:
    """Return the BLEU-4 of a pair's counts, or of a corpus's summed counts."""
    penalty = brevity_penalty(
        prediction_length=counts.prediction_length, reference_length=counts.reference_length
    )
    return penalty * geometric_mean(counts.matched, counts.predicted)


BLEU = Metric(
    "bleu",
    "BLEU-4 on white-space tokens, no smoothing, 0 to 1",
    (Measure("bleu", "BLEU", True, "BLEU-4 of each pair"),),
    Counting(
        count=lambda faithful, **pair: bleu_counts(**pair),
        values=lambda counts: {"bleu": bleu_of_counts(counts)},
        of_json=ngrams_of_json,
        corpus=lambda counts: bleu_of_counts(add_counts(counts)),
    ),
)
