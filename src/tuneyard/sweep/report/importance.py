"""How much each swept key matters, by Optuna's measure."""

from __future__ import annotations

import inspect
import warnings

from tuneyard.config import Dimension
from tuneyard.sweep.report.view import View
from tuneyard.sweep.winner import gains

LEAST = 15
"""Finished trials without which nothing is said."""
_GOOD = 5
"""Trials that count as good at least: fewer say nothing (Optuna's own advice)."""


def importances(view: View) -> dict[str, float]:
    """Return the share of each swept key, the largest first; nothing of too few trials.

    It is PED-ANOVA (Watanabe and others, 2023): by how much the values of a key differ between the
    best tenth of the finished trials, or five, and all of them. Several objectives count together.
    The study as it is written is left out, as its values were not drawn.
    """
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    kinds = {key: _distribution(one) for key, one in view.keys.items()}
    study = optuna.create_study(directions=["maximize"] * len(view.sweep.objectives))
    done = [one for one in view.done if one.point.values]
    if len(done) < LEAST or len({gains(one, view.sweep) for one in done}) < 2:
        return {}
    for record in done:
        keys = [key for key in kinds if key in record.point.values]
        params = {key: _number(view.keys[key], record.point.values[key]) for key in keys}
        study.add_trial(
            create_trial(
                values=list(gains(record, view.sweep)),
                params=params,
                distributions={key: kinds[key] for key in keys},
            )
        )
    # Optuna 4 called it otherwise.
    named = inspect.signature(PedAnovaImportanceEvaluator).parameters
    word = "target_quantile" if "target_quantile" in named else "baseline_quantile"
    measure = PedAnovaImportanceEvaluator(**{word: max(0.1, _GOOD / len(done))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is experimental
        found = get_param_importances(study, evaluator=measure)
    return {key: float(share) for key, share in found.items()}


def _distribution(dimension: Dimension) -> object:
    from optuna import distributions

    if (values := dimension.all) is not None:
        if dimension.choice is not None:
            return distributions.CategoricalDistribution(list(range(len(values))))
        return distributions.IntDistribution(0, len(values) - 1)
    low, high = dimension.loguniform or dimension.uniform or [0.0, 1.0]
    return distributions.FloatDistribution(low, high, log=dimension.loguniform is not None)


def _number(dimension: Dimension, value: object) -> object:
    """Return a value as Optuna has it: of values that are counted, the number."""
    values = dimension.all
    return value if values is None else values.index(value)
