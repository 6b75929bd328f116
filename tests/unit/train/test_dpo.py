"""DPO: its reference is the start policy, its loss is the paper's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tuneyard import loading
from tuneyard.errors import UserError
from tuneyard.train import dpo, lora
from tuneyard.train import run as module
from tuneyard.train.job import TrainJob
from tuneyard.train.rows import dpo_columns, read_preferences
from tuneyard.train.run import run


def silent(metrics: dict[str, Any], folder: Path | None) -> None:
    pass


def log_probability(network: Any, prompt: list[int], answer: list[int]) -> torch.Tensor:
    """Sum of the answer's token log-probabilities."""
    ids = torch.tensor([prompt + answer])
    with torch.no_grad():
        scores = network(input_ids=ids).logits[0, :-1].log_softmax(-1)
    chosen = scores.gather(1, ids[0, 1:, None])[:, 0]
    return chosen[len(prompt) - 1 :]


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_the_reference_is_the_sft_policy_and_the_margin_starts_at_zero(
    quantization: str, dpo_job: Callable[..., TrainJob], sft_adapter: Path, tmp_path: Path
) -> None:
    result = run(dpo_job({"quantization": quantization}), tmp_path, report=silent)
    start = json.loads((sft_adapter / loading.ADAPTER_RECORD).read_text())
    assert result["reference"] == {"kind": "adapter", "sha256": start["sha256"]}
    assert max(map(abs, result["start_rewards"].values())) < dpo.TOLERANCE[quantization]
    assert result["history"][-1]["rewards/margins"] > 0.01
    record = json.loads((tmp_path / loading.ADAPTER_RECORD).read_text())
    assert record["reference"] == result["reference"]
    assert record["sha256"] != start["sha256"]


def test_another_reference_than_the_start_policy_is_refused(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = module._trainer

    def tampered(*args: Any) -> Any:
        # What TRL does where no reference adapter is made: the base becomes the reference.
        trainer = made(*args)
        trainer.model.delete_adapter(dpo.REFERENCE)
        return trainer

    monkeypatch.setattr(module, "_trainer", tampered)
    with pytest.raises(UserError, match="not the policy that the stage starts from"):
        run(dpo_job(), tmp_path / "out", report=silent)
    assert not (tmp_path / "out").exists()


def test_a_new_adapter_starts_from_the_base(
    dpo_job: Callable[..., TrainJob], tiny_model_dir: Path, tmp_path: Path
) -> None:
    result = run(dpo_job(adapter=None, max_steps=2), tmp_path, report=silent)
    fingerprint = loading.base_fingerprint(tiny_model_dir)
    assert result["reference"] == {"kind": "base", "sha256": fingerprint}
    assert max(map(abs, result["start_rewards"].values())) < 1e-4


def test_the_loss_is_the_papers(
    dpo_job: Callable[..., TrainJob], dpo_rows: Path, sft_adapter: Path, tmp_path: Path
) -> None:
    # With the base as reference the first batch has rewards to compute; all pairs are in it.
    job = dpo_job(
        reference="base",
        batch_size=8,
        max_steps=1,
        beta=0.2,
        loss=["sigmoid", "sft"],
        loss_weights=[1.0, 0.5],
    )
    result = run(job, tmp_path, report=silent)

    network, tokenizer = loading.load_model(job.base(), for_training=False)
    policy = loading.load_adapter(network, sft_adapter, trainable=False).eval()
    margins, rewards, tokens = [], [], []
    for pair in dpo_columns(tokenizer, read_preferences(str(dpo_rows)), 128):
        ratios = []
        for answer in (pair["chosen_ids"], pair["rejected_ids"]):
            score = log_probability(policy, pair["prompt_ids"], answer)
            with policy.disable_adapter():
                reference = log_probability(policy, pair["prompt_ids"], answer)
            ratios.append(score.sum() - reference.sum())
            if answer is pair["chosen_ids"]:
                tokens.append(score)
        margins.append(0.2 * (ratios[0] - ratios[1]))
        rewards.append(0.2 * ratios[0])
    preference = -torch.nn.functional.logsigmoid(torch.stack(margins)).mean()
    sft = -torch.cat(tokens).mean()

    assert abs(float(torch.stack(margins).mean())) > 0.05
    assert result["history"][0]["loss"] == pytest.approx(float(preference + 0.5 * sft), abs=1e-4)
    assert result["start_rewards"]["margins"] == pytest.approx(
        float(torch.stack(margins).mean()), abs=1e-4
    )
    assert result["start_rewards"]["chosen"] == pytest.approx(
        float(torch.stack(rewards).mean()), abs=1e-4
    )
    assert result["reference"]["kind"] == "base"


def test_the_reference_stays_as_it_was(
    dpo_job: Callable[..., TrainJob], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    made = module._trainer
    monkeypatch.setattr(module, "_trainer", lambda *args: kept.append(made(*args)) or kept[0])
    result = run(dpo_job(), tmp_path, report=silent)
    after = lora.digest(lora.weights(kept[0].model, dpo.REFERENCE))
    assert after == result["reference"]["sha256"]
    assert lora.digest(lora.weights(kept[0].model)) != after
