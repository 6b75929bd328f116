"""BLEU-4 (Papineni et al. 2002) on ``str.split()`` tokens, without smoothing; sacreBLEU apart.

``bleu`` and ``bleu_corpus`` give NLTK's ``sentence_bleu`` and ``corpus_bleu`` to the digit
(uniform weights, no smoothing function) on a scale of 0 to 1. They are computed here because NLTK
takes seconds to import and the counts are shared with CodeBLEU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuneyard.metrics.ngrams import (
    NgramCounts,
    add_counts,
    brevity_penalty,
    count_ngrams,
    geometric_mean,
    ngrams_of_json,
    reference_ngrams,
)
from tuneyard.metrics.record import Value


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


def bleu_corpus(
    *, predictions: Sequence[str], references: Sequence[str | Sequence[str]]
) -> float | None:
    """Return corpus BLEU-4, 0 to 1: n-gram counts summed over all pairs; None without pairs.

    It is not the mean of the answers' own scores.
    """
    if not predictions and not references:
        return None
    pairs = zip(predictions, references, strict=True)
    return bleu_of_counts(
        add_counts([bleu_counts(prediction=text, reference=target) for text, target in pairs])
    )


def count(*, prediction: str, reference: str, faithful: bool = False) -> NgramCounts:
    """See ``TextMetric``."""
    return bleu_counts(prediction=prediction, reference=reference)


def values(counts: NgramCounts, *, faithful: bool = False) -> dict[str, Value]:
    """See ``TextMetric``."""
    return {"bleu": bleu_of_counts(counts)}


def corpus(counts: Sequence[NgramCounts], *, faithful: bool = False) -> float:
    """See ``CorpusMetric``."""
    return bleu_of_counts(add_counts(counts))


def of_json(item: Any) -> NgramCounts:
    """See ``TextMetric``."""
    return ngrams_of_json(item)


def sacrebleu_corpus(
    *,
    predictions: Sequence[str],
    references: Sequence[str | Sequence[str]],
    tokenize: str = "13a",
) -> float | None:
    """Return sacreBLEU's corpus score (Post 2018), 0 to 100, with its own tokenizer and smoothing.

    Args:
        references: one reference, or equally many references, for each prediction.
        tokenize: ``13a``, ``intl``, ``none``, …: a tokenizer's name in sacreBLEU.
    """
    if not predictions and not references:
        return None
    from sacrebleu.metrics import BLEU

    rows = [(text,) if isinstance(text, str) else tuple(text) for text in references]
    if len(rows) != len(predictions):
        raise ValueError(f"{len(predictions)} predictions but {len(rows)} references")
    streams = [list(stream) for stream in zip(*rows, strict=True)]
    return float(BLEU(tokenize=tokenize).corpus_score(list(predictions), streams).score)
