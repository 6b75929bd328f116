"""What a preference loss is given, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Tensor = Any
"""A ``torch.Tensor``: losses are named, and their settings checked, where there is no torch."""


class PairBatch(NamedTuple):
    """The answers of some pairs, each value a float32 tensor of shape (pairs,).

    Attributes:
        chosen, rejected: log-probabilities of the answers to the policy, in nats, summed over
            their tokens.
        ref_chosen, ref_rejected: the same to the reference, without a gradient; 0 where no loss
            reads them.
        chosen_tokens, rejected_tokens: how many tokens the answers have.
    """

    chosen: Tensor
    rejected: Tensor
    ref_chosen: Tensor
    ref_rejected: Tensor
    chosen_tokens: Tensor
    rejected_tokens: Tensor

    @property
    def chosen_ratio(self) -> Tensor:
        """Log-ratio of policy and reference for the chosen answers, nats."""
        return self.chosen - self.ref_chosen

    @property
    def rejected_ratio(self) -> Tensor:
        """Log-ratio of policy and reference for the rejected answers, nats."""
        return self.rejected - self.ref_rejected

    @property
    def margin(self) -> Tensor:
        """By how much the log-ratio of the chosen answers is larger, nats."""
        return self.chosen_ratio - self.rejected_ratio

    def token_means(self) -> tuple[Tensor, Tensor]:
        """Return the log-ratios a token, of chosen and rejected answers."""
        return (
            self.chosen_ratio / self.chosen_tokens.clamp(min=1),
            self.rejected_ratio / self.rejected_tokens.clamp(min=1),
        )


def logistic(margin: Tensor) -> Tensor:
    """Return -log sigmoid of margins."""
    from torch.nn.functional import logsigmoid

    return -logsigmoid(margin)


class Setting(NamedTuple):
    """A number that a loss reads besides ``beta``; a key of the DPO stages that have it.

    Attributes:
        name: the key, which no other loss has.
        default: its value unless it is set.
        most: its largest value; the least is 0.
        needed: another value than the default has to be set, such as this one.
    """

    name: str
    default: float
    most: float
    needed: float | None = None


class Loss(NamedTuple):
    """A preference loss.

    Attributes:
        function: takes a ``PairBatch`` and the stage's ``Dpo`` settings, and returns the loss of
            each pair, shape (pairs,).
        source: the paper that it is from.
        settings: what it reads besides ``beta``; only a stage with this loss may set it.
        reference: whether it reads what the reference says of the answers.
        beta: whether it reads ``beta``.
    """

    function: Callable[[PairBatch, Any], Tensor]
    source: str
    settings: tuple[Setting, ...] = ()
    reference: bool = True
    beta: bool = True
