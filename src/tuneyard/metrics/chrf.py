"""chrF (Popović 2015): F-score of character n-grams, recall weighed twice; sacreBLEU computes it.

Orders 1 to 6, white space left out, on a scale of 0 to 1. The counts are the texts themselves,
since sacreBLEU's own are private.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from tuneyard.metrics.record import Counting, Measure, Metric


def _corpus(texts: Sequence[Sequence[str]]) -> float:
    predictions, references = zip(*texts, strict=True)
    return float(_chrf().corpus_score(predictions, [references]).score) / 100


@cache
def _chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()


CHRF = Metric(
    "chrf",
    "chrF: F-score of character n-grams, 0 to 1",
    (Measure("chrf", "chrF", True, "F-score of character n-grams (Popović 2015)"),),
    Counting(
        count=lambda prediction, reference, faithful: [prediction, reference],
        values=lambda texts: {"chrf": _chrf().sentence_score(texts[0], texts[1:]).score / 100},
        corpus=_corpus,
    ),
)
