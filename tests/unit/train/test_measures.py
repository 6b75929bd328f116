"""What is logged of preference pairs are means a pair and a token."""

from __future__ import annotations

import pytest
import torch

from tuneyard.losses import PairBatch
from tuneyard.train.measures import Sums


def sums() -> Sums:
    pairs = PairBatch(
        *(torch.tensor(one) for one in ([-6.0, -2.0], [-4.0, -9.0])),
        *(torch.tensor(one) for one in ([-7.0, -1.0], [-4.0, -8.5])),
        *(torch.tensor(one) for one in ([3, 1], [2, 3])),
    )
    # Two chosen rows, then two rejected ones; the first token of a row is never predicted.
    mask = torch.tensor([[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]])
    likeliest = torch.tensor([[1, 0, 1], [1, 1, 0], [1, 1, 1], [1, 1, 1]]).bool()
    inputs = {"completion_mask": mask, "attention_mask": torch.ones(4, 4)}
    return Sums(*Sums.of_batch(pairs, likeliest, inputs).tolist())


def test_each_sum_is_over_all_pairs() -> None:
    assert sums() == (-8.0, -13.0, 0.0, -0.5, 4, 5, 1, 2, 2, 16)


def test_rewards_are_implied_only_against_a_reference() -> None:
    bare, whole = (sums().measures(0.2, reference=one) for one in (False, True))
    assert bare == {
        "logps/chosen": -4.0,
        "logps/rejected": -6.5,
        "logps/chosen_per_token": -2.0,
        "logps/rejected_per_token": -2.6,
        "mean_token_accuracy": 0.5,
    }
    assert {key: whole[key] for key in bare} == bare
    rewards = {key: value for key, value in whole.items() if key not in bare}
    assert rewards == pytest.approx(
        {
            "rewards/chosen": 0.0,
            "rewards/rejected": -0.05,
            "rewards/margins": 0.05,
            "rewards/accuracies": 0.5,
            "logps/chosen_change_per_token": 0.0,
        }
    )
