"""Where rows come from: a file, or a hub data set; and how one source is cut into splits."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from tuneyard.config.base import HubName, Strict


class Rows(Strict):
    """A file, or one split of a hub data set. A bare text is a ``path``."""

    path: str | None = Field(default=None, min_length=1)
    """A JSONL, JSON or Parquet (``.parquet``) file; ``${NAME}`` stands for an environment
    variable."""
    hub: HubName | None = None
    """A hub data set, ``OWNER/NAME``, or a local folder that ``datasets`` can load."""
    revision: str | None = None
    """The hub revision: a commit pins the data; ``main`` follows the branch."""
    subset: str | None = None
    """The hub data set's configuration, where it has several."""
    split: str | None = None
    """The hub data set's own split to read; None: ``train``."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one(self) -> Rows:
        if (self.path is None) == (self.hub is None):
            raise ValueError("rows come from a 'path' or from a 'hub' data set; name one of them")
        if self.hub is None and (self.revision, self.subset, self.split) != (None, None, None):
            raise ValueError("'revision', 'subset' and 'split' go with 'hub'; drop them")
        return self

    def __str__(self) -> str:
        return str(self.path if self.hub is None else self.hub)


class Split(Strict):
    """How one source is cut: counts (whole numbers) or shares (below 1) of its rows."""

    train: int | float = Field(gt=0)
    validation: int | float = Field(default=0, ge=0)
    test: int | float = Field(default=0, ge=0)
    seed: int = Field(default=42, ge=0, le=2**32 - 1)
    """Of the shuffle: the cut equals ``datasets``' ``train_test_split(seed=…)``."""

    @model_validator(mode="after")
    def _alike(self) -> Split:
        sizes = [size for size in (self.train, self.validation, self.test) if size]
        if any(isinstance(size, float) for size in sizes):
            if not all(isinstance(size, float) and size < 1 for size in sizes):
                raise ValueError("a split has counts or shares below 1; do not mix them")
            # 0.7 + 0.2 + 0.1 is a rounding error more than 1.
            if sum(sizes) > 1 + 1e-9:
                raise ValueError("the shares of a split exceed 1; lower them")
        return self
