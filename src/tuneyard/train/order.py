"""The order in which examples are seen: a function of seed and epoch alone.

Trainer's own length-grouping sampler draws from the global random state, so a resumed run would
see another order than the interrupted one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

# Batches that are sorted by length together: enough for little padding, few enough to stay random.
_WINDOW = 50


class EpochOrder(Sampler[int]):
    """A seeded permutation for each epoch, optionally with batches of similar length.

    Args:
        lengths: tokens of each example.
        batch_size: examples that belong together: a batch for each worker.
        whole: leave out what fills no batch at an epoch's end.
        group: sort by length within windows of 50 batches, then shuffle the batches.
        seed: together with the epoch it fixes the order.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        batch_size: int,
        group: bool,
        seed: int,
        *,
        whole: bool = False,
    ) -> None:
        self._lengths = np.asarray(lengths)
        self._batch_size = batch_size
        self._group = group
        self._seed = seed
        self._epoch = 0
        self._count = len(lengths) - (len(lengths) % batch_size if whole else 0)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration belongs to, from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        generator = np.random.default_rng([self._seed, self._epoch])
        order = generator.permutation(len(self._lengths))
        if not self._group:
            return iter(order[: self._count].tolist())
        size = self._batch_size
        window = size * _WINDOW
        full: list[list[int]] = []
        rest: list[int] = []
        for start in range(0, len(order), window):
            part = order[start : start + window]
            part = part[np.argsort(self._lengths[part], kind="stable")].tolist()
            for first in range(0, len(part), size):
                batch = part[first : first + size]
                if len(batch) == size:
                    full.append(batch)
                else:
                    rest = batch
        # A short batch stays last: in front it would shift the bounds of all that follow.
        shuffled = [full[index] for index in generator.permutation(len(full))]
        return iter([index for batch in [*shuffled, rest] for index in batch][: self._count])
