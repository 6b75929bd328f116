"""Scores over all answers at once, from the counts of each: counted where the answer is scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tuneyard.metrics.codebleu import CodeBleuCounts
from tuneyard.metrics.ngrams import NgramCounts


class Counts(NamedTuple):
    """What one answer adds to the corpus scores; None: the metric was not asked for."""

    bleu: NgramCounts | None = None
    codebleu: CodeBleuCounts | None = None


def counts_of_json(item: Sequence[Any]) -> Counts:
    """Return the counts that JSON turned into lists."""
    bleu, code = item
    if code is not None:
        ngrams, matched, total, syntax, dataflow = code
        code = CodeBleuCounts(
            _ngrams(ngrams), tuple(matched), tuple(total), tuple(syntax), tuple(dataflow)
        )
    return Counts(None if bleu is None else _ngrams(bleu), code)


def corpus_scores(
    counts: Sequence[Counts], metrics: Sequence[str], *, faithful: bool
) -> dict[str, float | None]:
    """Return the score of one call over all answers, of those metrics that have one.

    Args:
        counts: of every answer, in order, with those of all the metrics.
        metrics: names of metrics; None is the score of a metric where there is no answer.
        faithful: CodeBLEU as the published package computes it.
    """
    from tuneyard.metrics.bleu import bleu_of_counts
    from tuneyard.metrics.codebleu import codebleu_of_counts
    from tuneyard.metrics.ngrams import add_counts

    found: dict[str, float | None] = {}
    if "bleu" in metrics:
        ngrams = [own.bleu for own in counts if own.bleu is not None]
        found["bleu"] = bleu_of_counts(add_counts(ngrams)) if ngrams else None
    if "codebleu" in metrics:
        trees = [own.codebleu for own in counts if own.codebleu is not None]
        found["codebleu"] = codebleu_of_counts(trees, faithful=faithful).codebleu if trees else None
    return found


def _ngrams(item: Sequence[Any]) -> NgramCounts:
    matched, predicted, prediction_length, reference_length = item
    return NgramCounts(tuple(matched), tuple(predicted), prediction_length, reference_length)
