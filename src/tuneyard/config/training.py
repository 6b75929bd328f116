"""Settings of the training stages: adapters, optimiser, SFT, DPO and its pairs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from tuneyard.config.base import Strict
from tuneyard.config.data import known_columns
from tuneyard.config.prompts import BARE, PROMPTS
from tuneyard.config.rows import Rows, Split
from tuneyard.errors import suggestion

PAIR_COLUMNS = ["prompt", "input", "chosen", "rejected", "id"]
"""What a preference row is read from."""


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
    warmup_steps: int | None = Field(default=None, ge=0)
    """The same as a number of steps; overrides ``warmup_ratio``."""
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

    from_: Literal["policy", "base", "file"] = Field(default="policy", alias="from")
    """policy: answers of the policy that DPO starts from; base: answers of the base model, whatever
    the arm; file: ready-made rows, from ``rows``."""
    rows: Rows | None = None
    """from file: a file or hub data set of {prompt, chosen, rejected}, and perhaps an ``input``."""
    columns: dict[str, str] = {}
    """from file: which column holds what, ``{prompt: …, input: …, chosen: …, rejected: …, id: …}``;
    what is not named is looked for under its own name."""
    split: Split | None = None
    """from file: train on a part, keep the ``validation`` rows apart; None: train on all."""
    prompt: str | None = None
    """The prompt format to train on; None: the model's own, which inference uses. Another one, such
    as ``bare`` (the thesis: no format), makes training and inference differ, and is said loudly."""
    verify: Literal["execution", "exact_match", "none"] = "execution"
    """What makes an answer a good one; none: every answer is a rejected one, and the data's
    reference the chosen one (``{from: base, verify: none}`` is the thesis's way)."""
    chosen: Literal["sampled_or_reference", "sampled", "reference"] = "sampled_or_reference"
    """The preferred answer: a verified sample, the data's reference, or whichever there is."""
    samples: int = Field(default=4, ge=1)
    """Answers drawn for each prompt."""
    temperature: float = Field(default=1.0, ge=0)
    """0: greedy; then there is one answer to a prompt, and ``samples`` is 1."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    prompts: int | None = Field(default=None, ge=1)
    """Prompts used of each data set's training split; None: all."""
    max_pairs_per_prompt: int = Field(default=1, ge=1)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        return known_columns(value, PAIR_COLUMNS)

    @field_validator("prompt")
    @classmethod
    def _known_prompt(cls, value: str | None) -> str | None:
        known = [*PROMPTS, BARE]
        if value is not None and value not in known:
            raise ValueError(f"unknown prompt format; {suggestion(value, known)}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Pairs:
        if (self.from_ == "file") != (self.rows is not None):
            raise ValueError("'rows' goes with 'from: file', and only with it")
        if self.from_ != "file" and (self.columns or self.split):
            raise ValueError("'columns' and 'split' go with 'from: file'")
        if self.split is not None and self.split.test:
            raise ValueError("preference rows have no test split; name train and validation")
        if self.verify == "none" and self.chosen == "sampled":
            raise ValueError("'chosen: sampled' needs 'verify': no answer is known to be good")
        if self.temperature == 0 and self.samples > 1 and self.from_ != "file":
            raise ValueError("temperature 0 gives one answer to a prompt; set 'samples: 1'")
        return self

    def relevant(self) -> dict[str, Any]:
        """Return what decides the pairs: rows that are read know nothing of sampling."""
        read = {"from_", "columns", "split", "prompt"}
        if self.from_ == "file":
            return self.model_dump(include=read)
        return self.model_dump(exclude={"rows", "columns", "split"})


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
