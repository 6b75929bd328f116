"""The names of a study that refer to one another: models, data sets, arms."""

from __future__ import annotations

from tuneyard.config import Sft, Study
from tuneyard.errors import UserError, check_known


def check_names(study: Study, where: str) -> None:
    """Raise a ``UserError`` for names that stand twice, or that name nothing."""
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
    rule_on = study.register_.on if study.register_ is not None else None
    groups: list[tuple[str, list[str]]] = []
    for number, regime in enumerate(study.matrix.train_on or []):
        groups.append((f"matrix.train_on.{number}", regime))
    if study.evaluate.on is not None:
        groups.append(("evaluate.on", study.evaluate.on))
    if rule_on is not None:
        groups.append(("register.on", [rule_on]))
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
            check_known(
                kind,
                known,
                "a data set is named that the study does not have",
                where=f"{where}: {place}",
            )
    if rule_on is not None and rule_on not in study.evaluated:
        raise UserError(
            "the registry rule's data set is not evaluated",
            where=f"{where}: register.on",
            value=rule_on,
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
        check_known(
            arm,
            arms,
            "an arm to compare with is not one of the study's arms",
            where=f"{where}: compare.{key}",
        )
    for number, (key, arm) in enumerate(named):
        if arm in [other for _, other in named[:number]]:
            raise UserError(
                "an arm to compare with is named twice",
                where=f"{where}: compare.{key}",
                value=arm,
                remedy="leave it out here",
            )
