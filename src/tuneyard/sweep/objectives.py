"""What a trial that is done is judged by: what its answers are worth, and what it has cost."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from tuneyard.config.sweep import COSTS
from tuneyard.errors import UserError
from tuneyard.plan.steps import Train
from tuneyard.stages.context import Context
from tuneyard.stages.scored import score_rows
from tuneyard.stages.trained import history
from tuneyard.sweep.prepared import SPLIT, PreparedSweep, Trial


def objectives(made: PreparedSweep, trial: Trial, context: Context) -> dict[str, float]:
    """Return the values of a sweep's objectives, the first first.

    Raises:
        UserError: its answers have no such value.
    """
    found = dict.fromkeys(made.sweep.objectives, 0.0)
    worth = [name for name in found if name not in COSTS]
    return (
        found
        | _worth(worth, made, trial, context)
        | _costs(set(found) & set(COSTS), trial, context)
    )


def _worth(
    metrics: list[str], made: PreparedSweep, trial: Trial, context: Context
) -> dict[str, float]:
    from tuneyard.compare import Cell, System, means

    on, found = made.sweep.on, dict[str, dict[str, float]]()
    for kind, rows in score_rows(trial.score, context).items():
        if on in (None, kind):
            cell = Cell(System(*trial.arm.system), kind, SPLIT, rows)
            found[kind] = means(cell, context.study.evaluate.pass_at)
    worth = {}
    for metric in metrics:
        known = [values[metric] for values in found.values() if values.get(metric) is not None]
        if not known or len(known) < len(found):
            raise UserError(
                f"no answer has a value of {metric}",
                where="sweep.metric",
                value={kind: values.get(metric) for kind, values in found.items()},
                remedy="take a metric that these data have",
            )
        worth[metric] = fmean(known)
    return worth


def _costs(names: set[str], trial: Trial, context: Context) -> dict[str, float]:
    trains = trial.arm.trains
    costs: dict[str, Callable[[], float]] = {
        "adapter_size": lambda: float(context.facts(trains[-1])["parameters"]),
        "training_seconds": lambda: round(sum(_seconds(step, context) for step in trains), 3),
    }
    return {name: cost() for name, cost in costs.items() if name in names}


def _seconds(step: Train, context: Context) -> float:
    """Return what a training took from its first optimiser step to its last."""
    return max(float(row.get("seconds", 0.0)) for row in history(step, context))
