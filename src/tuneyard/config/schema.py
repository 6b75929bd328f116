"""The study schema: every key a study file may hold, with its type, bounds and meaning.

Importable without torch, ray or transformers; unknown keys are refused (see ``load.py``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tuneyard.config.presets import PRESETS
from tuneyard.config.prompts import PROMPTS

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Quantization = Literal["none", "bf16", "nf4"]
Split = Literal["train", "validation", "test"]
StageName = Literal["sft", "dpo"]


class Strict(BaseModel):
    """Base of every part: immutable, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Model(Strict):
    """A base model: its weights, how they are loaded, and the prompt it is asked with."""

    name: Name
    """What tables and figures call it."""
    path: str = Field(min_length=1)
    """A local folder, a hub id such as ``meta-llama/Llama-3.1-8B``, or ``embedded``."""
    revision: str | None = None
    """The hub revision to pin."""
    adapter: str | None = None
    """A LoRA adapter of this base that every arm starts from; the base arm then has it too."""
    quantization: Quantization = "bf16"
    """none: float32; bf16: bfloat16 weights; nf4: 4-bit NormalFloat with double quantisation."""
    prompt: str = "instruction"
    """The prompt format, one of ``tuneyard.config.prompts.PROMPTS``, for training and inference."""
    lora_targets: list[str] | Literal["all-linear"] = "all-linear"
    """Modules that get an adapter, unless a stage's ``lora.target_modules`` says otherwise."""
    max_length: int = Field(default=2048, ge=16)
    """Tokens of prompt and completion together; the model's context length at most."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"name": value}
        if isinstance(value, dict) and value.get("name") in PRESETS:
            value = {**PRESETS[value["name"]], **value}
        return value

    @field_validator("prompt")
    @classmethod
    def _known_prompt(cls, value: str) -> str:
        from tuneyard.errors import suggestion

        if value not in PROMPTS:
            raise ValueError(f"unknown prompt format; {suggestion(value, list(PROMPTS))}")
        return value


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


class Lora(Strict):
    """Low-rank adapters (Hu et al. 2021)."""

    r: int = Field(default=16, ge=1, le=4096)
    """Rank."""
    alpha: float = Field(default=16, gt=0)
    """Scale: the update is multiplied by alpha / r."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: list[str] | Literal["all-linear"] | None = None
    """Module names; None takes the model's ``lora_targets``."""


class Optimisation(Strict):
    """What SFT and DPO have in common."""

    lora: Lora = Lora()
    learning_rate: float = Field(gt=0, le=1)
    epochs: float = Field(default=3, gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    """Optimiser steps; overrides ``epochs``."""
    batch_size: int = Field(default=8, ge=1)
    """Examples (pairs for DPO) a device and forward pass."""
    gradient_accumulation: int = Field(default=1, ge=1)
    scheduler: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "linear"
    warmup_ratio: float = Field(default=0.03, ge=0, lt=1)
    """Share of the optimiser steps over which the learning rate rises from 0."""
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    optimizer: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit"] = (
        "adamw_torch_fused"
    )
    gradient_checkpointing: bool = False
    checkpoint_steps: int = Field(default=100, ge=1)
    """Optimiser steps between checkpoints, from which a killed run goes on."""
    group_by_length: bool = True
    """Batch examples of similar length: less padding, same examples."""


class Sft(Optimisation):
    """Supervised fine-tuning."""

    learning_rate: float = Field(default=2e-4, gt=0, le=1)
    loss_on: Literal["completion", "all"] = "completion"
    """Which tokens are trained: the completion with its end-of-sequence, or all."""


class Pairs(Strict):
    """Where DPO's preference pairs come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Literal["policy", "file"] = Field(default="policy", alias="from")
    """policy: sampled from the model being trained, judged by ``verify``; file: ready-made rows."""
    path: str | None = None
    """from file: a JSONL file of {prompt, chosen, rejected}."""
    verify: Literal["execution", "exact_match"] = "execution"
    """What makes an answer a good one."""
    chosen: Literal["sampled_or_reference", "sampled", "reference"] = "sampled_or_reference"
    """The preferred answer: a verified sample, the data's reference, or whichever there is."""
    samples: int = Field(default=4, ge=1)
    """Answers drawn for each prompt."""
    temperature: float = Field(default=1.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    prompts: int | None = Field(default=None, ge=1)
    """Prompts used of each data set's training split; None: all."""
    max_pairs_per_prompt: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _file(self) -> Pairs:
        if (self.from_ == "file") != (self.path is not None):
            raise ValueError("'path' goes with 'from: file', and only with it")
        return self


class Dpo(Optimisation):
    """Direct preference optimisation (Rafailov et al. 2023).

    After SFT the SFT adapter itself is trained on, so ``lora`` shapes an adapter only where DPO is
    the first stage.
    """

    learning_rate: float = Field(default=5e-6, gt=0, le=1)
    epochs: float = Field(default=1, gt=0)
    beta: float = Field(default=0.1, gt=0)
    """Strength of the pull towards the reference policy."""
    loss: list[Literal["sigmoid", "ipo", "robust", "apo_zero", "apo_down", "sft"]] = ["sigmoid"]
    """TRL's loss types, summed; ``sft`` adds the chosen answers' cross-entropy."""
    loss_weights: list[float] | None = None
    """One weight for each loss; None: 1 each."""
    reference: Literal["start", "base"] = "start"
    """The reference policy: the policy this stage starts from (the SFT policy), or the base."""
    pairs: Pairs = Pairs()

    @model_validator(mode="after")
    def _weights(self) -> Dpo:
        if self.loss_weights is not None and len(self.loss_weights) != len(self.loss):
            raise ValueError("'loss_weights' needs one weight for each entry of 'loss'")
        return self


class Matrix(Strict):
    """The arms: models × train_on × lists of stages."""

    train_on: list[list[str]] | None = None
    """Data sets trained on together, one list a regime; None: all data sets together."""
    arms: dict[Name, list[StageName]] = {"base": [], "sft": ["sft"], "sft-dpo": ["sft", "dpo"]}
    """Each arm's stages in order; an empty list is the untouched base model."""


class Decoding(Strict):
    """How answers are generated."""

    temperature: float = Field(default=0.0, ge=0)
    """0: greedy."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    max_new_tokens: int = Field(default=512, ge=1)
    samples: int = Field(default=1, ge=1)
    """Answers for each example."""
    batch_size: int = Field(default=32, ge=1)

    @model_validator(mode="after")
    def _greedy(self) -> Decoding:
        if self.temperature == 0 and self.samples > 1:
            raise ValueError("greedy decoding (temperature 0) gives one answer: set 'samples: 1'")
        return self


class Evaluate(Strict):
    """What every arm is asked, and how its answers are scored."""

    on: list[str] | None = None
    """Data sets; None: all."""
    splits: list[Literal["validation", "test"]] = ["validation"]
    metrics: list[str] = ["exact_match", "codebleu", "execution"]
    faithful: bool = False
    """Score CodeBLEU as the published package does."""
    decoding: Decoding = Decoding()


class Compare(Strict):
    """Which arm is the yardstick, and how differences are tested."""

    baseline: str = "base"
    test: Literal["paired_bootstrap"] = "paired_bootstrap"
    """For metrics that are not binary; binary metrics get McNemar's exact test."""
    correction: Literal["holm", "none"] = "holm"
    resamples: int = Field(default=5000, ge=100)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)


class Register(Strict):
    """The registry rule: the best adapter becomes the champion if it beats the incumbent."""

    name: str = Field(min_length=1, pattern=r"^[^/:]+$")
    """The registered model's name in MLflow."""
    metric: str = "execution_success"
    on: str | None = None
    """The data set whose mean decides; None: the mean over all."""
    split: Literal["validation"] = "validation"
    """Selection uses validation data only."""
    margin: float = Field(default=0.0, ge=0)
    """How much better than the incumbent the mean has to be."""


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


class Preflight(Strict):
    """What is refused before training."""

    max_truncated: float = Field(default=0.0, ge=0, le=1)
    """The share of examples whose completion may be cut off by ``max_length``."""
    max_overlap: float = Field(default=0.0, ge=0, le=1)
    """The share of evaluation instructions that may also stand in the training data."""


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
