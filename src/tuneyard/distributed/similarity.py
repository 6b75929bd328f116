"""BERTScore and CodeBERTScore through Ray Data: each worker holds the encoder, on a GPU if any."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tuneyard.base_models import portable
from tuneyard.config import Encoder, Resources
from tuneyard.distributed.batches import Batch, Lend
from tuneyard.distributed.pool import inference_workers, run_models
from tuneyard.metrics.bertscore import BertScorer
from tuneyard.metrics.matching import BertScore
from tuneyard.metrics.texts import Pair, Text
from tuneyard.score import ScoreRow
from tuneyard.score.similarity import Values, bert_scorer
from tuneyard.score.similarity import similarity as score_rows


def similarity(
    calls: Sequence[Sequence[ScoreRow]],
    *,
    metric: str,
    encoder: Encoder,
    faithful: bool,
    resources: Resources,
    on_progress: Callable[[int, int], None] | None = None,
    lend: Lend | None = None,
) -> list[list[Values]]:
    """Score as ``tuneyard.score.similarity`` does, in Ray Data workers; Ray must be running.

    Workers are the inference workers where those have GPUs, else the scoring workers. The pairs of
    one reference are scored by one worker, so that each reference is embedded once.

    Args:
        on_progress: called with (pairs done, pairs in all) as chunks come back.
        lend: see ``run_batches``.

    Raises:
        UserError: the encoder cannot be loaded.
    """
    encoder = portable(encoder)
    workers = (
        inference_workers(resources) if resources.gpus_per_worker else resources.scoring_workers
    )

    def score_chunks(
        scorer: BertScorer, parts: Sequence[list[Pair]]
    ) -> Iterator[tuple[int, list[BertScore]]]:
        total, done = sum(map(len, parts)), 0
        for number, results in run_models(
            [[dataclasses.asdict(pair) for pair in part] for part in parts],
            _Scorer,
            {"metric": metric, "encoder": encoder.model_dump()},
            workers=workers,
            resources=resources,
            lend=lend,
        ):
            done += len(results)
            if on_progress is not None:
                on_progress(done, total)
            yield number, [BertScore(*values) for values in results]

    return score_rows(
        calls, metric=metric, encoder=encoder, faithful=faithful, score_chunks=score_chunks
    )


class _Scorer:
    """A worker's encoder; see ``pool.Work``."""

    def __init__(self, metric: str, encoder: dict[str, Any]) -> None:
        self.scorer = bert_scorer(metric, Encoder(**encoder))

    def __call__(self, batch: Batch) -> Batch:
        pairs = [Pair(Text(**pair["prediction"]), Text(**pair["reference"])) for pair in batch]
        return [dataclasses.astuple(score) for score in self.scorer.score_pairs(pairs)]
