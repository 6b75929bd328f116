"""The study schema: every key a study file may hold, with its type, bounds and meaning.

Importable without torch, ray or transformers; unknown keys are refused (see ``load.py``).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tuneyard.config.base import Name, Strict
from tuneyard.config.data import Data, Preflight
from tuneyard.config.evaluation import Compare, Evaluate, Register
from tuneyard.config.model import Model
from tuneyard.config.training import Dpo, Sft

StageName = Literal["sft", "dpo"]


class Matrix(Strict):
    """The arms: models × train_on × lists of stages."""

    train_on: list[list[str]] | None = None
    """Data sets trained on together, one list a regime; None: all data sets together."""
    arms: dict[Name, list[StageName]] = {"base": [], "sft": ["sft"], "sft-dpo": ["sft", "dpo"]}
    """Each arm's stages in order; an empty list is the untouched base model."""


class Resources(Strict):
    """What each training and inference worker gets."""

    workers: int = Field(default=1, ge=1)
    """Training workers (data parallel)."""
    gpus_per_worker: float = Field(default=0, ge=0)
    cpus_per_worker: float = Field(default=1, gt=0)
    """CPUs that Ray reserves for a training worker."""
    threads: int | None = Field(default=None, ge=1)
    """torch threads of a worker; None: its share of the machine's cores."""
    inference_workers: int | None = Field(default=None, ge=1)
    """Ray Data workers for generation; None: one a GPU, or one."""
    scoring_workers: int = Field(default=1, ge=1)
    """Ray Data workers for scoring, each with a sandbox of its own."""
    strategy: Literal["ddp", "fsdp", "zero2", "zero3"] = "ddp"
    max_failures: int = Field(default=3, ge=0)
    """How often a training run is started again after a worker was lost."""


class Tracking(Strict):
    """MLflow."""

    uri: str | None = None
    """Tracking server; None: MLFLOW_TRACKING_URI, else SQLite in the run directory."""
    experiment: str | None = None
    """None: ``tuneyard/{study}``."""


class Study(Strict):
    """A whole study file."""

    study: Name
    run_dir: str | None = None
    """Local folder or fsspec URL; None: ``runs/{study}``."""
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    models: list[Model] = Field(min_length=1)
    data: dict[Name, Data] = Field(min_length=1)
    matrix: Matrix = Matrix()
    sft: Sft = Sft()
    dpo: Dpo = Dpo()
    evaluate: Evaluate = Evaluate()
    compare: Compare = Compare()
    register_: Register | None = Field(default=None, alias="register")
    resources: Resources = Resources()
    preflight: Preflight = Preflight()
    tracking: Tracking = Tracking()
