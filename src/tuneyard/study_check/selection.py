"""What a study measures, and the choices that are made by it."""

from __future__ import annotations

from tuneyard.base_models import check_encoder
from tuneyard.config import Study
from tuneyard.errors import UserError, suggestion
from tuneyard.metrics import COLUMNS, METRICS, metric_keys, resolve_metrics
from tuneyard.tasks import TASKS, of_several


def check_evaluation(study: Study, where: str) -> None:
    """Raise a ``UserError`` for unknown metrics, and encoders of theirs that cannot be loaded."""
    _measured(study, where)
    for name, encoder in study.evaluate.needed_encoders.items():
        check_encoder(encoder, f"{where}: evaluate.encoders.{name}")


def check_rule(study: Study, where: str) -> None:
    """Raise a ``UserError`` for a registry rule by which nothing could become the champion."""
    rule = study.register_
    if rule is None:
        return
    place = f"{where}: register"
    check_selection(study, rule.metric, rule.on, f"{place}.metric", "the registry rule")
    span = next((one.span for one in METRICS.values() if rule.metric in one.keys), 1.0)
    if rule.margin >= span:
        raise UserError(
            f"no difference in {rule.metric} is above this margin: two values are {span:g} apart "
            "at most",
            where=f"{place}.margin",
            value=rule.margin,
            remedy="write a share: margin: 0.02 is two points of a hundred",
        )


def check_selection(study: Study, metric: str, on: str | None, where: str, who: str) -> None:
    """Refuse a choice by a metric that could never be made.

    Args:
        metric: the value that is to become large.
        on: the evaluated data set whose mean counts; None: all that are evaluated.
        where: what names the metric, for messages.
        who: what chooses, for messages.

    Raises:
        UserError: the value is not computed, or not on validation data.
    """
    known = _measured(study, where)
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
            if k != metric and not common.isdisjoint(of_several())
            else suggestion(metric, sorted(common)),
        )
    if "validation" not in study.evaluate.splits:
        raise UserError(
            f"{who} needs the validation split, which is not evaluated",
            where=f"{where.rpartition(': ')[0]}: evaluate.splits",
            value=study.evaluate.splits,
            remedy="add validation to evaluate.splits",
        )


def _measured(study: Study, where: str) -> dict[str, set[str]]:
    """Return the values that are computed, by evaluated data set."""
    known: dict[str, set[str]] = {}
    place = f"{where}: evaluate.metrics"
    for kind in study.evaluated:
        task = study.data[kind].executed_as
        metrics = resolve_metrics(study.evaluate.metrics, task=task, where=place)
        known[kind] = set(metric_keys(metrics, task=task)) - COLUMNS
        verdict = TASKS[task].verdict
        if verdict.several and verdict.key in known[kind]:
            known[kind] |= {f"pass_at_{k}" for k in study.evaluate.pass_at if k > 1}
    return known
