"""What a study file must satisfy beyond its schema: names that refer to one another, and files."""

from __future__ import annotations

import os

from tuneyard.base_models import check_encoder, check_targets
from tuneyard.config import Data, Dpo, Rows, Sft, Study
from tuneyard.errors import UserError, suggestion
from tuneyard.generators import GENERATORS
from tuneyard.metrics import COLUMNS, encoder_metrics, metric_keys, resolve_metrics
from tuneyard.rows import local_path


def check(study: Study, where: str) -> None:
    """Refuse a study whose parts do not fit together. Loads no model.

    Args:
        study: the validated schema.
        where: the study file, for messages.

    Raises:
        UserError: naming the key, the value and the remedy.
    """
    for arm in study.matrix.values:
        check(study.of_arm(arm), f"{where}: matrix.values.{arm}")
    _names(study, where)
    _stages(study, where)
    _batches(study, where)
    _data(study, where)
    known = _measured(study, where)
    for name in sorted(set(encoder_metrics(study.evaluate.metrics).values())):
        encoder = getattr(study.evaluate.encoders, name)
        check_encoder(encoder, f"{where}: evaluate.encoders.{name}")
    if study.register_ is not None:
        rule = study.register_
        _rule(study, rule.metric, rule.on, known, f"{where}: register.metric", "the registry rule")
    if study.resources.strategy != "ddp":
        raise UserError(
            "this strategy is not supported yet",
            where=f"{where}: resources.strategy",
            value=study.resources.strategy,
            remedy="use ddp",
        )


def _batches(study: Study, where: str) -> None:
    """Refuse a global batch that workers cannot share, or that is said twice."""
    workers = study.resources.workers
    for name in sorted({"sft", "dpo", *study.stages}):
        settings = study.training(name)
        place = f"{where}: {study.section(name)}"
        total = settings.global_batch
        if total is not None and settings.gradient_accumulation != 1:
            raise UserError(
                "the passes of an optimiser step follow from global_batch",
                where=f"{place}.gradient_accumulation",
                value=settings.gradient_accumulation,
                remedy="leave out one of the two",
            )
        if total is not None and total % workers:
            raise UserError(
                f"an optimiser step's examples cannot be shared equally among {workers} workers",
                where=f"{place}.global_batch",
                value=total,
                remedy=f"set it to a multiple of {workers}, or change resources.workers",
            )


def check_selection(study: Study, metric: str, on: str | None, where: str, who: str) -> None:
    """Refuse a choice by a metric that could never be made.

    Args:
        metric: the value that is to become large.
        on: the data set whose mean counts; None: all that are evaluated.
        where: what names the metric, for messages.
        who: what chooses, for messages.

    Raises:
        UserError: the value is not computed, or not on validation data.
    """
    known = _measured(study, where)
    if on is not None and on not in known:
        raise UserError(
            f"{who}'s data set is not evaluated",
            where=where,
            value=on,
            remedy=suggestion(on, list(known)),
        )
    _rule(study, metric, on, known, where, who)


def _measured(study: Study, where: str) -> dict[str, set[str]]:
    """Return the values that are computed, by evaluated data set."""
    known: dict[str, set[str]] = {}
    for kind in study.evaluate.on or list(study.data):
        task = study.data[kind].executed_as
        place = f"{where}: evaluate.metrics"
        metrics = resolve_metrics(study.evaluate.metrics, task=task, where=place)
        known[kind] = set(metric_keys(metrics, task=task)) - COLUMNS
        if "passed" in known[kind]:
            known[kind] |= {f"pass_at_{k}" for k in study.evaluate.pass_at if k > 1}
    return known


def _rule(
    study: Study, metric: str, on: str | None, known: dict[str, set[str]], where: str, who: str
) -> None:
    """Refuse a choice that could never be made; see ``check_selection``.

    Args:
        known: the values that are computed, by evaluated data set.
    """
    judged = [known[on]] if on is not None else list(known.values())
    common = set.intersection(*judged)
    if metric not in common:
        k = metric.removeprefix("pass_at_")
        place = f" on {on}" if on else " on all data sets" if len(judged) > 1 else ""
        raise UserError(
            f"{who}'s metric is not among those evaluated{place}",
            where=where,
            value=metric,
            remedy=f"add {k} to evaluate.pass_at, and draw as many evaluate.decoding.samples"
            if k != metric and "passed" in common
            else suggestion(metric, sorted(common)),
        )
    if "validation" not in study.evaluate.splits:
        raise UserError(
            f"{who} needs the validation split, which is not evaluated",
            where=f"{where.rpartition(': ')[0]}: evaluate.splits",
            value=study.evaluate.splits,
            remedy="add validation to evaluate.splits",
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
    own = {f"stages.{name}": stage for name, stage in study.stages.items()}
    for place, settings in {"sft": study.sft, **own}.items():
        if isinstance(settings, Sft) and settings.repeat:
            groups.append((f"{place}.repeat", list(settings.repeat)))
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
        raise UserError(
            "the study has no arms", where=f"{where}: matrix.arms", value=arms, remedy="add one"
        )
    named = [("baseline", study.compare.baseline)]
    named += [(f"against.{number}", arm) for number, arm in enumerate(study.compare.against)]
    for key, arm in named:
        if arm not in arms:
            raise UserError(
                "an arm to compare with is not one of the study's arms",
                where=f"{where}: compare.{key}",
                value=arm,
                remedy=suggestion(arm, arms),
            )


def _data(study: Study, where: str) -> None:
    trained = {k for regime in study.matrix.train_on or [list(study.data)] for k in regime}
    trains = any(study.matrix.arms.values())
    evaluated = study.evaluate.on or list(study.data)
    for kind, data in study.data.items():
        for name in data.objects or []:
            known = list(GENERATORS[data.source].objects)
            if name not in known:
                raise UserError(
                    f"an unknown object of {data.source}",
                    where=f"{where}: data.{kind}.objects",
                    value=name,
                    remedy=suggestion(name, known),
                )
        _rows(data.rows, f"{where}: data.{kind}.rows")
        for split in ("train", "validation", "test"):
            rows = data.rows_of(split)
            _rows(rows, f"{where}: data.{kind}.files.{split}")
            needed = (split == "train" and trains and kind in trained) or (
                split in study.evaluate.splits and kind in evaluated
            )
            if needed and not has_split(data, split):
                unasked = split == "train" and study.matrix.train_on is None and len(study.data) > 1
                raise UserError(
                    f"the {split} split that the study needs is empty",
                    where=f"{where}: data.{kind}",
                    value=(data.counts or data.split or data.files).model_dump(),
                    remedy=(
                        "for evaluation only, leave it out of matrix.train_on: "
                        f"[[{', '.join(name for name in study.data if name != kind)}]]; else "
                        if unasked
                        else ""
                    )
                    + f"name a source in files.{split}, or raise "
                    f"split.{split}, or counts.{split} of generated data",
                )


def _rows(rows: Rows | None, where: str) -> None:
    """Refuse a file that is not there, and a hub data set that is not pinned."""
    if rows is None:
        return
    if rows.path is not None:
        if not os.path.isfile(local_path(rows.path, where)):
            folder = os.path.isdir(local_path(rows.path, where))
            raise UserError(
                "a data file is a folder" if folder else "a data file does not exist",
                where=where,
                value=rows.path,
                remedy="check the path (it is taken from the working directory)",
            )
    elif rows.revision is None and not os.path.isdir(str(rows.hub)):
        raise UserError(
            "a hub data set is not pinned, and no folder of that name is here",
            where=where,
            value=rows.hub,
            remedy="add revision: COMMIT (or revision: main to follow the branch)",
        )


def _stages(study: Study, where: str) -> None:
    known = ["sft", "dpo", *study.stages]
    used = dict.fromkeys(name for stages in study.matrix.arms.values() for name in stages)
    for arm, stages in study.matrix.arms.items():
        for name in stages:
            if name not in known:
                raise UserError(
                    "an arm names a stage that the study does not have",
                    where=f"{where}: matrix.arms.{arm}",
                    value=name,
                    remedy=suggestion(name, known),
                )
    _targets(study, where)
    made = [
        study.training(stages[0]).lora or study.sft.lora
        for stages in study.matrix.arms.values()
        if stages
    ]
    for name in used:
        settings = study.training(name)
        place = f"{where}: {study.section(name)}"
        if not isinstance(settings, Dpo):
            continue
        if settings.lora is not None and settings.lora not in made:
            raise UserError(
                "DPO's 'lora' has no effect: it goes on with the adapter of the stage before it",
                where=f"{place}.lora",
                value=settings.lora.model_dump(exclude_unset=True),
                remedy="leave it out; the first stage's 'lora' shapes the arm's adapter",
            )
        _rows(settings.pairs.rows, f"{place}.pairs.rows")


def _targets(study: Study, where: str) -> None:
    """Refuse modules to adapt that a model does not have; an arm's first stage names them."""
    firsts = dict.fromkeys(stages[0] for stages in study.matrix.arms.values() if stages)
    for name in firsts:
        settings = study.training(name)
        own = (settings.lora or study.sft.lora).target_modules
        section = study.section(name) if settings.lora is not None else "sft"
        for model in study.models:
            targets = own or model.lora_targets
            key = f"{section}.lora.target_modules" if own else f"models.{model.name}.lora_targets"
            if targets != "all-linear":
                check_targets(model, list(targets), f"{where}: {key}")


def has_split(data: Data, split: str) -> bool:
    """Tell whether a data set has examples of a split."""
    return data.rows_of(split) is not None or _count(data, split) > 0


def _count(data: Data, split: str) -> int:
    """Return how many examples the generator would make (1 stands for the default counts)."""
    if data.source == "instructions":
        return 0
    return 1 if data.counts is None else int(getattr(data.counts, split))
