"""Settings of the training stages, SFT and DPO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model, model_validator

from tuneyard.config.base import MOST, Strict, one_of
from tuneyard.config.optimisation import Lora, Optimisation
from tuneyard.config.pairs import Pairs
from tuneyard.losses import LOSSES, SETTINGS


class Sft(Optimisation):
    """Supervised fine-tuning."""

    lora: Lora = Lora()
    learning_rate: float = Field(default=2e-4, gt=0, le=1)
    loss_on: Literal["completion", "all"] = "completion"
    """Which tokens are trained: the completion with the token that ends it, or all."""
    turns: Literal["all", "last"] = "all"
    """Of conversations: which of the model's turns are completions."""
    repeat: dict[str, Annotated[int, Field(ge=1, le=100_000)]] = {}
    """How many times an epoch passes over a data set's examples; once where it is not named. For
    a kind of code that is rarer or harder than what it is trained with."""

    @model_validator(mode="after")
    def _reads_turns(self) -> Sft:
        if self.loss_on == "all" and self.turns == "last":
            raise ValueError(
                "'loss_on: all' trains every token of a conversation, 'turns: last' one answer; "
                "drop one of them"
            )
        return self


class Stop(Strict):
    """When DPO stops early: its chosen answers have become too unlikely."""

    chosen_logp_drop: float = Field(gt=0, le=1e6)
    """Nats a token that the chosen answers' log-probability may lose from step 0, against the
    reference's on the same answers."""
    patience: int = Field(default=3, ge=1, le=MOST)
    """Optimiser steps running that must be beyond it."""


class Watch(Strict):
    """Answers sampled during DPO, to see their length drift."""

    every: int = Field(ge=1, le=MOST)
    """Optimiser steps between samples; the first and the last step are always sampled."""
    prompts: int = Field(default=8, ge=1, le=MOST)
    """How many of the pairs' prompts, evenly spread; always the same ones, answered greedily."""
    max_new_tokens: int = Field(default=128, ge=1, le=1_000_000)


if TYPE_CHECKING:

    class _LossSettings(Optimisation):
        """The numbers that losses read are keys of a stage, each beside its loss."""
else:
    _LossSettings = create_model(
        "_LossSettings",
        __base__=Optimisation,
        **{
            name: (float, Field(default=setting.default, ge=0, le=setting.most))
            for name, (_, setting) in SETTINGS.items()
        },
    )


class Dpo(_LossSettings):
    """Direct preference optimisation (Rafailov et al. 2023)."""

    lora: Lora | None = None
    """The adapter where DPO is an arm's first stage (None: as ``sft.lora``, so that arms which are
    compared have adapters of one shape); after another stage its adapter is trained on."""
    learning_rate: float = Field(default=5e-6, gt=0, le=1)
    epochs: float = Field(default=1, gt=0, le=100_000)
    beta: float = Field(default=0.1, gt=0, le=1e6)
    """Strength of the pull towards the reference policy. sigmoid_norm and ipo take it on means a
    token, not sums: they want a larger one."""
    loss: list[Annotated[str, one_of("loss", LOSSES)]] = Field(default=["sigmoid"], min_length=1)
    """Summed; by the names of ``tuneyard.losses``, where each has its source and its settings."""
    loss_weights: list[Annotated[float, Field(ge=0, le=1e6)]] | None = None
    """One weight for each loss; None: 1 each."""
    reference: Literal["start", "base"] = "start"
    """The reference policy: the policy this stage starts from (the SFT policy), or the base. It is
    asked nothing where neither a loss nor ``stop`` reads what it says."""
    cache_reference: bool | None = None
    """Compute the reference's log-probabilities once, in a stage of its own that arms and trials
    share, and not at every step; None: where ``epochs`` is above 1 and ``max_steps`` is not set."""
    stop: Stop | None = None
    """Stop early where the chosen answers' log-probability collapses; None: never."""
    watch: Watch | None = None
    """Sample answers during training; None: none."""
    pairs: Pairs = Pairs()

    def relevant(self) -> dict[str, Any]:
        """Return what decides the adapter, of the losses' settings those of its own losses."""
        others = {key for key, (name, _) in SETTINGS.items() if name not in self.loss}
        return {key: one for key, one in super().relevant().items() if key not in others}

    @property
    def reads_reference(self) -> bool:
        """Tell whether a loss reads the reference's log-probabilities, or the rule to stop does."""
        return self.stop is not None or any(LOSSES[name].reference for name in self.loss)

    @property
    def caches_reference(self) -> bool:
        """Tell whether the reference's log-probabilities come from a stage of their own."""
        seen_again = self.max_steps is None and self.epochs > 1
        chosen = seen_again if self.cache_reference is None else self.cache_reference
        return chosen and self.reads_reference

    @model_validator(mode="after")
    def _losses(self) -> Dpo:
        if len(set(self.loss)) < len(self.loss):
            raise ValueError("'loss' names one twice; name each once, and set 'loss_weights'")
        if self.loss_weights is not None and len(self.loss_weights) != len(self.loss):
            raise ValueError(
                "'loss_weights' and 'loss' differ in length; give one weight for each loss"
            )
        if self.loss_weights is not None and not any(self.loss_weights):
            raise ValueError("all 'loss_weights' are 0: nothing would be trained; raise one")
        for key, (name, setting) in SETTINGS.items():
            is_set = getattr(self, key) != setting.default
            if is_set and name not in self.loss:
                raise ValueError(f"{key!r} goes with the loss {name!r}; add {name} to 'loss'")
            if setting.needed is not None and name in self.loss and not is_set:
                raise ValueError(
                    f"the loss {name!r} goes with {key!r} above {setting.default:g}; set {key}: "
                    f"{setting.needed:g}, or take the loss sigmoid"
                )
        for key in unread_by(self.loss, stops=self.stop is not None):
            if getattr(self, key) not in (type(self).model_fields[key].default, False):
                raise ValueError(
                    f"{key!r} has no effect: the loss {' + '.join(self.loss)} does not read it; "
                    "leave it out, or add a loss that does, such as sigmoid"
                )
        return self


def unread_by(loss: Sequence[str], *, stops: bool = False) -> list[str]:
    """Return the settings of DPO that none of some losses reads, of those that most do.

    Args:
        loss: their names; unknown ones may read anything.
        stops: there is a rule to stop, which asks the reference.
    """
    known = [LOSSES[name] for name in loss if name in LOSSES]
    if len(known) < len(loss):
        return []
    found = [] if stops or any(one.reference for one in known) else ["reference", "cache_reference"]
    return found if any(one.beta for one in known) else [*found, "beta"]


class SftStage(Sft):
    """Another SFT stage, beside the section ``sft``."""

    like: Literal["sft"]


class DpoStage(Dpo):
    """Another DPO stage, beside the section ``dpo``."""

    like: Literal["dpo"]


def _says_like(own: Any) -> Any:
    if isinstance(own, dict) and own.get("like") not in ("sft", "dpo"):
        raise ValueError("a stage does not say which one it is like; add 'like: dpo' (or sft)")
    return own


Stage = Annotated[SftStage | DpoStage, Field(discriminator="like"), BeforeValidator(_says_like)]
