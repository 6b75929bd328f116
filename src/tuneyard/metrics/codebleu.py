"""CodeBLEU (Ren et al. 2020, arXiv:2009.10297) for Python, its four components kept apart.

The components are those of the package ``codebleu`` 0.7.0, to the digit where it is deterministic.
Two things differ, unless ``faithful`` is asked for:

- The package scores ``dataflow or 1``: a reference without data flow, and also an answer whose data
  flow matches in nothing, count as a full match, so garbage scores 0.25. Here no match is 0, and
  no data flow in the reference is None (missing): the other components' weights then sum to 1.
- The package's data flow changes by about 0.001 with ``PYTHONHASHSEED``; here it does not.

Kept as the package has it, so that components stay comparable with published ones: text is
stripped; tokens are ``str.split()`` words; 0.1 stands in for an n-gram order without a match; the
weighted part takes every reference for two tokens long, so its brevity penalty hardly ever acts;
the syntax part counts the *reference's* subtrees found anywhere in the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from tuneyard.borrowed import python_keywords
from tuneyard.metrics.ngrams import (
    Ngram,
    NgramCounts,
    add_counts,
    brevity_penalty,
    column_sums,
    counts_of_shared,
    geometric_mean,
    ngrams_of_json,
    reference_ngrams,
    shared_ngrams,
)
from tuneyard.metrics.program_tree import program_tree
from tuneyard.metrics.record import Value

WEIGHT = 0.25
_KEYWORD_WEIGHT, _WORD_WEIGHT = 1, 0.2
_EPSILON = 0.1
_WEIGHTED_REFERENCE_LENGTH = 2


class CodeBleu(NamedTuple):
    """Scores from 0 to 1; None where a component, or all of it, is missing."""

    codebleu: float | None
    ngram: float
    weighted: float
    syntax: float | None
    dataflow: float | None


class CodeBleuCounts(NamedTuple):
    """The counts of one (prediction, reference) pair, from which pair and corpus scores follow.

    Attributes:
        ngrams: BLEU's counts.
        weighted_matched: per order 1-4, the reference's n-grams found, order 1 by keyword weight.
        weighted_total: per order, the reference's n-grams, at least 1 for each pair.
        syntax: the reference's subtrees found, and in all.
        dataflow: the reference's data-flow edges found, and in all.
    """

    ngrams: NgramCounts
    weighted_matched: tuple[float, ...]
    weighted_total: tuple[float, ...]
    syntax: tuple[int, int]
    dataflow: tuple[int, int]


def codebleu(*, prediction: str, reference: str, faithful: bool = False) -> CodeBleu:
    """Return the CodeBLEU of one answer. ``faithful`` reproduces the published package."""
    counts = codebleu_counts(prediction=prediction, reference=reference, faithful=faithful)
    return codebleu_of_counts([counts], faithful=faithful)


def codebleu_corpus(
    *, predictions: Sequence[str], references: Sequence[str], faithful: bool = False
) -> CodeBleu | None:
    """Return the CodeBLEU of one call over all pairs (counts summed); None without pairs.

    It is not the mean of the pairs' own scores.
    """
    if not predictions and not references:
        return None
    counts = [
        codebleu_counts(prediction=text, reference=target, faithful=faithful)
        for text, target in zip(predictions, references, strict=True)
    ]
    return codebleu_of_counts(counts, faithful=faithful)


def count(*, prediction: str, reference: str, faithful: bool = False) -> CodeBleuCounts:
    """See ``TextMetric``."""
    return codebleu_counts(prediction=prediction, reference=reference, faithful=faithful)


def values(counts: CodeBleuCounts, *, faithful: bool = False) -> dict[str, Value]:
    """See ``TextMetric``."""
    score = codebleu_of_counts([counts], faithful=faithful)
    parts = {f"codebleu_{part}": getattr(score, part) for part in score._fields[1:]}
    return {"codebleu": score.codebleu, **parts}


def corpus(counts: Sequence[CodeBleuCounts], *, faithful: bool = False) -> float | None:
    """See ``CorpusMetric``."""
    return codebleu_of_counts(counts, faithful=faithful).codebleu


def of_json(item: Any) -> CodeBleuCounts:
    """See ``TextMetric``."""
    ngrams, *parts = item
    return CodeBleuCounts(ngrams_of_json(ngrams), *map(tuple, parts))


def codebleu_counts(*, prediction: str, reference: str, faithful: bool = False) -> CodeBleuCounts:
    """Return the counts of one pair; a reference's own counts are computed once and kept."""
    prediction, reference = prediction.strip(), reference.strip()
    expected = program_tree(reference, faithful=faithful)
    answer = program_tree(prediction, faithful=faithful)
    target = reference_ngrams((reference,))
    weighted, totals = _weighted_words(reference)
    tokens = prediction.split()
    shared = shared_ngrams(tokens, target)
    ngrams = counts_of_shared(shared, len(tokens), target)
    words = shared[0]
    found: float = 0
    for word, count, weight in weighted:
        if word in words:
            found += min(count, words[word]) * weight
    return CodeBleuCounts(
        ngrams=ngrams,
        weighted_matched=(found, *ngrams.matched[1:]),
        weighted_total=totals,
        syntax=(
            sum(map(expected.subtrees.__getitem__, expected.subtrees.keys() & answer.subtrees)),
            expected.subtrees.total(),
        ),
        dataflow=(
            sum(min(expected.flow[e], answer.flow[e]) for e in expected.flow.keys() & answer.flow),
            expected.flow.total(),
        ),
    )


def codebleu_of_counts(counts: Sequence[CodeBleuCounts], *, faithful: bool = False) -> CodeBleu:
    """Return the score of the summed counts of at least one pair."""
    ngrams, found, there, subtrees, edges = zip(*counts, strict=True)
    summed = add_counts(ngrams)
    size = summed.prediction_length
    ngram = brevity_penalty(
        prediction_length=size, reference_length=summed.reference_length
    ) * geometric_mean(summed.matched, summed.predicted, epsilon=_EPSILON)
    weighted = brevity_penalty(
        prediction_length=size, reference_length=_WEIGHTED_REFERENCE_LENGTH * len(counts)
    ) * geometric_mean(column_sums(found), column_sums(there), epsilon=_EPSILON)
    syntax, dataflow = _share(subtrees), _share(edges)
    if faithful:
        syntax, dataflow = syntax or 0.0, dataflow or 0.0
        score = WEIGHT * ngram + WEIGHT * weighted + WEIGHT * syntax + WEIGHT * (dataflow or 1)
        return CodeBleu(score, ngram, weighted, syntax, dataflow)
    present = [part for part in (ngram, weighted, syntax, dataflow) if part is not None]
    score = sum(WEIGHT * part for part in present) / (WEIGHT * len(present))
    return CodeBleu(score, ngram, weighted, syntax, dataflow)


def _share(counts: Iterable[tuple[int, int]]) -> float | None:
    found, there = column_sums(counts)
    return found / there if there else None


@lru_cache(maxsize=2048)
def _weighted_words(
    reference: str,
) -> tuple[list[tuple[Ngram, int, float]], tuple[float, ...]]:
    """Return each word with its count and weight and, per order, the n-grams there are to find."""
    keywords = _keywords()
    words, *longer = reference_ngrams((reference,)).counts
    weighted = [
        (word, count, _KEYWORD_WEIGHT if word in keywords else _WORD_WEIGHT)
        for word, count in words.items()
    ]
    total: float = 0
    for _, count, weight in weighted:
        total += count * weight
    return weighted, (max(1, total), *(max(1, order.total()) for order in longer))


_keywords = cache(python_keywords)
