"""Settings of adapters and of the optimiser, which SFT and DPO have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuneyard.config.base import MOST, Strict

Targets = Annotated[list[str], Field(min_length=1)] | Literal["all-linear"]
"""Modules that get an adapter, by the end of their names."""


_WARMUP = 0.03


class Lora(Strict):
    """Low-rank adapters (Hu et al. 2021)."""

    r: int = Field(default=16, ge=1, le=4096)
    """Rank."""
    alpha: float = Field(default=16, gt=0, le=1e6)
    """Scale: the update is multiplied by alpha / r."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: Targets | None = None
    """Module names; None takes the model's ``lora_targets``."""


class Optimisation(Strict):
    """What SFT and DPO have in common."""

    learning_rate: float = Field(gt=0, le=1)
    epochs: float = Field(default=3, gt=0, le=100_000)
    max_steps: int | None = Field(default=None, ge=1, le=MOST)
    """Optimiser steps; overrides ``epochs``."""
    batch_size: int = Field(default=8, ge=1, le=1_000_000)
    """Examples (pairs for DPO) a device and forward pass."""
    gradient_accumulation: int = Field(default=1, ge=1, le=1_000_000)
    """Passes an optimiser step."""
    global_batch: int | None = Field(default=None, ge=1, le=1_000_000)
    """Examples (pairs) an optimiser step, of all workers and passes together: one recipe for any
    number of workers. A worker's share of it is one pass, or so many of ``batch_size`` as make it
    up; an epoch ends with its last whole step. None: ``batch_size`` × ``gradient_accumulation`` ×
    ``resources.workers``."""
    scheduler: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "linear"
    warmup_ratio: float = Field(default=_WARMUP, ge=0, lt=1)
    """Share of the optimiser steps over which the learning rate rises from 0."""
    warmup_steps: int | None = Field(default=None, ge=0, le=MOST)
    """Optimiser steps over which it rises; overrides ``warmup_ratio``."""
    weight_decay: float = Field(default=0.0, ge=0, le=1000)
    max_grad_norm: float = Field(default=1.0, gt=0, le=1e9)
    optimizer: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit"] = (
        "adamw_torch_fused"
    )
    adam_beta2: float = Field(default=0.999, gt=0, lt=1)
    """AdamW's decay of the squared gradients: about 1 / (1 - beta2) steps are remembered."""
    gradient_checkpointing: bool = False
    checkpoint_steps: int = Field(default=100, ge=1, le=MOST)
    """Optimiser steps between checkpoints, from which a killed run goes on."""
    group_by_length: bool = True
    """Batch examples of similar length: less padding, same examples."""

    def for_workers(self, workers: int) -> Self:
        """Return the settings with the passes that ``global_batch`` makes for workers.

        Raises:
            ValueError: it cannot be shared among so many, or be cut into passes.
        """
        if self.global_batch is None:
            return self
        own, rest = divmod(self.global_batch, workers)
        size = min(self.batch_size, own)
        if rest or not own or own % size:
            raise ValueError("cannot be shared")
        return self.model_copy(update={"batch_size": size, "gradient_accumulation": own // size})

    @model_validator(mode="after")
    def _warms_up(self) -> Self:
        said = self.warmup_steps or (self.warmup_ratio and self.warmup_ratio != _WARMUP)
        if self.scheduler == "constant" and said:
            raise ValueError(
                "the scheduler constant does not warm up; take constant_with_warmup, or leave "
                "'warmup_ratio' and 'warmup_steps' out"
            )
        return self

    def relevant(self) -> dict[str, Any]:
        """Return what decides the adapter; DPO's pairs are a matter of their own."""
        return self.model_dump(exclude={"checkpoint_steps", "cache_reference", "pairs"})
