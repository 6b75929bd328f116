"""Settings of the training stages: adapters, optimiser, SFT, DPO and its pairs."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from tuneyard.config.base import Strict


class Lora(Strict):
    """Low-rank adapters (Hu et al. 2021)."""

    r: int = Field(default=16, ge=1, le=4096)
    """Rank."""
    alpha: float = Field(default=16, gt=0)
    """Scale: the update is multiplied by alpha / r."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: list[str] | Literal["all-linear"] | None = None
    """Module names; None takes the model's ``lora_targets``."""


class Optimisation(Strict):
    """What SFT and DPO have in common."""

    lora: Lora = Lora()
    learning_rate: float = Field(gt=0, le=1)
    epochs: float = Field(default=3, gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    """Optimiser steps; overrides ``epochs``."""
    batch_size: int = Field(default=8, ge=1)
    """Examples (pairs for DPO) a device and forward pass."""
    gradient_accumulation: int = Field(default=1, ge=1)
    scheduler: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "linear"
    warmup_ratio: float = Field(default=0.03, ge=0, lt=1)
    """Share of the optimiser steps over which the learning rate rises from 0."""
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    optimizer: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit"] = (
        "adamw_torch_fused"
    )
    gradient_checkpointing: bool = False
    checkpoint_steps: int = Field(default=100, ge=1)
    """Optimiser steps between checkpoints, from which a killed run goes on."""
    group_by_length: bool = True
    """Batch examples of similar length: less padding, same examples."""


class Sft(Optimisation):
    """Supervised fine-tuning."""

    learning_rate: float = Field(default=2e-4, gt=0, le=1)
    loss_on: Literal["completion", "all"] = "completion"
    """Which tokens are trained: the completion with its end-of-sequence, or all."""


class Pairs(Strict):
    """Where DPO's preference pairs come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Literal["policy", "file"] = Field(default="policy", alias="from")
    """policy: sampled from the model being trained, judged by ``verify``; file: ready-made rows."""
    path: str | None = None
    """from file: a JSONL file of {prompt, chosen, rejected}."""
    verify: Literal["execution", "exact_match"] = "execution"
    """What makes an answer a good one."""
    chosen: Literal["sampled_or_reference", "sampled", "reference"] = "sampled_or_reference"
    """The preferred answer: a verified sample, the data's reference, or whichever there is."""
    samples: int = Field(default=4, ge=1)
    """Answers drawn for each prompt."""
    temperature: float = Field(default=1.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    prompts: int | None = Field(default=None, ge=1)
    """Prompts used of each data set's training split; None: all."""
    max_pairs_per_prompt: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _file(self) -> Pairs:
        if (self.from_ == "file") != (self.path is not None):
            raise ValueError("'path' goes with 'from: file', and only with it")
        return self


class Dpo(Optimisation):
    """Direct preference optimisation (Rafailov et al. 2023).

    After SFT the SFT adapter itself is trained on, so ``lora`` shapes an adapter only where DPO is
    the first stage.
    """

    learning_rate: float = Field(default=5e-6, gt=0, le=1)
    epochs: float = Field(default=1, gt=0)
    beta: float = Field(default=0.1, gt=0)
    """Strength of the pull towards the reference policy."""
    loss: list[Literal["sigmoid", "ipo", "robust", "apo_zero", "apo_down", "sft"]] = ["sigmoid"]
    """TRL's loss types, summed; ``sft`` adds the chosen answers' cross-entropy."""
    loss_weights: list[float] | None = None
    """One weight for each loss; None: 1 each."""
    reference: Literal["start", "base"] = "start"
    """The reference policy: the policy this stage starts from (the SFT policy), or the base."""
    pairs: Pairs = Pairs()

    @model_validator(mode="after")
    def _weights(self) -> Dpo:
        if self.loss_weights is not None and len(self.loss_weights) != len(self.loss):
            raise ValueError("'loss_weights' needs one weight for each entry of 'loss'")
        return self
