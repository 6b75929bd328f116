"""Draws follow the distribution that temperature, top_k and top_p leave."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tuneyard.config import Decoding
from tuneyard.generate.sampling import next_tokens, uniforms

PROBABILITIES = torch.tensor([0.1, 0.4, 0.2, 0.3])


def shares(decoding: Decoding, draws: int = 4000) -> list[float]:
    """Return each token's share over evenly spread uniform numbers."""
    uniform = (torch.arange(draws, dtype=torch.float64) + 0.5) / draws
    tokens = next_tokens(PROBABILITIES.log().expand(draws, -1), decoding, uniform)
    return (torch.bincount(tokens, minlength=4) / draws).tolist()


@pytest.mark.parametrize(
    ("decoding", "expected"),
    [
        (Decoding(temperature=1), [0.1, 0.4, 0.2, 0.3]),
        (Decoding(temperature=0.5), [1 / 30, 16 / 30, 4 / 30, 9 / 30]),
        (Decoding(temperature=1, top_k=2), [0, 4 / 7, 0, 3 / 7]),
        (Decoding(temperature=1, top_p=0.65), [0, 4 / 7, 0, 3 / 7]),
        (Decoding(temperature=1, top_p=0.75), [0, 4 / 9, 2 / 9, 3 / 9]),
        (Decoding(temperature=1, top_k=3, top_p=0.5), [0, 4 / 7, 0, 3 / 7]),
        (Decoding(temperature=1, top_p=0.01), [0, 1, 0, 0]),
        (Decoding(temperature=1, top_k=99), [0.1, 0.4, 0.2, 0.3]),
    ],
)
def test_shares_are_the_restricted_probabilities(decoding: Decoding, expected: list[float]) -> None:
    assert shares(decoding) == pytest.approx(expected, abs=1e-3)


def test_greedy_takes_the_likeliest() -> None:
    assert next_tokens(PROBABILITIES[None], Decoding(), None).tolist() == [1]


@pytest.mark.parametrize("uniform", [0.0, np.nextafter(1.0, 0.0)])
def test_the_ends_of_the_interval_hit_possible_tokens(uniform: float) -> None:
    logits = torch.tensor([[-torch.inf, 0.0, 1.0, -torch.inf]])
    token = next_tokens(
        logits, Decoding(temperature=1), torch.tensor([uniform], dtype=torch.float64)
    )
    assert token.item() in (1, 2)


def test_a_row_of_uniforms_depends_on_its_seed_alone() -> None:
    both = uniforms([3, 4], 8)
    assert both.shape == (2, 8)
    assert (uniforms([4], 8)[0] == both[1]).all()
    assert (both[0] != both[1]).all()
    assert uniforms([], 8).shape == (0, 8)
