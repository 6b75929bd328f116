"""chrF (Popović 2015): F-score of character n-grams, recall weighed twice; sacreBLEU computes it.

Orders 1 to 6, white space left out, on a scale of 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from tuneyard.metrics.record import Value


def count(*, prediction: str, reference: str, faithful: bool = False) -> list[str]:
    """See ``TextMetric``: the texts themselves, since sacreBLEU's own counts are private."""
    return [prediction, reference]


def values(counts: Sequence[str], *, faithful: bool = False) -> dict[str, Value]:
    """See ``TextMetric``."""
    prediction, reference = counts
    return {"chrf": _chrf().sentence_score(prediction, [reference]).score / 100}


def corpus(counts: Sequence[Sequence[str]], *, faithful: bool = False) -> float:
    """See ``CorpusMetric``."""
    predictions, references = zip(*counts, strict=True)
    return float(_chrf().corpus_score(predictions, [references]).score) / 100


def of_json(item: list[str]) -> list[str]:
    """See ``TextMetric``."""
    return item


@cache
def _chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()
