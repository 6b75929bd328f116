"""What a sweep tries: the section ``sweep`` of a study file. ``tuneyard run`` does not read it."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from tuneyard.config.base import MOST, Name, Seed, Strict, distinct
from tuneyard.config.evaluation import one_name
from tuneyard.config.formula import Formula

_MOST = 100_000

Direction = Literal["max", "min"]

COSTS = {
    "adapter_size": "trained parameters of its adapter",
    "training_seconds": "seconds of its optimiser steps; starting workers is not among them",
}
"""What a trial may be judged by beside what its answers are worth."""


class Dimension(Strict):
    """The values that one key may take: exactly one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    choice: list[Any] | None = Field(default=None, min_length=2)
    """One of these, of any kind."""
    uniform: list[float] | None = Field(default=None, min_length=2, max_length=2)
    """[from, to]: each number as likely."""
    loguniform: list[float] | None = Field(default=None, min_length=2, max_length=2)
    """[from, to]: each order of magnitude as likely."""
    integer: list[int] | None = Field(default=None, min_length=2, max_length=2)
    """[from, to]: a whole number, both ends included."""
    quantised: list[float] | None = Field(default=None, min_length=3, max_length=3)
    """[from, to, step]: ``from`` and whole steps above it; whole numbers where both are."""
    from_: str | None = Field(default=None, alias="from")
    """An expression over other keys, e.g. ``2 * sft.lora.r``: a value that follows them."""

    @model_validator(mode="after")
    def _one(self) -> Dimension:
        named = [name for name, value in self if value is not None]
        if len(named) != 1:
            raise ValueError(
                "a key has no values to take, or two kinds of them; write one of choice, uniform, "
                "loguniform, integer, quantised and from"
            )
        bounds = self.uniform or self.loguniform or self.integer or self.quantised
        width = 0 if bounds is None else bounds[1] - bounds[0]
        if bounds is not None and not bounds[0] < bounds[1]:
            raise ValueError("the bounds are empty or the wrong way round; write [from, to]")
        if self.loguniform is not None and self.loguniform[0] <= 0:
            raise ValueError("loguniform begins above 0; raise its lower bound")
        if self.quantised is not None and not 0 < self.quantised[2] <= width:
            raise ValueError(
                "the step is not above 0 and within the bounds; write [from, to, step]"
            )
        if self.quantised is not None and width / self.quantised[2] > _MOST:
            raise ValueError(f"there are more than {_MOST:,} steps; take a larger one")
        if self.integer is not None and width > _MOST:
            raise ValueError(f"there are more than {_MOST:,} numbers; take nearer bounds")
        choices = self.choice or []
        for number, value in enumerate(choices):
            if any(value == other and type(value) is type(other) for other in choices[:number]):
                raise ValueError(f"the choice {value!r} stands twice; keep one of them")
        if self.from_ is not None:
            Formula(self.from_)
        return self

    @property
    def formula(self) -> Formula | None:
        """What it follows from; None: it is drawn."""
        return None if self.from_ is None else Formula(self.from_)

    @property
    def ends(self) -> list[Any]:
        """The outermost values, or all choices."""
        if self.choice is not None:
            return list(self.choice)
        if (values := self.all) is not None:
            return [values[0], values[-1]]
        return list(self.uniform or self.loguniform or [])

    @property
    def all(self) -> list[Any] | None:
        """Every value, where they can be counted."""
        if self.choice is not None:
            return list(self.choice)
        if self.integer is not None:
            return list(range(self.integer[0], self.integer[1] + 1))
        if self.quantised is None:
            return None
        low, high, step = self.quantised
        count = math.floor((high - low) / step + 1e-9) + 1
        values = [float(f"{low + step * number:.10g}") for number in range(count)]
        whole = low.is_integer() and step.is_integer()
        return [int(one) for one in values] if whole else values


class EarlyStop(Strict):
    """When a trial ends early: what it answers during its last training stage is too bad."""

    rule: Literal["asha", "median"] = "asha"
    """asha: at each rung the better of those that came so far go on, one in ``factor``; median:
    who is worse than the median of what the others had on average."""
    first: int = Field(ge=1, le=MOST)
    """Optimiser steps before the first rung."""
    factor: int = Field(default=2, ge=2, le=100)
    """Each rung is so many times as many steps as the one before."""
    prompts: int = Field(default=32, ge=1, le=MOST)
    """Validation prompts answered at a rung, greedily: always the same, evenly spread."""


class Sweep(Strict):
    """Trials of a study with other values: how many, which, and what they are judged by."""

    arms: Annotated[list[Name], Field(min_length=1), distinct("an arm")]
    """The arms that are trained; a key counts for those that read it."""
    space: dict[str, Dimension] = Field(min_length=1)
    """By dotted key of the study, the values that it may take."""
    metric: str | dict[str, Direction] = "execution_success"
    """What is to become large on validation data: as ``register.metric``. Or several objectives
    with their directions, ``{execution_success: max, adapter_size: min}``: metrics, and ``COSTS``.
    No trial that another one beats in all of them is the best; of the others the first objective
    decides, of equal ones the next."""
    slack: float = Field(default=0.0, ge=0)
    """With several objectives: how far a trial may be behind in the first and still be the best by
    the others."""
    on: str | None = None
    """The data set whose mean counts; None: the mean over all."""
    search: Literal["random", "grid", "tpe"] = "random"
    """grid: every combination; tpe: Optuna's, which learns from the trials before."""
    trials: int = Field(default=16, ge=1, le=10_000)
    """How many in all, the study as it is written first; a grid has at most so many."""
    repeat: int = Field(default=1, ge=1, le=100)
    """How often the study as it is written is trained, each time with another seed: what the
    differences between trials are to be held against."""
    seed: Seed = 0
    """Of the values that are drawn."""
    stop: EarlyStop | None = None
    """Which trials end early, of those that are not the study as it is written; None: none."""
    confirm: int = Field(default=2, ge=0, le=100)
    """With how many new training seeds the best trial and the study as it is written are trained
    again, and compared on the test split, which chose nothing; 0: not at all."""
    parallel: int | None = Field(default=None, ge=1, le=1000)
    """Trials at a time; None: as many as there is room for."""

    @field_validator("metric", mode="before")
    @classmethod
    def _one_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            return one_name(value)
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise ValueError("no metric; write a name, or names with directions: {codebleu: max}")
        for name, direction in value.items():
            if direction not in ("max", "min"):
                raise ValueError(f"{name!r} is to become max or min; write {{{name}: max}}")
        if len({one_name(name) for name in value}) < max(len(value), 1):
            raise ValueError("an objective stands twice, or there is none; name each once")
        return {one_name(name): direction for name, direction in value.items()}

    @model_validator(mode="after")
    def _fits(self) -> Sweep:
        if self.repeat > self.trials:
            raise ValueError("'repeat' is more than there are 'trials'; raise 'trials'")
        if self.stop is not None and len(self.objectives) > 1:
            raise ValueError(
                "trials cannot be stopped early by several objectives; leave out 'stop', or give "
                "'metric' one name"
            )
        if self.slack and len(self.objectives) < 2:
            raise ValueError("'slack' goes with several objectives; leave it out")
        return self

    @property
    def objectives(self) -> dict[str, Direction]:
        """What trials are judged by, the first first, with what each is to become."""
        return {self.metric: "max"} if isinstance(self.metric, str) else self.metric

    @property
    def first(self) -> str:
        """The objective that decides first."""
        return next(iter(self.objectives))

    @property
    def worth(self) -> str:
        """The first objective that says what answers are worth."""
        return next((name for name in self.objectives if name not in COSTS), self.first)
