"""Muon: its update is near-orthogonal and it minimises."""

import torch

from tuneyard.embedded.optimizer import Muon, orthogonalise


def test_singular_values_come_near_one() -> None:
    torch.manual_seed(0)
    for shape in ((3, 24, 24), (2, 16, 48), (2, 48, 16)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)).float())
        # The smallest of a square random matrix may still be on its way up after five rounds.
        assert values.max() < 1.3
        assert values.median() > 0.6


def test_a_linear_map_is_learnt() -> None:
    torch.manual_seed(0)
    wanted, x = torch.randn(8, 6), torch.randn(64, 6)
    weight = torch.nn.Parameter(torch.zeros(8, 6))
    optimizer = Muon([weight], lr=0.05)
    losses = []
    for _ in range(150):
        loss = ((x @ weight.T - x @ wanted.T) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 20
