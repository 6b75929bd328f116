"""Batches of prompts of similar length; where a GPU's memory does not hold one, its halves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

Run = Callable[[list[list[int]], list[int] | None], list[list[int]]]


def in_batches(
    prompts: Sequence[list[int]], seeds: Sequence[int] | None, size: int, run: Run
) -> list[list[int]]:
    """Return what ``run`` gives for each prompt, in order.

    Args:
        seeds: one a prompt, or None.
        size: prompts of a batch, at most.
        run: answers the prompts of a batch, with their seeds.
    """
    order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
    answers: dict[int, list[int]] = {}
    for start in range(0, len(order), size):
        chunk = order[start : start + size]
        own = None if seeds is None else [seeds[i] for i in chunk]
        answers.update(zip(chunk, _halved([prompts[i] for i in chunk], own, run), strict=True))
    return [answers[i] for i in range(len(prompts))]


def _halved(prompts: list[list[int]], seeds: list[int] | None, run: Run) -> list[list[int]]:
    try:
        return run(prompts, seeds)
    except torch.cuda.OutOfMemoryError:
        if len(prompts) == 1:
            raise
    torch.cuda.empty_cache()
    half = len(prompts) // 2
    first, second = (None, None) if seeds is None else (seeds[:half], seeds[half:])
    return [*_halved(prompts[:half], first, run), *_halved(prompts[half:], second, run)]


def padded(prompts: list[list[int]], pad: int, device: torch.device) -> tuple[torch.Tensor, ...]:
    """Pad on the left; return token ids and mask, both (rows, longest prompt)."""
    width = max(len(ids) for ids in prompts)
    inputs = [[pad] * (width - len(ids)) + ids for ids in prompts]
    mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
    return torch.tensor(inputs, device=device), torch.tensor(mask, device=device)
