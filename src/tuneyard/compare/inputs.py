"""What a comparison is made from: score rows by cell, training curves, and facts about the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any, NamedTuple

from tuneyard.config import Compare
from tuneyard.errors import UserError

SPLITS = ("test", "validation", "train")
"""Splits, the one that a verdict is read from first."""


class System(NamedTuple):
    """What was evaluated.

    Attributes:
        model: the base model's name.
        train_on: the data sets it was fine-tuned on; empty for an untouched base model.
        arm: the arm's name, e.g. ``base`` or ``sft-dpo``.
    """

    model: str
    train_on: tuple[str, ...]
    arm: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One run's score rows on one data kind and split.

    Attributes:
        system: whose run it is.
        kind: the data set evaluated on.
        split: ``validation`` or ``test``.
        rows: one mapping a completion: ``id``, ``sample``, the metric values (None: missing),
            ``error_category``, ``error_detail``, and for the worked examples ``instruction``,
            ``reference``, ``prediction`` and ``picture`` (a ``tasks.Picture``).
        seed: the training seed; None where nothing was trained, or every arm has one run.
        corpus: of metrics that have one (``bleu``, ``codebleu``), the score of one call over all
            answers, which is not the mean of their own scores.
    """

    system: System
    kind: str
    split: str
    rows: Sequence[Mapping[str, Any]]
    seed: int | None = None
    corpus: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Curve:
    """What one training stage logged, one mapping a logging step.

    ``points`` hold ``step`` and any of the values that `curves.PANELS` names.
    ``note`` is a sentence to stand below the figure, such as why the training was stopped.
    """

    system: System
    stage: str
    points: Sequence[Mapping[str, Any]]
    seed: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """How one run of an arm was trained.

    ``stages`` holds one mapping a training stage, in order: what it was given and what it did, by
    name (``adapter rank``, ``optimiser steps``, …); what is not known is None or not there.
    """

    system: System
    stages: Sequence[Mapping[str, Any]]
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class StudyInputs:
    """All that the report shows.

    Attributes:
        name: the study's name.
        cells: the score rows; a (system, kind, split, seed) stands in one cell only.
        curves: training logs, possibly none.
        settings: the study file's ``compare`` part.
        seed: seed of the bootstrap.
        config_yaml: the resolved study file.
        facts: what else is known of the run, all optional: ``versions`` and ``digests`` (name →
            text), ``durations`` (stage → seconds), ``examples`` (data set → split → count),
            ``pairs`` (preference statistics: one mapping, or name → mapping), ``preflight`` (a
            text with its trained tokens in ⟦ ⟧; a list of (text, trained) pieces; or name → one
            of these). Other keys are shown as they are.
        pass_at: the k of pass@k, where programs were tested; pass@1 is always shown.
        arms: each arm's stages, by which arms are ordered; None: read from the names (``sft-dpo``
            has two).
        decided_by: the metric that decides, the registry rule's; None: the default by what was
            measured (see `measures.deciding`).
        trained: how each arm was trained, possibly nothing.
    """

    name: str
    cells: Sequence[Cell]
    curves: Sequence[Curve] = ()
    settings: Compare = field(default_factory=Compare)
    seed: int = 0
    config_yaml: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    pass_at: Sequence[int] = (1,)
    arms: Mapping[str, Sequence[str]] | None = None
    decided_by: str | None = None
    trained: Sequence[Trained] = ()

    def stages(self, arm: str) -> tuple[str, ...]:
        """Return the stages of an arm; the baseline's name alone means none."""
        if self.arms is not None and arm in self.arms:
            return tuple(self.arms[arm])
        return () if arm in ("base", self.settings.baseline) else tuple(arm.split("-"))

    def ordered(self) -> list[Cell]:
        """Return a cell for each system, by split, kind, model (as first seen), regime and arm.

        An arm's runs with several seeds become one cell, whose rows name their ``seed``.

        Raises:
            UserError: two cells describe the same system, kind, split and seed.
        """
        groups: dict[tuple[System, str, str], dict[int | None, Cell]] = {}
        for cell in self.cells:
            key = (cell.system, cell.kind, cell.split)
            runs = groups.setdefault(key, {})
            if cell.seed in runs:
                raise UserError(
                    "two score sets describe the same model, training data, arm, kind, split and "
                    "seed",
                    where="compare",
                    value=(*key, cell.seed),
                    remedy="give each score set once",
                )
            runs[cell.seed] = cell
        models = list(dict.fromkeys(cell.system.model for cell in self.cells))
        kinds = list(dict.fromkeys(cell.kind for cell in self.cells))
        regimes = sorted(
            dict.fromkeys(cell.system.train_on for cell in self.cells),
            key=lambda regime: (len(regime), [position(kinds, kind) for kind in regime], regime),
        )
        arms = list(dict.fromkeys(cell.system.arm for cell in self.cells))
        arms.sort(key=lambda arm: (arm != self.settings.baseline, len(self.stages(arm))))
        return sorted(
            (_pooled(list(runs.values())) for runs in groups.values()),
            key=lambda cell: (
                position(SPLITS, cell.split),
                kinds.index(cell.kind),
                models.index(cell.system.model),
                regimes.index(cell.system.train_on),
                arms.index(cell.system.arm),
            ),
        )


def _pooled(runs: Sequence[Cell]) -> Cell:
    if [run.seed for run in runs] == [None]:
        return runs[0]
    rows = [{**row, "seed": run.seed} for run in runs for row in run.rows]
    corpus = {key: _mean([run.corpus.get(key) for run in runs]) for key in runs[0].corpus}
    return replace(runs[0], seed=None, rows=rows, corpus=corpus)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(values) else None


def position(names: Sequence[str], name: str) -> int:
    """Return the place of a name, of an unknown one the place behind all."""
    return names.index(name) if name in names else len(names)


class Labels:
    """Short names of systems: what all of them share is left out.

    Args:
        systems: every system of the study.
    """

    def __init__(self, systems: Sequence[System]) -> None:
        self.several_models = len({system.model for system in systems}) > 1
        self.several_regimes = len({system.train_on for system in systems if system.train_on}) > 1

    def full(self, system: System) -> str:
        """Return model (if several), arm and regime (if several), e.g. ``llama · sft on a + b``."""
        head = f"{system.model} · " if self.several_models else ""
        return head + self.within_model(system)

    def within_model(self, system: System) -> str:
        """Return the name without the model, e.g. ``sft on first_order``."""
        if self.several_regimes and system.train_on:
            return f"{system.arm} on {regime_text(system.train_on)}"
        return system.arm


def regime_text(train_on: Sequence[str]) -> str:
    """Return ``a + b``, or a dash for an untouched base model."""
    return " + ".join(train_on) if train_on else "–"
