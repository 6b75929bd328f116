"""Windows, the schedule's loss and determinism of the pretraining loop."""

from typing import Any

import numpy as np
import pytest
import torch

from tuneyard.embedded.tokenizer import train_tokenizer
from tuneyard.embedded.training import Curve, Plan, Shape, build, sample, train, window_loss

SHAPE = Shape(hidden=32, layers=2, heads=2, intermediate=64, context=64)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer(["a b c d\n" * 5], 260)


def test_windows_are_cut_from_the_text_and_some_repeat() -> None:
    data = torch.arange(1000, dtype=torch.int16)
    plan = Plan(batch=16, window=64, repeated=0.25)
    windows = sample(data, plan, torch.Generator().manual_seed(0))
    assert windows.shape == (16, 65)
    steps = windows.diff(dim=1)
    assert (steps[4:] == 1).all()
    assert ((steps[:4] != 1).sum(dim=1) >= 1).all()


def test_large_token_numbers_stay_positive() -> None:
    data = torch.from_numpy(np.full(200, 40_000, dtype=np.uint16).astype(np.int16))
    windows = sample(data, Plan(batch=2, window=8), torch.Generator().manual_seed(0))
    assert (windows == 40_000).all()


def test_the_loss_is_the_models_own(tokenizer: Any) -> None:
    model = build(SHAPE, tokenizer, 0)
    windows = torch.randint(3, 200, (2, 33))
    own = model(input_ids=windows, labels=windows).loss
    assert window_loss(model, windows).item() == pytest.approx(own.item(), rel=1e-5)


def test_training_lowers_the_loss_and_repeats_itself(tokenizer: Any) -> None:
    tokens = np.tile(np.arange(10, 50, dtype=np.uint16), 100)
    plan = Plan(steps=30, batch=4, window=32, warmup=3, lr=0.01, evaluate_every=100)

    def run() -> Curve:
        return train(
            build(SHAPE, tokenizer, plan.seed), tokens, tokens[:400], plan,
            device="cpu", save=lambda model, curve: None, say=lambda text: None,
        )  # fmt: skip

    first, second = run(), run()
    assert first.points == second.points
    assert first.points[-1][2] is not None
    assert first.points[-1][2] < 0.5 * first.points[0][1]
    assert (first.steps, first.tokens) == (30, 30 * 4 * 32)
