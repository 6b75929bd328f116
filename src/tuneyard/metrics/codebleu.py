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
from tuneyard.metrics.record import Counting, Measure, Metric, Value

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
        faithful: scored as the published package does.
    """

    ngrams: NgramCounts
    weighted_matched: tuple[float, ...]
    weighted_total: tuple[float, ...]
    syntax: tuple[int, int]
    dataflow: tuple[int, int]
    faithful: bool


def codebleu(*, prediction: str, reference: str, faithful: bool = False) -> CodeBleu:
    """Return the CodeBLEU of one answer. ``faithful`` reproduces the published package."""
    counts = codebleu_counts(prediction=prediction, reference=reference, faithful=faithful)
    return codebleu_of_counts([counts])


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
        faithful=faithful,
    )


def codebleu_of_counts(counts: Sequence[CodeBleuCounts]) -> CodeBleu:
    """Return the score of the summed counts of at least one pair."""
    ngrams, found, there, subtrees, edges, (faithful, *_) = zip(*counts, strict=True)
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
def _weighted_words(reference: str) -> tuple[list[tuple[Ngram, int, float]], tuple[float, ...]]:
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


def _values(counts: CodeBleuCounts) -> dict[str, Value]:
    parts = codebleu_of_counts([counts])._asdict()
    return {"codebleu": parts.pop("codebleu"), **{f"codebleu_{k}": v for k, v in parts.items()}}


def _of_json(item: Any) -> CodeBleuCounts:
    ngrams, *parts, faithful = item
    return CodeBleuCounts._make([ngrams_of_json(ngrams), *map(tuple, parts), faithful])


CODEBLEU = Metric(
    "codebleu",
    "CodeBLEU and its four components, 0 to 1",
    (
        Measure(
            *("codebleu", "CodeBLEU", True),
            "mean of n-gram, weighted n-gram, syntax and data-flow match (Ren et al. 2020)",
            language="python",
        ),
        Measure("codebleu_ngram", "CodeBLEU n-gram", language="python"),
        Measure("codebleu_weighted", "CodeBLEU weighted", language="python"),
        Measure("codebleu_syntax", "CodeBLEU syntax", language="python"),
        Measure(
            *("codebleu_dataflow", "CodeBLEU data flow", False),
            "missing where there is none",
            language="python",
        ),
    ),
    Counting(
        codebleu_counts, _values, _of_json, lambda counts: codebleu_of_counts(counts).codebleu
    ),
    packaged=True,
)
