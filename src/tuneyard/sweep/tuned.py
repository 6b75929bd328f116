"""A sweep's trials under Ray Tune: which is next, how many at once, and when one ends early."""

from __future__ import annotations

import os
from typing import Any

from tuneyard.config import Sweep
from tuneyard.sweep.desk import Desk, Said, follow
from tuneyard.sweep.search import scheduler
from tuneyard.sweep.trials import Trials

# Of a trial of Tune, which only waits and reports.
_CPUS = 0.01
_FAILURES = 2
"""How often Tune starts a trial anew; its work goes on meanwhile."""
# Tune writes no tables of its own, keeps off the terminal and leaves signals alone.
_SETTINGS = {
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    "TUNE_WARN_THRESHOLD_S": "60",
    "RAY_AIR_NEW_OUTPUT": "0",
}


def connect() -> tuple[Any, Any]:
    """Start the desk; return it and what passes on to it what is said of a trial."""
    import ray

    desk = ray.remote(num_cpus=0)(Desk).remote()

    def say(number: int, said: Said) -> None:
        ray.get(desk.say.remote(number, said))

    return desk, say


def tune(
    trials: Trials,
    desk: Any,
    search: Any,
    *,
    sweep: Sweep,
    most: int,
    at_once: int,
    storage: str,
    name: str,
) -> None:
    """Run all trials; Ray must be running.

    Args:
        search: see ``search.searcher``.
        sweep: says which trials end early.
        most: how many trials there are at most.
        at_once: how many of them at a time.
        storage, name: the folder, and in it the one for Tune's own state.
    """
    for variable, value in _SETTINGS.items():
        os.environ.setdefault(variable, value)
    from ray import tune as ray_tune

    from tuneyard.distributed.group import ray_storage

    class Begins(ray_tune.Callback):  # type: ignore[misc]
        """Begins a trial's work when Tune begins the trial."""

        def on_trial_start(self, *, trial: Any, **info: Any) -> None:
            trials.begin(trial.config["number"])

        def on_trial_error(self, *, trial: Any, **info: Any) -> None:
            trials.decisions.lose(trial.config["number"], "its actor has died")

        def __reduce__(self) -> Any:
            return str, ("callback",)  # Tune keeps a copy of all that it is given

    folder, files = ray_storage(storage)
    tuner = ray_tune.Tuner(
        ray_tune.with_resources(ray_tune.with_parameters(follow, desk=desk), {"CPU": _CPUS}),
        tune_config=ray_tune.TuneConfig(
            search_alg=search,
            scheduler=scheduler(
                sweep.stop, trials.decisions, sweep.repeat, sweep.objectives[sweep.first]
            ),
            num_samples=most,
            max_concurrent_trials=at_once,
            reuse_actors=True,
        ),
        run_config=ray_tune.RunConfig(
            name=name,
            storage_path=folder,
            storage_filesystem=files,
            verbose=0,
            callbacks=[Begins()],
            failure_config=ray_tune.FailureConfig(max_failures=_FAILURES),
        ),
    )
    tuner.fit()
