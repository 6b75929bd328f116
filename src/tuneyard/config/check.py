"""What a study file must satisfy beyond its schema: names that refer to one another, and files."""

from __future__ import annotations

from pathlib import Path

from tuneyard.checkpoint import check_encoder
from tuneyard.cocobots.objects import OBJECTS
from tuneyard.config import Data, Study
from tuneyard.errors import UserError, suggestion
from tuneyard.metrics import encoder_metrics, metric_keys, resolve_metrics


def check(study: Study, where: str) -> None:
    """Refuse a study whose parts do not fit together. Loads no model.

    Args:
        study: the validated schema.
        where: the study file, for messages.

    Raises:
        UserError: naming the key, the value and the remedy.
    """
    _names(study, where)
    _data(study, where)
    metrics_place = f"{where}: evaluate.metrics"
    known: set[str] = set()
    for kind in study.evaluate.on or list(study.data):
        task = study.data[kind].task or "cocobots"
        metrics = resolve_metrics(study.evaluate.metrics, task=task, where=metrics_place)
        known |= set(metric_keys(metrics, task=task)) - {"error_category", "error_detail"}
    for name in sorted(set(encoder_metrics(study.evaluate.metrics).values())):
        encoder = getattr(study.evaluate.encoders, name)
        check_encoder(encoder, f"{where}: evaluate.encoders.{name}")
    if study.register_ is not None:
        if study.register_.metric not in known:
            raise UserError(
                "the registry rule's metric is not among those evaluated",
                where=f"{where}: register.metric",
                value=study.register_.metric,
                remedy=suggestion(study.register_.metric, sorted(known)),
            )
        if study.register_.split not in study.evaluate.splits:
            raise UserError(
                "the registry rule needs the validation split, which is not evaluated",
                where=f"{where}: evaluate.splits",
                value=study.evaluate.splits,
                remedy="add validation to evaluate.splits",
            )
    if study.resources.strategy != "ddp":
        raise UserError(
            "this strategy is not supported yet",
            where=f"{where}: resources.strategy",
            value=study.resources.strategy,
            remedy="use ddp",
        )


def _names(study: Study, where: str) -> None:
    names = [model.name for model in study.models]
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                "two models have the same name",
                where=f"{where}: models",
                value=name,
                remedy="give each model a name of its own",
            )
    known = list(study.data)
    groups: list[tuple[str, list[str]]] = []
    for number, regime in enumerate(study.matrix.train_on or []):
        groups.append((f"matrix.train_on.{number}", regime))
    if study.evaluate.on is not None:
        groups.append(("evaluate.on", study.evaluate.on))
    if study.register_ is not None and study.register_.on is not None:
        groups.append(("register.on", [study.register_.on]))
    for place, kinds in groups:
        if not kinds or len(set(kinds)) != len(kinds):
            raise UserError(
                "a list of data sets is empty or names one twice",
                where=f"{where}: {place}",
                value=kinds,
                remedy="known: " + ", ".join(known),
            )
        for kind in kinds:
            if kind not in known:
                raise UserError(
                    "a data set is named that the study does not have",
                    where=f"{where}: {place}",
                    value=kind,
                    remedy=suggestion(kind, known),
                )
    evaluated = study.evaluate.on or known
    if (
        study.register_ is not None
        and study.register_.on is not None
        and study.register_.on not in evaluated
    ):
        raise UserError(
            "the registry rule's data set is not evaluated",
            where=f"{where}: register.on",
            value=study.register_.on,
            remedy="add it to evaluate.on",
        )
    arms = list(study.matrix.arms)
    if not arms:
        raise UserError("the study has no arms", where=f"{where}: matrix.arms", remedy="add one")
    if study.compare.baseline not in arms:
        raise UserError(
            "the baseline is not one of the arms",
            where=f"{where}: compare.baseline",
            value=study.compare.baseline,
            remedy=suggestion(study.compare.baseline, arms),
        )


def _data(study: Study, where: str) -> None:
    trained = {k for regime in study.matrix.train_on or [list(study.data)] for k in regime}
    trains = any(study.matrix.arms.values())
    evaluated = study.evaluate.on or list(study.data)
    for kind, data in study.data.items():
        for name in data.objects or []:
            if name not in OBJECTS:
                raise UserError(
                    "an unknown COCOBOTS object",
                    where=f"{where}: data.{kind}.objects",
                    value=name,
                    remedy=suggestion(name, list(OBJECTS)),
                )
        for split in ("train", "validation", "test"):
            path = getattr(data.files, split)
            if path is not None and not Path(path).is_file():
                raise UserError(
                    "a data file does not exist",
                    where=f"{where}: data.{kind}.files.{split}",
                    value=path,
                    remedy="check the path (it is taken from the working directory)",
                )
            needed = (split == "train" and trains and kind in trained) or (
                split in study.evaluate.splits and kind in evaluated
            )
            if needed and path is None and _count(data, split) == 0:
                raise UserError(
                    f"the {split} split that the study needs is empty",
                    where=f"{where}: data.{kind}",
                    value=data.counts.model_dump() if data.counts else data.files.model_dump(),
                    remedy=f"raise counts.{split}, or name a file in files.{split}",
                )
    path = study.dpo.pairs.path
    if path is not None and not Path(path).is_file():
        raise UserError(
            "the preference file does not exist",
            where=f"{where}: dpo.pairs.path",
            value=path,
            remedy="check the path (it is taken from the working directory)",
        )


def _count(data: Data, split: str) -> int:
    """Return how many examples the generator would make (1 stands for the default counts)."""
    if data.source != "cocobots":
        return 0
    return 1 if data.counts is None else int(getattr(data.counts, split))
