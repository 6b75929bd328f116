"""The order of examples: complete, seeded, grouped by length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuneyard.train.order import EpochOrder

LENGTHS = st.lists(st.integers(1, 500), min_size=1, max_size=700)


def order(lengths: list[int], size: int, group: bool, seed: int, epoch: int) -> list[int]:
    sampler = EpochOrder(lengths, size, group, seed)
    sampler.set_epoch(epoch)
    return list(sampler)


@given(LENGTHS, st.integers(1, 9), st.booleans(), st.integers(0, 3), st.integers(0, 3))
def test_every_example_comes_once_and_the_order_follows_from_seed_and_epoch(
    lengths: list[int], size: int, group: bool, seed: int, epoch: int
) -> None:
    first = order(lengths, size, group, seed, epoch)
    assert sorted(first) == list(range(len(lengths)))
    assert first == order(lengths, size, group, seed, epoch)


@given(LENGTHS, st.integers(1, 9), st.booleans(), st.integers(0, 3))
def test_whole_batches_are_those_of_the_same_order(
    lengths: list[int], size: int, group: bool, seed: int
) -> None:
    sampler = EpochOrder(lengths, size, group, seed, whole=True)
    found = list(sampler)
    assert len(found) == len(sampler) == len(lengths) // size * size
    assert found == order(lengths, size, group, seed, 0)[: len(found)]


def test_epochs_and_seeds_differ() -> None:
    lengths = list(range(100))
    seen = {tuple(order(lengths, 4, True, seed, epoch)) for seed in (0, 1) for epoch in (0, 1)}
    assert len(seen) == 4


def test_grouping_saves_padding_and_keeps_batches_in_random_order() -> None:
    lengths = [(n * 37) % 101 + 1 for n in range(403)]

    def batches(group: bool) -> list[list[int]]:
        found = [lengths[index] for index in order(lengths, 4, group, 0, 0)]
        return [found[start : start + 4] for start in range(0, len(found), 4)]

    padding = {
        group: sum(max(batch) * len(batch) - sum(batch) for batch in batches(group))
        for group in (True, False)
    }
    assert padding[True] < 0.2 * padding[False]
    longest = [max(batch) for batch in batches(True)]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))
