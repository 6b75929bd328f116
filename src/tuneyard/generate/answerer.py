"""Text in, text out: a model and its tokenizer around an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import torch

from tuneyard.adapter_file import check_adapter
from tuneyard.config import Decoding, Model
from tuneyard.config.evaluation import ENGINES
from tuneyard.generate.engines.record import Engine
from tuneyard.loading import load_adapter, load_model
from tuneyard.prompts import Asked


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``tokens`` counts what was generated, the token that ends it included.

    ``finish`` is ``stop`` (it was ended) or ``length`` (``max_new_tokens`` or the model's
    ``max_length`` reached).
    """

    text: str
    tokens: int
    finish: str


class Answerer:
    """A model, with an adapter or without, that answers prompts.

    Args:
        model: the base; loaded once, here.
        adapter: a folder that PEFT wrote; merged into a float32 base, kept apart from others.
        engine: the engine's name.
        threads: torch's threads for this process; None leaves them as they are.
        device: a torch device; None: the current CUDA device where there is one, else the CPU.
        merge: False keeps the adapter apart from a float32 base, too.

    Raises:
        UserError: the model or the adapter cannot be loaded, or do not belong together.
    """

    def __init__(
        self,
        model: Model,
        adapter: Path | None = None,
        *,
        engine: str = "tuneyard",
        threads: int | None = None,
        device: str | None = None,
        merge: bool = True,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        if adapter is not None:
            check_adapter(adapter, model)
        network, self.tokenizer = load_model(model, device=device, for_training=False)
        if adapter is not None:
            network = load_adapter(network, adapter, trainable=False)
            if merge and model.held.exact:
                # One product less a layer; of bf16 or NF4 the rounded sum would be another policy.
                network = network.merge_and_unload()
            network.eval()
        self.network = network
        self.encoding = model.wording.encoding(self.tokenizer)
        self.end = _declared_ends(network) | self.encoding.ends
        self.engine: Engine = resolve_name(ENGINES[engine])(
            network, pad=self.tokenizer.pad_token_id, end=self.end, max_length=model.max_length
        )

    def generate(
        self, prompts: Sequence[Asked], decoding: Decoding, seeds: Sequence[int] | None = None
    ) -> list[Answer]:
        """Answer prompts.

        Args:
            prompts: as the model's format has them; encoded just as in training.
            seeds: one a prompt, for sampling; a prompt's answer depends on its own seed only.

        Returns:
            One answer a prompt, in order. A prompt as long as the model's ``max_length`` gets an
            empty answer with finish ``length``.
        """
        if decoding.temperature > 0 and seeds is None:
            raise ValueError("sampling needs a seed for each prompt")
        if seeds is not None and len(seeds) != len(prompts):
            raise ValueError(f"{len(prompts)} prompts but {len(seeds)} seeds")
        encoded = [self.encoding.prompt(prompt) for prompt in prompts]
        own = None if decoding.temperature == 0 else seeds
        return [self._answer(ids) for ids in self.engine.answer(encoded, decoding, own)]

    def _answer(self, ids: list[int]) -> Answer:
        stopped = bool(ids) and ids[-1] in self.end
        text = self.encoding.text(ids[:-1] if stopped else ids)
        return Answer(text=text, tokens=len(ids), finish="stop" if stopped else "length")


def _declared_ends(network: Any) -> frozenset[int]:
    """Return the tokens that end an answer as the model declares it."""
    declared = getattr(network.generation_config, "eos_token_id", None)
    found = declared if isinstance(declared, list) else [declared]
    return frozenset(token for token in found if token is not None)
