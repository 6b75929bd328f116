"""Scores over all answers at once, from the counts of each: counted where the answer is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuneyard.metrics import text_metrics

Counts = Mapping[str, Any]
"""What one answer adds to the scores over all, by metric."""


def counts_of_json(item: Counts) -> Counts:
    """Return the counts that JSON turned into lists."""
    metrics = text_metrics(item)
    return {name: metrics[name].of_json(own) for name, own in item.items()}


def corpus_scores(counts: Sequence[Counts], metrics: Sequence[str]) -> dict[str, float | None]:
    """Return the score of one call over all answers, of those metrics that have one.

    Args:
        counts: of every answer, in order, with those of all the metrics.
        metrics: names of metrics; None is the score of a metric where there is no answer.
    """
    found: dict[str, float | None] = {}
    for name, text in text_metrics(metrics).items():
        if text.corpus is not None:
            own = [each[name] for each in counts if name in each]
            found[name] = text.corpus(own) if own else None
    return found
