"""The steps that have rows, and those that look for what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tuneyard.config import Data, Model, Pairs, Split
from tuneyard.plan.step import Free, Step
from tuneyard.tasks import TASKS


@dataclass(frozen=True)
class Base:
    """A base model; ``identity`` tells its weights, tokenizer and adapter, if any, from others'."""

    model: Model
    identity: str


@dataclass(frozen=True)
class Read:
    """Rows that are read: of which bytes, which columns, and how they are cut."""

    digest: Mapping[str, Any]
    columns: Mapping[str, str] | None = None
    cut: Split | None = None


@dataclass(frozen=True)
class Generated:
    """Rows that are generated."""

    count: int
    seed: int
    objects: tuple[str, ...] | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepare(Step):
    """The examples of a split.

    Attributes:
        kind: the data set's name.
        split: ``train``, ``validation`` or ``test``.
        data: the data set's settings.
    """

    stage: ClassVar[str] = "prepare"
    kind: str
    split: str
    data: Free[Data]

    @property
    def role(self) -> str:
        """Split and data set, as messages and tables name them."""
        return f"{self.split}/{self.kind}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Whole(Prepare):
    """All of a split's examples.

    Attributes:
        avoid: evaluation splits read from files, whose turns generated training must not repeat.
    """

    data: Data
    rows: Read | Generated
    avoid: tuple[Whole, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Rest(Prepare):
    """Examples less those that leave.

    Attributes:
        removed: the ids of those; None where they are not known yet.
        found: what found them.
    """

    rows: Prepare
    removed: tuple[str, ...] | None
    found: Free[Judge | Overlap]


@dataclass(frozen=True, eq=False, kw_only=True)
class Judge(Step):
    """Which rows of a split have tests, or references, that judge (see ``Task.by``).

    Attributes:
        versions: of the modules that programs are said to import.
    """

    stage: ClassVar[str] = "judge"
    rows: Whole
    versions: Mapping[str, str | None]

    @property
    def by(self) -> str:
        """What judges, in a word."""
        return TASKS[self.rows.data.executed_as].by


@dataclass(frozen=True, eq=False, kw_only=True)
class Overlap(Step):
    """Which rows of a training split evaluation asks, too.

    Attributes:
        similarity: from which on questions are near duplicates; None: these are not looked for.
    """

    stage: ClassVar[str] = "overlap"
    train: Prepare
    evaluation: tuple[Prepare, ...]
    similarity: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class PairOverlap(Step):
    """Which preference rows evaluation asks, too.

    Attributes:
        section: of the study, that names the rows.
    """

    stage: ClassVar[str] = "overlap"
    rows: Read
    evaluation: tuple[Prepare, ...]
    similarity: float | None
    pairs: Free[Pairs]
    section: Free[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Preflight(Step):
    """What a model would see of training rows, and which of them evaluation asks."""

    stage: ClassVar[str] = "preflight"
    base: Base
    train: tuple[Prepare, ...]
    evaluation: tuple[Prepare, ...]
    loss_on: Literal["completion", "all"]
    turns: Literal["all", "last"]
    similarity: float | None
