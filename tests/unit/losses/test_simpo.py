"""SimPO rewards log-probabilities a token, beyond a margin, whatever a reference says."""

from __future__ import annotations

import math

import pytest
import torch

from tuneyard.config import Dpo
from tuneyard.errors import UserError
from tuneyard.losses import LOSSES, PairBatch


def loss(reference: float = 0.0, **settings: float) -> list[float]:
    pairs = PairBatch(
        *(torch.tensor(one) for one in ([-6.0, -2.0], [-4.0, -9.0])),
        *(torch.full((2,), reference) for _ in range(2)),
        *(torch.tensor(one) for one in ([3, 1], [2, 3])),
    )
    found: list[float] = LOSSES["simpo"].function(pairs, Dpo(loss=["simpo"], **settings)).tolist()
    return found


def test_its_values_are_the_papers() -> None:
    # A token: -2 and -2 in the first pair, -2 and -3 in the second.
    wanted = [math.log1p(math.exp(-(2 * margin - 0.7))) for margin in (0.0, 1.0)]
    assert loss(beta=2.0, simpo_gamma=0.7) == pytest.approx(wanted)


def test_it_has_no_reference() -> None:
    assert loss(beta=2.0, reference=-3.0) == loss(beta=2.0)


def test_its_margin_is_no_other_losses(tmp_path) -> None:
    from tuneyard.config.load import load

    study = tmp_path / "study.yaml"
    study.write_text("study: x\nmodels: [embedded]\ndata: {d: {source: cocobots, order: first}}\n")
    with pytest.raises(UserError, match="goes with the loss 'simpo'"):
        load(study, ["dpo.simpo_gamma=1"])
    assert load(study, ["dpo={loss: [simpo], beta: 2, simpo_gamma: 1}"]).dpo.simpo_gamma == 1
    plain, other = Dpo(beta=2), Dpo(beta=2, loss=["simpo"])
    assert "simpo_gamma" not in plain.relevant()
    assert other.relevant()["simpo_gamma"] == 0.5
