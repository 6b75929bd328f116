"""Scores pairs of a prediction and a reference by the metrics that only read text."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from tuneyard.metrics import Value, text_metrics
from tuneyard.score.corpus import Counts

_LARGEST_CHUNK = 64
# Starting processes takes as long as scoring about so many pairs.
_FEWEST_FOR_PROCESSES = 1000
_CHUNKS_A_WORKER = 4
_HASH_SEED = "PYTHONHASHSEED"


class Pair(NamedTuple):
    """An answer, and what it is held against."""

    prediction: str
    reference: str


class PairScore(NamedTuple):
    """A pair's values by metric key, and the counts that corpus scores sum."""

    values: dict[str, Value]
    counts: Counts


def score_pairs(
    pairs: Sequence[Pair],
    *,
    metrics: frozenset[str],
    faithful: bool = False,
    workers: int = 1,
) -> list[PairScore]:
    """Score pairs by those metrics that only read text.

    Args:
        faithful: CodeBLEU as the published package computes it; its data flow depends on the hash
            seed, so that a process with another seed than 0 starts one with it.
        workers: processes, for many pairs.
    """
    if not text_metrics(metrics):
        return [PairScore({}, {})] * len(pairs)
    if len(pairs) < _FEWEST_FOR_PROCESSES:
        workers = 1
    parts = chunks([pair.reference for pair in pairs], workers)
    tasks = [[pairs[place] for place in part] for part in parts]
    found: dict[int, PairScore] = {}
    score = partial(_score, metrics=metrics, faithful=faithful)
    unseeded = faithful and "codebleu" in metrics and os.environ.get(_HASH_SEED) != "0"
    if workers > 1 or unseeded:
        scored = _scored_elsewhere(tasks, score, workers)
    else:
        scored = map(score, tasks)
    for part, scores in zip(parts, scored, strict=True):
        found.update(zip(part, scores, strict=True))
    return [found[place] for place in range(len(pairs))]


def chunks(references: Sequence[str], workers: int) -> list[list[int]]:
    """Split the places of pairs for processes; equal references stand together.

    What is read of a reference is remembered, and each process has to read it for itself.
    """
    first: dict[str, int] = {}
    places = sorted(
        range(len(references)), key=lambda place: first.setdefault(references[place], place)
    )
    size = min(_LARGEST_CHUNK, max(1, math.ceil(len(places) / (workers * _CHUNKS_A_WORKER))))
    return [places[start : start + size] for start in range(0, len(places), size)]


def _scored_elsewhere(
    tasks: Sequence[Sequence[Pair]],
    score: Callable[[Sequence[Pair]], list[PairScore]],
    workers: int,
) -> Iterator[list[PairScore]]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, not forked: the caller may hold threads of torch or Ray.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        with _hash_seed_0():
            found = pool.map(score, tasks)  # starts the processes
        yield from found


@contextmanager
def _hash_seed_0() -> Iterator[None]:
    """Let processes that are started meanwhile have hash seed 0."""
    before = os.environ.get(_HASH_SEED)
    os.environ[_HASH_SEED] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_HASH_SEED]
        else:
            os.environ[_HASH_SEED] = before


def _score(pairs: Sequence[Pair], *, metrics: frozenset[str], faithful: bool) -> list[PairScore]:
    chosen = text_metrics(metrics)
    found = []
    for prediction, reference in pairs:
        values: dict[str, Value] = {}
        counts: dict[str, Any] = {}
        for name, text in chosen.items():
            own = text.count(prediction=prediction, reference=reference, faithful=faithful)
            values.update(text.values(own))
            if text.corpus is not None:
                counts[name] = own
        found.append(PairScore(values, counts))
    return found
