"""Which point comes next, and which trial ends early: Ray Tune's searchers and schedulers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tuneyard.config import Dimension, EarlyStop
from tuneyard.config.sweep import Direction
from tuneyard.sweep.desk import OBJECTIVE, STEPS, reported
from tuneyard.sweep.space import Space, tidy
from tuneyard.sweep.trials import Decisions

ARM = "arm"

Choose = Callable[[Mapping[str, Any]], int | None]
"""Takes what was drawn and returns the number of its trial; None: it was drawn before."""

_TRIES = 50
"""Draws in a row that bring nothing new before the search is taken to be at its end."""


def searcher(
    known: int,
    most: int,
    space: Space | None,
    told: list[Mapping[str, Any]],
    seed: int,
    choose: Choose,
    directions: Sequence[Direction] = ("max",),
) -> Any:
    """Return a searcher of Tune that names trials by their numbers.

    Args:
        known: the first trials, whose points are known.
        most: trials in all.
        space: what Optuna draws the others from; None: there are no others.
        told: what it drew before the sweep was interrupted: comes first, and in this order.
        choose: says which trial it is that something drawn belongs to.
        directions: what each objective is to become.
    """
    from ray.tune.search import Searcher

    inner = None if space is None else _optuna(space, told, seed, directions)

    class Numbered(Searcher):  # type: ignore[misc]
        """Hands out the known trials, then what Optuna draws."""

        def __init__(self) -> None:
            super().__init__(metric=OBJECTIVE, mode=directions[0])
            self._next, self._drawn = 0, dict[str, str]()

        def suggest(self, trial_id: str) -> Any:
            number, self._next = self._next, self._next + 1
            if number < known:
                return {"number": number}
            if inner is None or number >= most:
                return Searcher.FINISHED
            for attempt in range(_TRIES):
                name = f"{trial_id}-{attempt}" if attempt else trial_id
                chosen = choose(inner.suggest(name))
                if chosen is not None:
                    self._drawn[trial_id] = name
                    return {"number": chosen}
                inner.on_trial_complete(name, error=True)
            return Searcher.FINISHED

        def on_trial_complete(
            self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
        ) -> None:
            if inner is not None and trial_id in self._drawn:
                inner.on_trial_complete(self._drawn[trial_id], result=result, error=error)

        def save(self, checkpoint_path: str) -> None:
            # What is drawn is kept trial by trial (``records``), at once and not now and then.
            Path(checkpoint_path).write_text("", encoding="utf-8")

        def restore(self, checkpoint_path: str) -> None:
            raise NotImplementedError  # nobody asks: what was drawn is in ``records``

        def __reduce__(self) -> Any:
            return str, ("searcher",)  # Tune keeps a copy of all that it is given

    return Numbered()


def _optuna(
    space: Space, told: list[Mapping[str, Any]], seed: int, directions: Sequence[Direction]
) -> Any:
    import optuna
    from ray.tune.search.optuna import OptunaSearch

    arms = list(space.keys)

    def define(trial: Any) -> None:
        arm = arms[0]
        if len(arms) > 1:
            arm = arms[trial.suggest_categorical(ARM, list(range(len(arms))))]
        for key, dimension in space.drawn(arm).items():
            suggest(trial, key, dimension)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    several = len(directions) > 1
    return OptunaSearch(
        space=define,
        metric=reported(len(directions)) if several else OBJECTIVE,
        mode=list(directions) if several else directions[0],
        # A sampler that begins anew would draw what it drew before.
        seed=(seed + len(told)) % 2**31,
        points_to_evaluate=[dict(one) for one in told] or None,
    )


def suggest(trial: Any, key: str, dimension: Dimension) -> None:
    """Let a trial of Optuna draw a key; of values that are counted, the number."""
    values = dimension.all
    if dimension.choice is not None:
        trial.suggest_categorical(key, list(range(len(dimension.choice))))
    elif values is not None:
        trial.suggest_int(key, 0, len(values) - 1)
    elif dimension.loguniform is not None:
        trial.suggest_float(key, *dimension.loguniform, log=True)
    elif dimension.uniform is not None:
        trial.suggest_float(key, *dimension.uniform)


def meant(space: Space, drawn: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the arm and the values that something drawn by Optuna stands for."""
    arm = list(space.keys)[int(drawn.get(ARM, 0))]
    values: dict[str, Any] = {}
    for key, dimension in space.drawn(arm).items():
        counted = dimension.all
        bounds = dimension.loguniform or dimension.uniform or []
        values[key] = tidy(drawn[key], bounds) if counted is None else counted[drawn[key]]
    return arm, values


def scheduler(
    rule: EarlyStop | None, decisions: Decisions, kept: int, direction: Direction = "max"
) -> Any:
    """Return a scheduler of Tune whose decisions the trials' threads hear.

    Args:
        kept: the first trials, the study as it is written: others are held against them, but they
            run to their end, since it is they that the best one is compared with.
    """
    from ray.tune.schedulers import ASHAScheduler, FIFOScheduler, MedianStoppingRule, TrialScheduler

    common = {"time_attr": STEPS, "metric": OBJECTIVE, "mode": direction}
    kind: Any
    options: dict[str, Any]
    if rule is None:
        kind, options = FIFOScheduler, {}
    elif rule.rule == "asha":
        # Rungs have no end but that of training.
        options = {"max_t": 10**9, "grace_period": rule.first, "reduction_factor": rule.factor}
        kind, options = ASHAScheduler, common | options
    else:
        # It pauses whom it would stop, and then leaves them alone: here "pause" means stop.
        options = {"grace_period": rule.first, "hard_stop": False, "min_time_slice": float("inf")}
        kind, options = MedianStoppingRule, common | options

    class Told(kind):  # type: ignore[misc]
        """Tells the trial's thread what it decides."""

        def on_trial_result(self, controller: Any, trial: Any, result: dict[str, Any]) -> Any:
            decision = super().on_trial_result(controller, trial, result)
            number = trial.config["number"]
            go_on = number < kept or decision == TrialScheduler.CONTINUE
            decisions.make(number, result[STEPS], go_on)
            return TrialScheduler.CONTINUE if go_on else TrialScheduler.STOP

        def __reduce__(self) -> Any:
            return str, ("scheduler",)  # Tune keeps a copy of all that it is given

    return Told(**options)
