"""DPO's health during training: the rule that stops a collapse, and the length of answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tuneyard.config import Stop


class Collapse:
    """Follows the chosen answers' log-probability and tells when to stop.

    What counts is the change against the reference policy on the same answers, so that it does
    not matter which answers a step happens to hold; and against the first step, for a reference
    that is not the start policy. All workers feed it the same sums, so all stop at one step.
    """

    def __init__(self, rule: Stop | None) -> None:
        self._rule = rule
        self._start: float | None = None
        self._beyond = 0
        self._change = self._tokens = 0.0

    def add(self, change: float, tokens: float) -> None:
        """Add a forward pass of all workers.

        Args:
            change: policy's minus reference's log-probability of the chosen answers, summed, nats.
            tokens: of those answers.
        """
        self._change += change
        self._tokens += tokens

    def verdict(self, step: int, total: int) -> dict[str, Any] | None:
        """End an optimiser step: return why training stops here, or None where it goes on."""
        change = self._change / max(1.0, self._tokens)
        self._change = self._tokens = 0.0
        if self._start is None:
            self._start = change
        if self._rule is None:
            return None
        drop, limit = self._start - change, self._rule.chosen_logp_drop
        self._beyond = self._beyond + 1 if drop > limit else 0
        if self._beyond < self._rule.patience:
            return None
        return {
            "step": step,
            "total_steps": total,
            "drop": drop,
            "limit": limit,
            "text": f"stopped at step {step} of {total}: the chosen answers' log-probability has "
            f"fallen by {drop:.3g} nats a token since step 0 (limit {limit:g}, "
            f"{self._rule.patience} steps running); the adapter kept is that of step {step}",
        }

    def kept(self) -> dict[str, Any]:
        """Return what a checkpoint, taken at the end of a step, has to carry."""
        return {"start": self._start, "beyond": self._beyond}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over from a checkpoint."""
        self._start, self._beyond = kept["start"], kept["beyond"]


def spread(prompts: Sequence[list[int]], count: int) -> list[list[int]]:
    """Return ``count`` distinct prompts at even distances, or all where there are no more."""
    distinct = [list(prompt) for prompt in dict.fromkeys(map(tuple, prompts))]
    if len(distinct) <= count:
        return distinct
    return [distinct[place * len(distinct) // count] for place in range(count)]


def greedy(
    policy: Any,
    prompts: Sequence[list[int]],
    max_new_tokens: int,
    *,
    pad: int,
    ends: Collection[int],
) -> list[list[int]]:
    """Return the tokens of each prompt's greedy answer, up to and with the one that ends it.

    Args:
        pad: the id of the padding token.
        ends: the ids of the tokens that end an answer.
    """
    import torch

    if not prompts:
        return []
    width = max(map(len, prompts))
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in prompts], device=policy.device)
    mask = torch.tensor(
        [[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=policy.device
    )
    training = policy.training
    policy.eval()
    try:
        with torch.no_grad():
            found = policy.generate(
                input_ids=ids,
                attention_mask=mask,
                do_sample=False,
                use_cache=True,
                max_new_tokens=max_new_tokens,
                eos_token_id=sorted(ends),
                pad_token_id=pad,
            )
    finally:
        policy.train(training)
    answers = found[:, width:].tolist()
    places = [next((n for n, t in enumerate(a, 1) if t in ends), len(a)) for a in answers]
    return [answer[:place] for answer, place in zip(answers, places, strict=True)]
