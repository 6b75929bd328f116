"""What one training stage does, as plain data that crosses processes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tuneyard.config import Dpo, Model, Sft

Report = Callable[[dict[str, Any], Path | None], None]
"""Takes metrics, and the folder of a checkpoint or None."""

Ask = Callable[[int, int, list[tuple[int, str]]], bool]
"""Takes a rung's step, the steps in all, and this worker's answers with the numbers of their
prompts; returns, to all workers alike, whether training goes on."""


@dataclass(frozen=True, slots=True)
class TrainJob:
    """One training stage.

    Attributes:
        method: ``sft`` or ``dpo``.
        model: the base model, as ``config.Model.model_dump()`` gives it.
        settings: ``config.Sft`` or ``config.Dpo``, as ``model_dump()`` gives it.
        rows: path or URL of the JSONL rows: ``{id, prompt, completion}`` for SFT,
            ``records.Preference`` for DPO; prompts are rendered.
        adapter: path or URL of the adapter to start from; None: a new one.
        reference: path or URL of the reference's log-probabilities of a DPO job's pairs, as a
            reference stage wrote them; None: computed at every step.
        seed: of the adapter's initial weights, the order of examples and dropout.
        rungs: what is answered meanwhile, for who may stop it: ``first`` and ``factor`` (the
            steps), ``prompts``, ``max_new_tokens``, ``batch_size``; None: nothing. It changes
            nothing of what is trained.
    """

    method: Literal["sft", "dpo"]
    model: dict[str, Any]
    settings: dict[str, Any]
    rows: str
    adapter: str | None = None
    reference: str | None = None
    seed: int = 0
    rungs: dict[str, Any] | None = None

    def to_json(self) -> str:
        """Return the job as one JSON object; ``from_json`` reads it back."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> TrainJob:
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))

    def base(self) -> Model:
        """Return the base model's part of the study, validated."""
        return Model.model_validate(self.model)

    def stage(self) -> Sft | Dpo:
        """Return the settings, validated."""
        return (Sft if self.method == "sft" else Dpo).model_validate(self.settings)
