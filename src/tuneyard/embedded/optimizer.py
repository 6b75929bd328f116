"""Muon for the matrices of a small transformer.

Source: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), the
quintic Newton-Schulz iteration; J. Liu et al., "Muon is scalable for LLM training"
(arXiv:2502.16982), section 2.2, the factor 0.2·sqrt(max(n, m)) that gives an update the size of
AdamW's, so that both share one learning rate and weight decay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch

_MOMENTUM, _ITERATIONS = 0.95, 5
_QUINTIC = (3.4445, -4.7750, 2.0315)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised; for two-dimensional parameters only."""

    def __init__(
        self, params: Iterable[torch.nn.Parameter], *, lr: float, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        # Matrices of one shape go through the iteration together: few large launches, not many.
        by_shape: dict[torch.Size, list[torch.Tensor]] = defaultdict(list)
        for p in group["params"]:
            if p.grad is not None:
                by_shape[p.shape].append(p)
        for shape, params in by_shape.items():
            ahead = torch.stack([self._ahead(p) for p in params])
            updates = orthogonalise(ahead).to(params[0].dtype)
            step = group["lr"] * 0.2 * max(shape) ** 0.5
            for p, update in zip(params, updates, strict=True):
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-step)

    def _ahead(self, p: torch.Tensor) -> torch.Tensor:
        """Bring a parameter's moment up to date; return its gradient, drawn towards the moment."""
        grad, state = p.grad, self.state[p]
        assert grad is not None
        if "moment" not in state:
            state["moment"] = torch.zeros_like(p)
        return grad.lerp(state["moment"].lerp_(grad, 1 - _MOMENTUM), _MOMENTUM)


def orthogonalise(g: torch.Tensor) -> torch.Tensor:
    """Nearest semi-orthogonal matrices, roughly, of a stack ``g`` (b, n, m), in bfloat16.

    The singular values end between about 0.7 and 1.2: the iteration is tuned for speed.
    """
    a, b, c = _QUINTIC
    x = g.bfloat16()
    tall = x.size(-2) > x.size(-1)
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: torch.Tensor = x.mT if tall else x
    return result
