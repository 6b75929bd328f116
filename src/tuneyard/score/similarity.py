"""BERTScore and CodeBERTScore of score rows: answers against their references."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuneyard.config import Encoder, Encoders
from tuneyard.metrics import METRICS, Metric
from tuneyard.metrics.bertscore import BertScorer, chunks
from tuneyard.metrics.matching import BertScore
from tuneyard.metrics.texts import Pair

if TYPE_CHECKING:
    from tuneyard.score.rows import ScoreRow

Values = dict[str, float | None]
ScoreChunks = Callable[[BertScorer, Sequence[list[Pair]]], Iterable[tuple[int, list[BertScore]]]]
"""Takes the chunks of pairs and yields (number of the chunk, scores of its pairs)."""


def similarity(
    calls: Sequence[Sequence[ScoreRow]],
    *,
    metric: str,
    encoder: Encoder,
    faithful: bool = False,
    device: str | None = None,
    score_chunks: ScoreChunks | None = None,
) -> list[list[Values]]:
    """Score rows by one encoder; each distinct text is embedded once for all calls.

    Args:
        calls: rows that the metric's package would be given in one call (an arm's answers).
        metric: ``bertscore`` or ``codebertscore``.
        faithful: as the package scores a call, where a pair's values depend on the others, a little
            (see ``tuneyard.metrics.texts``); else they depend on the pair alone.
        device: a torch device; None: a GPU where there is one.
        score_chunks: scores the pairs; None: in this process, chunk by chunk.

    Returns:
        Each row's values by key; one that is no number is None.

    Raises:
        UserError: the encoder cannot be loaded.
    """
    scorer = bert_scorer(metric, encoder, device)
    pairs = [
        scorer.texts.pairs(
            [row.prediction for row in rows], [row.reference for row in rows], faithful=faithful
        )
        for rows in calls
    ]
    parts = list(chunks(scorer.texts, [pair for own in pairs for pair in own]))
    found: dict[Pair, Values] = {}
    for number, scores in (score_chunks or _here)(scorer, parts):
        for pair, score in zip(parts[number], scores, strict=True):
            found[pair] = _values(metric, score)
    return [[found[pair] for pair in own] for own in pairs]


def row_values(
    rows: Sequence[ScoreRow],
    metrics: Sequence[Metric],
    encoders: Mapping[str, Encoder],
    faithful: bool,
    device: str | None,
) -> list[dict[str, Any]]:
    """Return each row's values of those metrics that need an encoder, all rows as one call."""
    found: list[dict[str, Any]] = [{} for _ in rows]
    for metric in metrics:
        if metric.encoder:
            encoder = encoders.get(metric.name) or getattr(Encoders(), metric.name)
            (values,) = similarity(
                [rows], metric=metric.name, encoder=encoder, faithful=faithful, device=device
            )
            for row, own in zip(found, values, strict=True):
                row.update(own)
    return found


def bert_scorer(metric: str, encoder: Encoder, device: str | None = None) -> BertScorer:
    """Return the scorer of a metric; its tokenizer is loaded, its model not yet."""
    kind = METRICS[metric].encoder
    assert kind is not None
    return BertScorer(
        encoder.path, kind, layer=encoder.layer, device=device, revision=encoder.revision
    )


def _here(scorer: BertScorer, parts: Sequence[list[Pair]]) -> Iterable[tuple[int, list[BertScore]]]:
    for number, part in enumerate(parts):
        yield number, scorer.score_pairs(part)


def _values(metric: str, score: BertScore) -> Values:
    found = dataclasses.asdict(score)
    values = {key: float(found[key.rpartition("_")[2]]) for key in METRICS[metric].keys}
    return {key: value if math.isfinite(value) else None for key, value in values.items()}
