"""The study schema: every key a study file may hold, with its type, bounds and meaning.

Importable without torch, ray or transformers; unknown keys are refused (see ``load.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from tuneyard.config.base import ModuleName, Name, Seed, Strict, TrackedName, distinct
from tuneyard.config.data import Data, Preflight
from tuneyard.config.evaluation import Compare, Evaluate, Register
from tuneyard.config.model import Model
from tuneyard.config.optimisation import Lora
from tuneyard.config.overrides import put
from tuneyard.config.sweep import Sweep
from tuneyard.config.training import Dpo, DpoStage, Sft, Stage, unread_by
from tuneyard.errors import UserError, suggestion
from tuneyard.losses import SETTINGS

OWN = ("sft", "dpo", "stages", "models", "data", "evaluate.decoding")
"""Where the keys stand that training, pairs or generation read, and that arms and trials of a sweep
may have values of their own of."""


def may_be_own(key: str) -> bool:
    """Tell whether arms and trials may have values of their own of a dotted key."""
    return any(f"{key}.".startswith(f"{one}.") for one in OWN)


class Matrix(Strict):
    """The arms: models × train_on × lists of stages."""

    train_on: list[list[str]] | None = Field(default=None, min_length=1)
    """Data sets trained on together, one list a regime; None: all data sets together."""
    arms: dict[Name, list[Name]] = {"base": [], "sft": ["sft"], "sft-dpo": ["sft", "dpo"]}
    """Each arm's stages in order: ``sft``, ``dpo``, or names out of ``stages``; an empty list is
    the untouched base model. What two arms begin with alike is trained once."""
    values: dict[Name, dict[str, Any]] = {}
    """An arm's own values of dotted keys of the study, e.g. ``{low: {sft.learning_rate: 1e-5}}``:
    of what training, pairs or generation read."""
    seeds: Annotated[list[Seed] | None, Field(min_length=1), distinct("a training seed")] = None
    """Training seeds: every arm is trained once with each, and compared over all of them. None:
    once with the study's ``seed``, which in any case decides data and decoding."""

    @model_validator(mode="after")
    def _own(self) -> Matrix:
        for arm, values in self.values.items():
            if arm not in self.arms:
                raise ValueError(
                    f"'values' names an arm that there is not: {arm!r}; "
                    + suggestion(arm, list(self.arms))
                )
            for key in values:
                if not may_be_own(key):
                    raise ValueError(
                        f"no arm has a value of its own of {key!r}: neither training, pairs nor "
                        f"generation read it; take keys of: {', '.join(OWN)}"
                    )
        return self


class Resources(Strict):
    """What each training and inference worker gets."""

    workers: int = Field(default=1, ge=1, le=100_000)
    """Training workers (data parallel)."""
    gpus_per_worker: float = Field(default=0, ge=0, le=1000)
    cpus_per_worker: float = Field(default=1, gt=0, le=10_000)
    """CPUs that Ray reserves for a training worker."""
    threads: int | None = Field(default=None, ge=1, le=10_000)
    """torch threads of a worker; None: its share of the machine's cores."""
    inference_workers: int | None = Field(default=None, ge=1, le=100_000)
    """Ray Data workers for generation; None: one a GPU, or one."""
    scoring_workers: int = Field(default=1, ge=1, le=100_000)
    """Ray Data workers for scoring, each with a sandbox of its own."""
    parallel: int | None = Field(default=None, ge=1, le=1000)
    """Steps at a time: trainings, generations, scorings whose inputs are there; 1: one after
    another. None: as many as there is room for."""
    autoscaling: bool = False
    """The cluster adds nodes when they are asked for: more workers than it holds now are waited
    for, instead of refused."""
    strategy: Literal["ddp", "fsdp", "zero2", "zero3"] = "ddp"
    max_failures: int = Field(default=3, ge=0, le=1000)
    """How often a training run is started again after a worker was lost."""


class SandboxSection(Strict):
    """The sandbox, in which answers and their tests are run."""

    imports: list[ModuleName] = []
    """Modules that the programs import, e.g. ``[numpy, torch]``: tried in the sandbox before
    anything is trained, and loaded once for all programs instead of by each."""


class Tracking(Strict):
    """MLflow."""

    uri: str | None = None
    """Tracking server; None: MLFLOW_TRACKING_URI, else SQLite in the run directory."""
    experiment: TrackedName | None = None
    """None: ``tuneyard/{study}``."""


class Study(Strict):
    """A whole study file."""

    study: Name
    run_dir: str | None = Field(default=None, min_length=1)
    """Local folder or fsspec URL, in which ``~`` and ``${NAME}`` are replaced; None:
    ``runs/{study}``."""
    seed: Seed = 0
    models: list[Model] = Field(min_length=1)
    data: dict[Name, Data] = Field(min_length=1)
    matrix: Matrix = Matrix()
    sft: Sft = Sft()
    dpo: Dpo = Dpo()
    stages: dict[Name, Stage] = {}
    """More training stages by name, e.g. ``dpop: {like: dpo, loss: [dpop]}``. What one leaves out
    it takes from the section that it is like; not the weights of another ``loss``, nor what its own
    ``loss`` does not read, nor anything of ``pairs`` where it says its own ``from``."""
    evaluate: Evaluate = Evaluate()
    compare: Compare = Compare()
    register_: Register | None = Field(default=None, alias="register")
    resources: Resources = Resources()
    sandbox: SandboxSection = SandboxSection()
    preflight: Preflight = Preflight()
    tracking: Tracking = Tracking()
    sweep: Sweep | None = None
    """What ``tuneyard sweep`` tries; ``tuneyard run`` does not read it."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, tree: Any) -> Any:
        stages = tree.get("stages") if isinstance(tree, dict) else None
        if not isinstance(stages, dict):
            return tree
        whole = {name: _merged(_parent(tree, own), own) for name, own in stages.items()}
        return {**tree, "stages": whole}

    @field_validator("stages", mode="before")
    @classmethod
    def _names(cls, stages: Any) -> Any:
        for name in ("sft", "dpo"):
            if isinstance(stages, dict) and name in stages:
                raise ValueError(f"{name!r} is a section of its own; set that, or rename this one")
        return stages

    @model_validator(mode="after")
    def _arms_of_their_own(self) -> Study:
        for arm in self.matrix.values:
            try:
                self.of_arm(arm)
            except UserError as error:
                raise ValueError(f"matrix.values.{arm}: {error.what}; {error.remedy}") from None
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                place = ".".join(map(str, first["loc"]))
                raise ValueError(
                    f"matrix.values.{arm}: {place}: {first['msg']}; correct the value"
                ) from None
        return self

    def of_arm(self, arm: str) -> Study:
        """Return the study with an arm's own values; itself where it has none.

        Raises:
            UserError: one names no place in the study, or another model.
            ValidationError: a value is none that a study may have.
        """
        values = self.matrix.values.get(arm)
        if not values:
            return self
        # What is not set stays so: a model's own context counts where no max_length is named.
        tree = self.model_dump(
            mode="json", by_alias=True, exclude={"sweep": True, "matrix": {"values"}},
            exclude_unset=True,
        )  # fmt: skip
        for key, value in values.items():
            put(tree, key, value, key)
        found = Study.model_validate(tree)
        if found.bases != self.bases:
            raise UserError(
                "an arm's own values name another model",
                value=values,
                remedy="name it in 'models': every model has every arm",
            )
        return found

    @property
    def evaluated(self) -> list[str]:
        """The data sets that arms are asked."""
        return self.evaluate.on or list(self.data)

    @property
    def regimes(self) -> list[list[str]]:
        """The data sets that arms are trained on together, a list a regime."""
        return self.matrix.train_on or [list(self.data)]

    @property
    def trained(self) -> dict[str, Sft | Dpo]:
        """The training stages that arms have, by name."""
        names = dict.fromkeys(name for stages in self.matrix.arms.values() for name in stages)
        return {name: self.training(name) for name in names}

    def first_lora(self, stages: list[str]) -> Lora:
        """Return what shapes the adapter of an arm: its first stage's ``lora``, else SFT's.

        So DPO that comes first trains an adapter of the same shape as the arms that it is held
        against, unless its own section says otherwise. Later stages train on the first one's.
        """
        return self.training(stages[0]).lora or self.sft.lora

    @property
    def bases(self) -> list[tuple[str | None, ...]]:
        """What tells the models from others, whatever is done with them."""
        return [(one.name, one.path, one.revision, one.adapter) for one in self.models]

    @staticmethod
    def section(stage: str) -> str:
        """Return where a training stage's settings stand in the study file."""
        return stage if stage in ("sft", "dpo") else f"stages.{stage}"

    def training(self, name: str) -> Sft | Dpo:
        """Return the settings of a training stage.

        Raises:
            KeyError: there is no stage of that name.
        """
        if name in ("sft", "dpo"):
            return self.sft if name == "sft" else self.dpo
        found = self.stages[name]
        settings = found.model_dump(by_alias=True, exclude={"like"})
        return (Dpo if isinstance(found, DpoStage) else Sft).model_validate(settings)


def _parent(tree: Mapping[str, Any], own: Any) -> Any:
    """Return the section that an entry of ``stages`` takes the rest from, as far as it does."""
    like = own.get("like") if isinstance(own, dict) else None
    parent = tree.get(like) if like in ("sft", "dpo") else None
    if not isinstance(parent, dict):
        return None
    left: tuple[str, ...] = ()
    if isinstance(own.get("loss"), list):
        # What only means something beside the parent's own choice of losses.
        left = ("loss_weights", *SETTINGS, *unread_by([str(one) for one in own["loss"]]))
    if isinstance(own.get("pairs"), dict) and "from" in own["pairs"]:
        left = (*left, "pairs")
    return {key: value for key, value in parent.items() if key not in left}


def _merged(parent: Any, own: Any) -> Any:
    """Return ``own`` with what it leaves out of ``parent``, mappings within mappings alike."""
    if not isinstance(parent, dict) or not isinstance(own, dict):
        return own
    both = {key: _merged(parent[key], own[key]) for key in parent.keys() & own.keys()}
    return {**parent, **own, **both}
