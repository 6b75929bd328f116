"""Reference log-probabilities through Ray Data: pairs of similar length, one policy a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuneyard.artifacts import fetch
from tuneyard.base_models import portable
from tuneyard.config import Model, Resources
from tuneyard.distributed.batches import Batch, Lend
from tuneyard.distributed.pool import inference_workers, run_models

# Fixed, so that the values hang on nothing but policy and pairs: other batches round otherwise.
_PAIRS = 8
_KEYS = ("prompt_ids", "chosen_ids", "rejected_ids")


def log_probabilities(
    columns: Sequence[Mapping[str, Any]],
    *,
    model: Model,
    adapter: str | None,
    resources: Resources,
    on_progress: Callable[[int, int], None] | None = None,
    lend: Lend | None = None,
) -> list[tuple[float, float]]:
    """Return each pair's log-probabilities, chosen and rejected, in nats; Ray must be running.

    Args:
        columns: tokenised pairs, as ``train.rows.dpo_columns`` returns them.
        adapter: a folder that workers can reach, absolute, or an fsspec URL; None: the base model.
        on_progress: called with (pairs done, pairs in all) as batches come back.
        lend: see ``run_batches``.

    Raises:
        UserError: the model or adapter cannot be loaded.
    """
    # Longest first: a batch that does not fit fails at once, and no straggler comes last.
    order = sorted(range(len(columns)), key=lambda place: -columns[place]["length"])
    chunks = [order[start : start + _PAIRS] for start in range(0, len(order), _PAIRS)]
    found: dict[int, tuple[float, float]] = {}
    for number, results in run_models(
        [[[columns[place][key] for key in _KEYS] for place in chunk] for chunk in chunks],
        _Scorer,
        {"model": portable(model).model_dump(), "adapter": adapter},
        workers=inference_workers(resources),
        resources=resources,
        lend=lend,
    ):
        for place, (chosen, rejected) in zip(chunks[number], results, strict=True):
            found[place] = (chosen, rejected)
        if on_progress is not None:
            on_progress(len(found), len(columns))
    return [found[place] for place in range(len(columns))]


class _Scorer:
    """A worker's reference policy; see ``pool.Work``."""

    def __init__(self, model: dict[str, Any], adapter: str | None) -> None:
        from tuneyard.train.reference import ReferencePolicy

        self.policy = ReferencePolicy(Model(**model), None if adapter is None else fetch(adapter))

    def __call__(self, batch: Batch) -> Batch:
        return [
            list(values)
            for values in self.policy([dict(zip(_KEYS, p, strict=True)) for p in batch])
        ]
