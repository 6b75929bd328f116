"""What arms are asked, how they are scored and compared, and which adapter is registered."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from tuneyard.answers import CodeBlock
from tuneyard.config.base import MOST, HubName, Strict, TrackedName, distinct, one_of
from tuneyard.metrics import encoder_metrics
from tuneyard.tasks import of_several

ENGINES = {
    "tuneyard": "tuneyard.generate.engines.loop:Loop",
    "transformers": "tuneyard.generate.engines.library:Library",
}
"""What answers prompts, by the names that studies have for it: where its class is."""


class Decoding(Strict):
    """How answers are generated."""

    temperature: float = Field(default=0.0, ge=0, le=100)
    """0: greedy."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1, le=MOST)
    max_new_tokens: int = Field(default=512, ge=1, le=1_000_000)
    samples: int = Field(default=1, ge=1, le=10_000)
    """Answers for each example."""
    batch_size: int = Field(default=32, ge=1, le=1_000_000)
    engine: Annotated[str, one_of("engine", ENGINES)] = "tuneyard"
    """What answers: our own loop, or another of ``ENGINES``."""

    @model_validator(mode="after")
    def _greedy(self) -> Decoding:
        if self.temperature == 0 and self.samples > 1:
            raise ValueError("greedy decoding (temperature 0) gives one answer; set 'samples: 1'")
        if self.temperature == 0 and (self.top_p != 1 or self.top_k is not None):
            raise ValueError(
                "greedy decoding (temperature 0) takes the likeliest token; drop 'top_p' and "
                "'top_k', or raise 'temperature'"
            )
        return self

    def relevant(self) -> dict[str, Any]:
        """Return what decides answers."""
        return self.model_dump(exclude={"batch_size"})


class Encoder(Strict):
    """The encoder-only model of a metric that compares contextual vectors."""

    path: HubName
    """A local folder or a hub id."""
    revision: str | None = None
    """The hub revision to pin."""
    layer: int | None = Field(default=None, ge=1, le=10_000)
    """The layer whose output is compared; None: the one that the metric's package uses for this
    hub id, else the last."""


class Encoders(Strict):
    """The encoders of BERTScore and CodeBERTScore: those of the packages, unless named."""

    bertscore: Encoder = Encoder(path="roberta-large", layer=17)
    codebertscore: Encoder = Encoder(path="neulab/codebert-python", layer=11)


class Evaluate(Strict):
    """What every arm is asked, and how its answers are scored."""

    on: list[str] | None = None
    """Data sets; None: all."""
    splits: Annotated[list[Literal["validation", "test"]], Field(min_length=1), distinct()] = [
        "validation"
    ]
    metrics: Annotated[list[str], distinct()] = ["exact_match", "codebleu", "execution"]
    faithful: bool = False
    """Score CodeBLEU, BERTScore and CodeBERTScore as the published packages do."""
    code_block: CodeBlock = "first"
    """Which code block is run where an answer has several Python programs: first, last or longest.
    Blocks marked as another language, output and thinking are no programs (``tuneyard.answers``).
    Pairs with ``verify: execution`` are told apart by the same."""
    encoders: Encoders = Encoders()
    """Used by the metrics ``bertscore`` and ``codebertscore`` alone."""
    decoding: Decoding = Decoding()
    pass_at: list[Annotated[int, Field(ge=1)]] = [1]
    """The k of pass@k, where examples have tests; at most ``decoding.samples``."""

    @property
    def needed_encoders(self) -> dict[str, Encoder]:
        """The encoders of the metrics that need one, by these metrics' names."""
        names = sorted(set(encoder_metrics(self.metrics).values()))
        return {name: getattr(self.encoders, name) for name in names}

    @field_validator("pass_at")
    @classmethod
    def _enough_samples(cls, ks: list[int], info: ValidationInfo) -> list[int]:
        samples = info.data["decoding"].samples if "decoding" in info.data else None
        if samples is not None and max(ks, default=1) > samples:
            raise ValueError(
                f"pass@{max(ks)} needs {max(ks)} answers to an example, of which "
                f"'decoding.samples' asks for {samples}; raise it, or take a smaller k"
            )
        return sorted(set(ks))


class Compare(Strict):
    """Which arm is the yardstick, and how differences are tested."""

    baseline: str = "base"
    against: list[str] = []
    """Further arms that the others of the same model and training data are held against: all pairs
    of arms are tested, and these stand on the right-hand side."""
    test: Literal["paired_bootstrap"] = "paired_bootstrap"
    """For metrics that are not binary (flipped signs where few questions differ); binary metrics
    get McNemar's exact test."""
    correction: Literal["holm", "none"] = "holm"
    """Over all pairs of arms and data sets of a split, by the metric that decides: the registry
    rule's, or else the first measured of execution success, tests passed, exact match, CodeBLEU
    and BLEU. Other metrics are secondary, and not corrected."""
    resamples: int = Field(default=5000, ge=100, le=1_000_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)


def one_name(metric: str) -> str:
    """Return the one name of a value that has several: ``pass@5`` is ``pass_at_5``."""
    found = re.fullmatch(r"pass(?:@|_at_)([1-9]\d*)", metric)
    if found is None:
        return metric
    return of_several()[0] if found[1] == "1" else f"pass_at_{found[1]}"


class Register(Strict):
    """The registry rule: the best adapter becomes the champion if a paired test on the same
    examples proves it better than the one there is, else the challenger."""

    name: TrackedName
    """The registered model's name in MLflow."""
    metric: Annotated[str, AfterValidator(one_name)] = "execution_success"
    """A value that ``evaluate`` computes, named as in ``results.json`` (``codebleu``, ``passed``,
    ``pass_at_5``); ``pass@K`` is understood, too, and pass@1 is ``passed``."""
    on: str | None = None
    """The data set whose mean decides; None: the mean over all."""
    split: Literal["validation"] = "validation"
    """Selection uses validation data only."""
    margin: float = Field(default=0.0, ge=0)
    """By how much it has to be better than the champion: the interval of the difference has to lie
    above it."""

    @field_validator("name")
    @classmethod
    def _addressed(cls, value: str) -> str:
        # models:/NAME@ALIAS and models:/NAME/VERSION; MLflow may keep it as a folder.
        if set("/:@") & set(value) or value == "." or value.startswith(".."):
            raise ValueError(
                "a registered model's name may not hold '/', ':' or '@', nor begin with '..'; "
                "take letters, digits, '-' and '_'"
            )
        return value
