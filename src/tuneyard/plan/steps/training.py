"""The steps that train: preference pairs, a reference's word on them, the stages themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from tuneyard.answers import CodeBlock
from tuneyard.config import Decoding, Dpo, Pairs, Sft
from tuneyard.plan.step import Free, Step
from tuneyard.plan.steps.rows import Base, Judge, Prepare, Read


@dataclass(frozen=True, eq=False, kw_only=True)
class Prefer(Step):
    """Preference pairs.

    Attributes:
        section: of the study, that says how they are made.
    """

    stage: ClassVar[str] = "prefer"
    base: Base
    pairs: Pairs
    section: Free[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadPairs(Prefer):
    """Pairs that are read from rows, less those that evaluation asks.

    Attributes:
        removed: the ids of those; None where they are not known yet.
    """

    rows: Read
    removed: tuple[str, ...] | None


@dataclass(frozen=True, eq=False, kw_only=True)
class SampledPairs(Prefer):
    """Pairs of a policy's own answers.

    Attributes:
        sets: the training splits whose prompts are answered.
        policy: what made the adapter that answers; None: the base model, with its own if any.
        code_block: which of an answer's programs is run; None: none is.
        unjudged: ids of rows whose answers have no verdict, by data set.
        judged: what tried the rows' tests, by data set.
    """

    sets: tuple[Prepare, ...]
    policy: Train | None
    decoding: Decoding
    seed: int
    code_block: CodeBlock | None
    unjudged: Mapping[str, tuple[str, ...] | None]
    judged: Free[Mapping[str, Judge]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Reference(Step):
    """A reference policy's log-probabilities of pairs.

    Attributes:
        policy: what made its adapter; None: nothing did.
        bare: the base model without the adapter that the study names for it.
    """

    stage: ClassVar[str] = "reference"
    base: Base
    pairs: Prefer
    policy: Train | None
    bare: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Train(Step):
    """A training stage.

    Attributes:
        settings: with the adapter's shape as it is trained.
        start: what made the adapter that it begins with; None: it makes one, or begins with the
            model's own.
        workers: they decide the global batch, and so the result.
        section: of the study, that has the settings.
    """

    stage: ClassVar[str] = "train"
    method: ClassVar[Literal["sft", "dpo"]]
    base: Base
    settings: Sft | Dpo
    start: Train | None
    seed: int
    workers: int
    strategy: str
    section: Free[str]


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainSft(Train):
    """Supervised fine-tuning on training splits, in this order."""

    method: ClassVar[Literal["sft", "dpo"]] = "sft"
    settings: Sft
    sets: tuple[Prepare, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainDpo(Train):
    """Preference optimisation; without ``reference`` it computes log-probabilities as it goes."""

    method: ClassVar[Literal["sft", "dpo"]] = "dpo"
    settings: Dpo
    pairs: Prefer
    reference: Reference | None
