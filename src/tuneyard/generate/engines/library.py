"""The library's own ``generate``: slower for small models, and every architecture that it knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch

from tuneyard.config import Decoding
from tuneyard.generate.engines.batches import in_batches, padded
from tuneyard.generate.engines.record import Engine


class Library(Engine):
    """See ``Engine``. All rows of a call share one random stream, so sampling goes row by row."""

    def answer(
        self, prompts: Sequence[list[int]], decoding: Decoding, seeds: Sequence[int] | None
    ) -> list[list[int]]:
        """See ``Engine``."""
        size = decoding.batch_size if seeds is None else 1
        return in_batches(prompts, seeds, size, partial(self._generate, decoding))

    @torch.inference_mode()
    def _generate(
        self, decoding: Decoding, prompts: list[list[int]], seeds: list[int] | None
    ) -> list[list[int]]:
        from transformers import GenerationConfig

        room = [max(0, self.max_length - len(ids)) for ids in prompts]
        alive = [i for i, left in enumerate(room) if left]
        results: list[list[int]] = [[] for _ in prompts]
        if not alive:
            return results
        inputs, mask = padded([prompts[i] for i in alive], self.pad, self.device)
        sampling = {
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "top_k": decoding.top_k or 0,
        }
        settings = GenerationConfig(
            max_new_tokens=min(decoding.max_new_tokens, max(room)),
            do_sample=seeds is not None,
            eos_token_id=sorted(self.end),
            pad_token_id=self.pad,
            **({} if seeds is None else sampling),
        )
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            if seeds is not None:
                torch.manual_seed(seeds[0])
            found = self.network.generate(
                input_ids=inputs, attention_mask=mask, generation_config=settings
            )
        for i, row in zip(alive, found[:, inputs.shape[1] :].tolist(), strict=True):
            results[i] = self._cut(row[: room[i]])
        return results

    def _cut(self, ids: list[int]) -> list[int]:
        """Return an answer without the padding behind the token that ends it."""
        ends = [place for place, token in enumerate(ids) if token in self.end]
        return ids[: ends[0] + 1] if ends else ids
