"""The steps of a study, a class for each stage: what it reads is what its fields hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tuneyard.answers import CodeBlock
from tuneyard.config import Compare as CompareSettings
from tuneyard.config import (
    Data,
    Decoding,
    Dpo,
    Encoder,
    Model,
    Pairs,
    Sft,
    Split,
    Tracking,
)  # fmt: skip
from tuneyard.config import Register as RegisterSettings
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


@dataclass(frozen=True, eq=False, kw_only=True)
class Generate(Step):
    """A policy's answers to a split.

    Attributes:
        sets: all examples: those that leave are answered, too.
        policy: what made the adapter that answers; None: the base model, with its own if any.
    """

    stage: ClassVar[str] = "generate"
    base: Base
    sets: tuple[Prepare, ...]
    policy: Train | None
    decoding: Decoding
    seed: int


@dataclass(frozen=True)
class Embedding:
    """An encoder as far as it decides scores."""

    encoder: Free[Encoder]
    identity: str
    layer: int | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Similarity(Step):
    """What encoders say of answers beside their references.

    Attributes:
        encoders: by the metric that needs them.
        faithful: as the metrics' packages score all answers to a data set at once.
    """

    stage: ClassVar[str] = "similarity"
    encoders: Mapping[str, Embedding]
    answers: Generate
    faithful: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Score(Step):
    """Every metric of an arm's answers to a split.

    Attributes:
        similarity: None where no metric needs an encoder.
        unjudged, judged: see ``SampledPairs``.
    """

    stage: ClassVar[str] = "score"
    sets: tuple[Prepare, ...]
    answers: Generate
    metrics: tuple[str, ...]
    faithful: bool
    code_block: CodeBlock
    unjudged: Mapping[str, tuple[str, ...] | None]
    judged: Free[Mapping[str, Judge]]
    similarity: Similarity | None


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One model trained in one way on one list of data sets, and the steps that belong to it.

    ``base`` is the model's name. ``label`` is its name in tracking and progress: what all arms
    share is left out. ``seed`` is the training seed of an arm that is trained with several.
    """

    model: Free[Model]
    base: str
    name: str
    train_on: tuple[str, ...]
    label: Free[str]
    trains: tuple[Train, ...]
    prefers: tuple[Prefer, ...]
    scores: Mapping[str, Score]
    seed: int | None = None

    @property
    def system(self) -> tuple[str, tuple[str, ...], str]:
        """What all its training seeds share: the model's name, the data sets, its own name."""
        return self.base, self.train_on, self.name


@dataclass(frozen=True, eq=False, kw_only=True)
class Compare(Step):
    """The report of all arms.

    Attributes:
        examples: what is compared on, which the report shows.
        version: of the report alone.
    """

    stage: ClassVar[str] = "compare"
    study: str
    arms: tuple[Arm, ...]
    examples: tuple[Prepare, ...]
    settings: CompareSettings
    pass_at: tuple[int, ...]
    decided_by: str | None
    seed: int
    version: int = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class Register(Step):
    """Tracking of all arms, and the registry's rule."""

    stage: ClassVar[str] = "register"
    compare: Compare
    rule: RegisterSettings | None
    tracking: Tracking
