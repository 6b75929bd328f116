"""A decoding loop of our own around any causal model with a KV cache.

``generate()`` of transformers draws all rows from one random stream, keeps finished rows in the
batch to the end, and spends several times a small model's arithmetic on bookkeeping per token.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from tuneyard.config import Decoding
from tuneyard.fit import cached_forward
from tuneyard.generate.engines.batches import in_batches, padded
from tuneyard.generate.engines.record import Engine
from tuneyard.generate.sampling import next_tokens, uniforms


class Loop(Engine):
    """See ``Engine``."""

    def __init__(self, network: Any, **options: Any) -> None:
        super().__init__(network, **options)
        taken = cached_forward(network)
        # Kinds without positions (ALiBi) or of long ago take fewer words.
        self._placed = "position_ids" in taken
        self._last = {"logits_to_keep": 1} if "logits_to_keep" in taken else {}

    def answer(
        self, prompts: Sequence[list[int]], decoding: Decoding, seeds: Sequence[int] | None
    ) -> list[list[int]]:
        """See ``Engine``."""
        return in_batches(prompts, seeds, decoding.batch_size, partial(self._decode, decoding))

    @torch.inference_mode()
    def _decode(
        self, decoding: Decoding, prompts: list[list[int]], seeds: list[int] | None
    ) -> list[list[int]]:
        from transformers import DynamicCache

        results: list[list[int]] = [[] for _ in prompts]
        budget = [
            max(0, min(decoding.max_new_tokens, self.max_length - len(ids))) for ids in prompts
        ]
        alive = [i for i, room in enumerate(budget) if room]
        if not alive:
            return results
        noise: torch.Tensor | None = None
        if seeds is not None:
            drawn = uniforms([seeds[i] for i in alive], max(budget))
            noise = torch.from_numpy(drawn).to(self.device)
        inputs, mask = padded([prompts[i] for i in alive], self.pad, self.device)
        positions = (mask.cumsum(-1) - 1).clamp_(min=0)
        cache = DynamicCache(config=self.network.config)
        has_pads = not bool(mask.all())
        for step in range(max(budget)):
            logits = self.network(
                input_ids=inputs,
                # Without padding, attention needs no mask: a faster kernel.
                attention_mask=mask if has_pads else None,
                past_key_values=cache,
                use_cache=True,
                **({"position_ids": positions} if self._placed else {}),
                **self._last,
            ).logits[:, -1]
            chosen = next_tokens(logits, decoding, None if noise is None else noise[:, step])
            going = []
            for row, token in enumerate(chosen.tolist()):
                i = alive[row]
                results[i].append(token)
                if token not in self.end and len(results[i]) < budget[i]:
                    going.append(row)
            if not going:
                break
            positions = positions[:, -1:] + 1
            if len(going) < len(alive):
                keep = torch.tensor(going, device=self.device)
                cache.batch_select_indices(keep)
                chosen, positions, mask = chosen[keep], positions[keep], mask[keep]
                noise = None if noise is None else noise[keep]
                alive = [alive[row] for row in going]
            inputs = chosen[:, None]
            if has_pads:
                mask = torch.cat([mask, mask.new_ones((len(alive), 1))], dim=-1)
        return results
