"""The data sets of a study, and what is refused of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tuneyard.config.base import Strict


class Counts(Strict):
    """How many examples each split gets."""

    train: int = Field(ge=0)
    validation: int = Field(ge=0)
    test: int = Field(ge=0)


class Files(Strict):
    """One file a split; a split without a file comes from the generator where there is one."""

    train: str | None = None
    validation: str | None = None
    test: str | None = None


class Data(Strict):
    """A data set: where its examples come from."""

    source: Literal["cocobots", "jsonl"]
    """cocobots: generated, or read from the public file format; jsonl: our own Example rows."""
    task: Literal["cocobots", "python"] | None = None
    """How an answer is executed; a cocobots source implies cocobots."""
    order: Literal["first", "higher"] | None = None
    """COCOBOTS: one ``put`` a part (first), or a function and its usage (higher)."""
    objects: list[str] | None = Field(default=None, min_length=1)
    """COCOBOTS: the objects to generate, by name; None: all 68, in the slides' proportions."""
    counts: Counts | None = None
    """COCOBOTS: examples a split; the default is the slides' counts."""
    files: Files = Files()
    """Files that hold a split: COCOBOTS' public format, or JSONL."""

    @model_validator(mode="after")
    def _complete(self) -> Data:
        if self.source == "cocobots" and self.order is None:
            raise ValueError("a cocobots source needs 'order': first or higher")
        if self.source == "cocobots" and self.task == "python":
            raise ValueError("a cocobots source has the task cocobots")
        if self.source != "cocobots" and self.objects is not None:
            raise ValueError("'objects' goes with 'source: cocobots'")
        if self.source == "jsonl" and self.files == Files():
            raise ValueError("a jsonl source needs 'files'")
        if self.source == "jsonl" and self.task is None:
            raise ValueError("a jsonl source needs 'task': cocobots or python")
        return self


class Preflight(Strict):
    """What is refused before training."""

    max_truncated: float = Field(default=0.0, ge=0, le=1)
    """The share of examples whose completion may be cut off by ``max_length``."""
    max_overlap: float = Field(default=0.0, ge=0, le=1)
    """The share of evaluation instructions that may also stand in the training data."""
