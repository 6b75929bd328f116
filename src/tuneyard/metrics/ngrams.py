"""Modified n-gram counts, shared by BLEU and the two n-gram parts of CodeBLEU.

Tokens are ``str.split()`` words. Counts are kept apart from the score so that a corpus score is the
score of the summed counts, and so that a reference is counted once however many answers it has.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

_Number = TypeVar("_Number", int, float)
ORDERS = 4
Ngram = str | tuple[str, ...]
"""A word, or a tuple of several."""


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


def ngrams_of_json(item: Sequence[Any]) -> NgramCounts:
    """Return the counts that JSON turned into lists."""
    matched, predicted, *lengths = item
    return NgramCounts(tuple(matched), tuple(predicted), *lengths)


class ReferenceNgrams(NamedTuple):
    """The n-grams of one task's reference or references; ``counts[n - 1]`` is for order n."""

    counts: tuple[Counter[Ngram], ...]
    lengths: tuple[int, ...]


@lru_cache(maxsize=2048)
def reference_ngrams(references: tuple[str, ...]) -> ReferenceNgrams:
    """Count the n-grams of the references; the highest count over them is kept."""
    texts = [text.split() for text in references]
    merged = [Counter(ngrams(texts[0], order)) for order in range(1, ORDERS + 1)]
    for tokens in texts[1:]:
        for order, counts in enumerate(merged, 1):
            counts |= Counter(ngrams(tokens, order))
    return ReferenceNgrams(tuple(merged), tuple(len(tokens) for tokens in texts))


def ngrams(tokens: Sequence[str], order: int) -> Iterable[Ngram]:
    if order == 1:
        return tokens
    return zip(*[tokens[start:] for start in range(order)], strict=False)


def shared_ngrams(tokens: Sequence[str], reference: ReferenceNgrams) -> list[Counter[Ngram]]:
    """Return, per order, how often the tokens have each n-gram that the reference has, too."""
    found: list[Counter[Ngram]] = []
    for order, known in enumerate(reference.counts, 1):
        # Only n-grams that the reference has are counted, so a huge prediction costs no memory;
        # and without a shared n-gram there is no longer one.
        shared = not found or found[-1]
        found.append(Counter(filter(known.__contains__, ngrams(tokens, order)) if shared else ()))
    return found


def count_ngrams(*, prediction: str, reference: ReferenceNgrams) -> NgramCounts:
    """Count the n-grams of a prediction against its reference."""
    tokens = prediction.split()
    return counts_of_shared(shared_ngrams(tokens, reference), len(tokens), reference)


def counts_of_shared(
    shared: Sequence[Counter[Ngram]], size: int, reference: ReferenceNgrams
) -> NgramCounts:
    """Return the counts of a prediction of ``size`` tokens with these shared n-grams."""
    matched = map(_clipped, shared, reference.counts)
    closest = min(reference.lengths, key=lambda length: (abs(length - size), length))
    predicted = [max(1, size - order) for order in range(ORDERS)]
    return NgramCounts(tuple(matched), tuple(predicted), size, closest)


def _clipped(counts: Counter[Ngram], known: Counter[Ngram]) -> int:
    total = sum(counts.values())
    if total == len(counts):
        return total
    return total - sum([n - known[gram] for gram, n in counts.items() if n > 1 and n > known[gram]])


def add_counts(counts: Sequence[NgramCounts]) -> NgramCounts:
    """Sum the counts of a corpus."""
    matched, predicted, sizes, lengths = zip(*counts, strict=True)
    return NgramCounts(column_sums(matched), column_sums(predicted), sum(sizes), sum(lengths))


def column_sums(rows: Iterable[Iterable[_Number]]) -> tuple[_Number, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))


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
