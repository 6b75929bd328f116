"""What an engine is: token ids in, token ids out, with a batching of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch

from tuneyard.config import Decoding


class Engine(ABC):
    """Answers with a model that is loaded.

    Args:
        network: a causal language model, with its adapter, in evaluation mode.
        pad: the id of the padding token.
        end: the ids of the tokens that end an answer.
        max_length: tokens that prompt and answer have together, at most.
    """

    def __init__(self, network: Any, *, pad: int, end: frozenset[int], max_length: int) -> None:
        self.network, self.pad, self.end, self.max_length = network, pad, end, max_length
        self.device = torch.device(network.device)

    @abstractmethod
    def answer(
        self, prompts: Sequence[list[int]], decoding: Decoding, seeds: Sequence[int] | None
    ) -> list[list[int]]:
        """Return each prompt's new tokens in order, the one that ends the answer included.

        Args:
            prompts: token ids.
            decoding: how; batches hold ``batch_size`` prompts at most.
            seeds: one a prompt, for sampling; an answer depends on its own alone. None: greedy.
        """
