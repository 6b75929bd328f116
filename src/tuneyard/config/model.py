"""The base models of a study."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tuneyard.config.base import HubName, Name, Strict, one_of
from tuneyard.config.presets import PRESETS
from tuneyard.config.prompt import PromptSettings
from tuneyard.errors import suggestion
from tuneyard.prompts import Prompt
from tuneyard.quantizations import QUANTIZATIONS, Quantization

SHORTEST = 16
"""Tokens of the shortest ``max_length``: less holds no question with its answer."""


class Model(Strict):
    """A base model: its weights, how they are loaded, and the prompt it is asked with."""

    name: Name
    """What tables and figures call it."""
    path: HubName
    """A local folder, a hub id such as ``meta-llama/Llama-3.1-8B``, or ``embedded``."""
    revision: str | None = None
    """The hub revision to pin."""
    adapter: str | None = None
    """A LoRA adapter of this base that every arm starts from; the base arm then has it too."""
    quantization: Annotated[str, one_of("quantisation", QUANTIZATIONS)] = "bf16"
    """How weights are held, one of ``tuneyard.quantizations``: none: float32; bf16: bfloat16; nf4:
    4-bit NormalFloat with double quantisation; int8: 8-bit integers."""
    prompt: PromptSettings = PromptSettings(format="instruction")
    """The prompt format, for training and inference: a name of ``tuneyard.prompts.PROMPTS``, or a
    chat template with what is said to it."""
    lora_targets: Annotated[list[str], Field(min_length=1)] | Literal["all-linear"] = "all-linear"
    """Modules that get an adapter, unless a stage's ``lora.target_modules`` says otherwise."""
    max_length: int = Field(default=2048, ge=SHORTEST)
    """Tokens of prompt and completion together, at most the model's context length, which is taken
    where the study names none. The default is that of a model whose config.json names no bound."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, value: Any) -> Any:
        if not isinstance(value, str | dict | Model):
            raise ValueError(
                "a model is a preset's name, a path, or keys and values; write one of "
                "`tuneyard models`, ./FOLDER, OWNER/NAME, or {name: …, path: …}"
            )
        if isinstance(value, str) and value not in PRESETS:
            return _named(value)
        if isinstance(value, str):
            value = {"name": value}
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            value = {**PRESETS.get(value["name"], {}), **value}
        return value

    def relevant(self) -> dict[str, Any]:
        """Return what decides results beside the weights and the tokenizer."""
        return self.model_dump(mode="json", include={"quantization", "prompt", "max_length"})

    @property
    def held(self) -> Quantization:
        """How the weights are held."""
        return QUANTIZATIONS[self.quantization]

    @property
    def wording(self) -> Prompt:
        """How questions are put to it."""
        return self.prompt.wording(f"models: {self.name}: prompt")


def _named(path: str) -> dict[str, str]:
    """Return a model that is given as a folder or hub id alone: its last part is its name."""
    repo, at, revision = path.partition("@")
    if at and (repo in PRESETS or "/" in repo) and not os.path.exists(path):
        key = "name" if repo in PRESETS else "name: …, path"
        raise ValueError(
            "a revision stands by itself; write {" + f"{key}: {repo}, revision: {revision}" + "}"
        )
    if "/" not in path:
        raise ValueError(
            "no preset has this name; write ./NAME for a folder, OWNER/NAME for a hub id, or a "
            f"preset ({suggestion(path, list(PRESETS))})"
        )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.rstrip("/").rpartition("/")[2]).lstrip("._-")
    if not name:
        raise ValueError("this path gives the model no name; write {name: …, path: …}")
    return {"name": name[:80], "path": path}
