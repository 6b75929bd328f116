"""Modified n-gram counts, shared by BLEU and the two n-gram parts of CodeBLEU.

Tokens are ``str.split()`` words. Counts are kept apart from the score so that a corpus score is the
score of the summed counts, and so that a reference is counted once however many answers it has.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

ORDERS = 4


class NgramCounts(NamedTuple):
    """Counts of one (prediction, reference) pair, or their sums over a corpus.

    Attributes:
        matched: per order 1-4, predicted n-grams also in the reference (clipped).
        predicted: per order, n-grams of the prediction, at least 1 for each pair.
        prediction_length: tokens of the prediction.
        reference_length: tokens of the reference closest in length.
    """

    matched: tuple[int, ...]
    predicted: tuple[int, ...]
    prediction_length: int
    reference_length: int


class ReferenceNgrams(NamedTuple):
    """The n-grams of one task's reference or references; ``counts[n - 1]`` is for order n."""

    counts: tuple[Counter[tuple[str, ...]], ...]
    lengths: tuple[int, ...]


@lru_cache(maxsize=2048)
def reference_ngrams(references: tuple[str, ...]) -> ReferenceNgrams:
    """Count the n-grams of the references; the highest count over them is kept."""
    merged: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(ORDERS)]
    lengths = []
    for text in references:
        tokens = text.split()
        lengths.append(len(tokens))
        for order in range(1, ORDERS + 1):
            merged[order - 1] |= Counter(ngrams(tokens, order))
    return ReferenceNgrams(tuple(merged), tuple(lengths))


def ngrams(tokens: Sequence[str], order: int) -> zip[tuple[str, ...]]:
    return zip(*(tokens[start:] for start in range(order)), strict=False)


def clipped_matches(
    tokens: Sequence[str], reference: Counter[tuple[str, ...]], order: int
) -> dict[tuple[str, ...], int]:
    """Return min(count in tokens, count in reference) per shared n-gram, in reference order."""
    # Only n-grams that the reference has are counted, so a huge prediction costs no memory.
    counts = Counter(gram for gram in ngrams(tokens, order) if gram in reference)
    return {gram: min(n, counts[gram]) for gram, n in reference.items() if gram in counts}


def count_ngrams(*, prediction: str, reference: ReferenceNgrams) -> NgramCounts:
    """Count the n-grams of a prediction against its reference."""
    tokens = prediction.split()
    size = len(tokens)
    matched = tuple(
        sum(clipped_matches(tokens, reference.counts[order - 1], order).values())
        for order in range(1, ORDERS + 1)
    )
    closest = min(reference.lengths, key=lambda length: (abs(length - size), length))
    predicted = tuple(max(1, size - order + 1) for order in range(1, ORDERS + 1))
    return NgramCounts(matched, predicted, size, closest)


def add_counts(counts: Sequence[NgramCounts]) -> NgramCounts:
    """Sum the counts of a corpus."""
    return NgramCounts(
        tuple(sum(column) for column in zip(*(c.matched for c in counts), strict=True)),
        tuple(sum(column) for column in zip(*(c.predicted for c in counts), strict=True)),
        sum(c.prediction_length for c in counts),
        sum(c.reference_length for c in counts),
    )


def brevity_penalty(*, prediction_length: int, reference_length: int) -> float:
    """Return BLEU's brevity penalty (Papineni et al. 2002, section 2.2.2)."""
    if prediction_length > reference_length:
        return 1.0
    if prediction_length == 0:
        return 0.0
    return math.exp(1 - reference_length / prediction_length)


def geometric_mean(
    matched: Sequence[float], total: Sequence[float], *, epsilon: float | None = None
) -> float:
    """Return the geometric mean of matched / total over the orders; 0 where order 1 has no match.

    Args:
        epsilon: what a higher order without a match counts as (method 1 of Chen and Cherry 2014);
            None gives it the smallest normal float as its precision: no smoothing, as NLTK does.
    """
    if matched[0] == 0:
        return 0.0
    logs = []
    for hits, of in zip(matched, total, strict=True):
        if hits:
            precision = hits / of
        else:
            precision = sys.float_info.min if epsilon is None else epsilon / of
        logs.append(math.log(precision) / ORDERS)
    return math.exp(math.fsum(logs))
