"""What preference pairs show while they are trained on: log-probabilities, implied rewards."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from tuneyard.losses import PairBatch


class Sums(NamedTuple):
    """Sums over a batch's pairs, of all workers.

    Attributes:
        chosen, rejected: the answers' log-probabilities, nats.
        chosen_change, rejected_change: the same less the reference's.
        chosen_tokens, rejected_tokens: of the answers.
        right: pairs whose chosen answer gained more on the reference than the rejected one.
        right_tokens: of the chosen answers, those that the policy finds the likeliest.
        pairs: how many there are.
        tokens: of prompts and answers.
    """

    chosen: float
    rejected: float
    chosen_change: float
    rejected_change: float
    chosen_tokens: float
    rejected_tokens: float
    right: float
    right_tokens: float
    pairs: float
    tokens: float

    @staticmethod
    def of_batch(pairs: PairBatch, is_top1: Any, inputs: Any) -> Any:
        """Return this worker's part, a float64 tensor of shape (fields,)."""
        with torch.no_grad():
            chosen, rejected = pairs.chosen.float(), pairs.rejected.float()
            change, other = chosen - pairs.ref_chosen, rejected - pairs.ref_rejected
            right = is_top1.chunk(2)[0] & inputs["completion_mask"][:, 1:].chunk(2)[0].bool()
            sums = [
                *(one.sum() for one in (chosen, rejected, change, other)),
                *(one.sum() for one in (pairs.chosen_tokens, pairs.rejected_tokens)),
                (change > other).sum(),
                right.sum(),
                torch.tensor(len(chosen), device=chosen.device),
                inputs["attention_mask"].sum(),
            ]
            return torch.stack(sums).double()

    def measures(self, beta: float, *, reference: bool) -> dict[str, float]:
        """Return what is logged: means a pair, and a token of the chosen or rejected answers.

        Args:
            reference: there is one, against which rewards are implied.
        """
        chosen_tokens = max(1.0, self.chosen_tokens)
        rejected_tokens = max(1.0, self.rejected_tokens)
        found = {
            "logps/chosen": self.chosen / self.pairs,
            "logps/rejected": self.rejected / self.pairs,
            "logps/chosen_per_token": self.chosen / chosen_tokens,
            "logps/rejected_per_token": self.rejected / rejected_tokens,
            "mean_token_accuracy": self.right_tokens / chosen_tokens,
        }
        if not reference:
            return found
        return found | {
            "rewards/chosen": beta * self.chosen_change / self.pairs,
            "rewards/rejected": beta * self.rejected_change / self.pairs,
            "rewards/margins": beta * (self.chosen_change - self.rejected_change) / self.pairs,
            "rewards/accuracies": self.right / self.pairs,
            "logps/chosen_change_per_token": self.chosen_change / chosen_tokens,
        }
