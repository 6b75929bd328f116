"""The transformers engine: a decoding loop of our own around any causal model with a KV cache.

``generate()`` of transformers draws all rows from one random stream, keeps finished rows in the
batch to the end, and spends several times a small model's arithmetic on bookkeeping per token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tuneyard.config import Decoding, Model
from tuneyard.encoding import decode_completion, encode_prompt
from tuneyard.generate.sampling import next_tokens, uniforms
from tuneyard.loading import check_adapter, load_adapter, load_model, merge_adapter


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``tokens`` counts what was generated, the end-of-sequence token included.

    ``finish`` is ``stop`` (end of sequence) or ``length`` (``max_new_tokens`` or the model's
    ``max_length`` reached).
    """

    text: str
    tokens: int
    finish: str


class Engine:
    """A model, with an adapter or without, that answers prompts.

    Args:
        model: the base; loaded once, here.
        adapter: a folder that PEFT wrote; merged into a float32 base, kept apart from others.
        threads: torch's threads for this process; None leaves them as they are.
        device: a torch device; None: the current CUDA device where there is one, else the CPU.

    Raises:
        UserError: the model or the adapter cannot be loaded, or do not belong together.
    """

    def __init__(
        self,
        model: Model,
        adapter: Path | None = None,
        *,
        threads: int | None = None,
        device: str | None = None,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        if adapter is not None:
            check_adapter(adapter, model)
        network, self.tokenizer = load_model(model, device=device, for_training=False)
        if adapter is not None:
            network = load_adapter(network, adapter, trainable=False)
            if model.quantization == "none":
                network = merge_adapter(network)
            network.eval()
        self.network = network
        self.max_length = model.max_length
        self.device = torch.device(network.device)
        self.end = _end_tokens(network, self.tokenizer)

    def generate(
        self, prompts: Sequence[str], decoding: Decoding, seeds: Sequence[int] | None = None
    ) -> list[Answer]:
        """Answer rendered prompts, in batches of ``decoding.batch_size`` of similar length.

        Args:
            prompts: rendered; encoded just as in training.
            seeds: one a prompt, for sampling; a prompt's answer depends on its own seed only.

        Returns:
            One answer a prompt, in order. A prompt as long as the model's ``max_length`` gets an
            empty answer with finish ``length``.
        """
        if decoding.temperature > 0 and seeds is None:
            raise ValueError("sampling needs a seed for each prompt")
        if seeds is not None and len(seeds) != len(prompts):
            raise ValueError(f"{len(prompts)} prompts but {len(seeds)} seeds")
        encoded = [encode_prompt(self.tokenizer, prompt) for prompt in prompts]
        order = sorted(range(len(prompts)), key=lambda i: (len(encoded[i]), i))
        answers: dict[int, Answer] = {}
        for start in range(0, len(order), decoding.batch_size):
            chunk = order[start : start + decoding.batch_size]
            rows = self._batch(
                [encoded[i] for i in chunk],
                decoding,
                None if seeds is None or decoding.temperature == 0 else [seeds[i] for i in chunk],
            )
            for i, ids in zip(chunk, rows, strict=True):
                answers[i] = self._answer(ids)
        return [answers[i] for i in range(len(prompts))]

    def _answer(self, ids: list[int]) -> Answer:
        stopped = bool(ids) and ids[-1] in self.end
        text = decode_completion(self.tokenizer, ids[:-1] if stopped else ids)
        return Answer(text=text, tokens=len(ids), finish="stop" if stopped else "length")

    def _batch(
        self, prompts: list[list[int]], decoding: Decoding, seeds: list[int] | None
    ) -> list[list[int]]:
        """Decode one batch; where a GPU's memory does not hold it, its halves."""
        try:
            return self._decode(prompts, decoding, seeds)
        except torch.cuda.OutOfMemoryError:
            if len(prompts) == 1:
                raise
        torch.cuda.empty_cache()
        half = len(prompts) // 2
        return [
            *self._batch(prompts[:half], decoding, None if seeds is None else seeds[:half]),
            *self._batch(prompts[half:], decoding, None if seeds is None else seeds[half:]),
        ]

    @torch.inference_mode()
    def _decode(
        self, prompts: list[list[int]], decoding: Decoding, seeds: list[int] | None
    ) -> list[list[int]]:
        """Return each prompt's new tokens, the end-of-sequence token included."""
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
        inputs, mask = self._pad([prompts[i] for i in alive])
        positions = (mask.cumsum(-1) - 1).clamp_(min=0)
        cache = DynamicCache(config=self.network.config)
        padded = not bool(mask.all())
        for step in range(max(budget)):
            logits = self.network(
                input_ids=inputs,
                # Without padding, attention needs no mask: a faster kernel.
                attention_mask=mask if padded else None,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
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
            if padded:
                mask = torch.cat([mask, mask.new_ones((len(alive), 1))], dim=-1)
        return results

    def _pad(self, prompts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pad on the left; return token ids and mask, both (rows, longest prompt)."""
        width = max(len(ids) for ids in prompts)
        pad = self.tokenizer.pad_token_id
        inputs = [[pad] * (width - len(ids)) + ids for ids in prompts]
        mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
        return (
            torch.tensor(inputs, device=self.device),
            torch.tensor(mask, device=self.device),
        )


def _end_tokens(network: Any, tokenizer: Any) -> frozenset[int]:
    """Return the tokens that end an answer: the tokenizer's, and those the model declares."""
    declared = getattr(network.generation_config, "eos_token_id", None)
    found = declared if isinstance(declared, list) else [declared]
    return frozenset(i for i in (*found, tokenizer.eos_token_id) if i is not None)
