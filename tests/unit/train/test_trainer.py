"""What SFT and DPO share: the schedule, and a diverged run that stops."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tuneyard.config import Model, Sft
from tuneyard.errors import UserError
from tuneyard.train.trainer import Progress, arguments


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run(loss: float) -> None:
    seen: list[Any] = []
    progress = Progress(SimpleNamespace(), lambda metrics, folder: seen.append(metrics))
    state = SimpleNamespace(global_step=7, max_steps=10, log_history=[{"loss": 1.0}])
    args = SimpleNamespace(learning_rate=0.5)
    progress.on_log(args, state, None, {"loss": 1.0})
    assert seen[0].items() >= {"step": 7, "total_steps": 10, "loss": 1.0}.items()
    assert state.log_history[0]["seconds"] == seen[0]["seconds"] >= 0
    with pytest.raises(UserError, match="at step 7") as caught:
        progress.on_log(args, state, None, {"loss": loss})
    assert "0.5" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [({"warmup_ratio": 0.1}, 20), ({"warmup_ratio": 0.1, "warmup_steps": 5}, 5),
     ({"warmup_steps": 1}, 1), ({"warmup_steps": 0}, 0)],
)  # fmt: skip
def test_warm_up_is_a_share_or_a_number_of_steps(
    tmp_path: Path, settings: dict[str, Any], steps: int
) -> None:
    from trl import SFTConfig

    model = Model(name="x", path="x", quantization="none")
    config = SFTConfig(**arguments(Sft(**settings), model, 0, tmp_path))
    assert config.get_warmup_steps(200) == steps


def test_the_optimiser_remembers_as_long_as_the_settings_say(tmp_path: Path) -> None:
    model = Model(name="x", path="x", quantization="none")
    settings = Sft(adam_beta2=0.9, optimizer="adamw_torch")
    from trl import SFTConfig

    config = SFTConfig(**arguments(settings, model, 0, tmp_path))
    assert (config.adam_beta1, config.adam_beta2) == (0.9, 0.9)
