"""Answers during training, for who may stop it: greedy, to a few prompts, at a few steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.config import Model
from tuneyard.prompts.turns import asked_of
from tuneyard.train.health import greedy
from tuneyard.train.job import Ask


class Rungs:
    """Asks, at each rung, whether training goes on.

    The answers change nothing of what is trained: nothing random is drawn for them.

    Args:
        wanted: see ``TrainJob.rungs``.
        ask: takes this worker's answers.
    """

    def __init__(self, wanted: Mapping[str, Any], model: Model, trainer: Any, ask: Ask) -> None:
        self._trainer, self._ask = trainer, ask
        self._steps, self._factor = wanted["first"], wanted["factor"]
        self._most, self._size = wanted["max_new_tokens"], wanted["batch_size"]
        encoding = model.wording.encoding(trainer.processing_class)
        self._encoding = encoding
        ids = [encoding.prompt(asked_of(one)) for one in wanted["prompts"]]
        # What does not fit counts as an empty answer, as it does where a study generates.
        self._prompts = [
            (number, one[: model.max_length - 1], min(self._most, model.max_length - len(one)))
            for number, one in enumerate(ids)
        ]

    def due(self, step: int) -> bool:
        """Tell whether a step is a rung."""
        while self._steps < step:
            self._steps *= self._factor
        return bool(self._steps == step)

    def go_on(self, step: int, total: int) -> bool:
        """Answer this worker's share of the prompts, and return what is said of all answers."""
        place = self._trainer.accelerator
        share = self._prompts[place.process_index :: place.num_processes]
        found: list[tuple[int, str]] = []
        ends = self._encoding.ends
        for start in range(0, len(share), self._size):
            batch = share[start : start + self._size]
            with place.autocast():
                answers = greedy(
                    self._trainer.model,
                    [ids for _, ids, _ in batch],
                    self._most,
                    pad=self._trainer.processing_class.pad_token_id,
                    ends=ends,
                )
            for (number, _, most), answer in zip(batch, answers, strict=True):
                own = answer[: max(0, most)]
                if own and own[-1] in ends:
                    own = own[:-1]
                found.append((number, self._encoding.text(own)))
        return self._ask(step, total, found)
