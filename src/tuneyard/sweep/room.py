"""How many trials run at a time, and what ``tuneyard plan`` says of a sweep."""

from __future__ import annotations

import os
from typing import NamedTuple

from tuneyard.config import Resources, Sweep
from tuneyard.estimate import shape_of, training_seconds
from tuneyard.machine import cores
from tuneyard.plan.steps import Train
from tuneyard.progress import duration
from tuneyard.sweep.prepared import PreparedSweep, Trial, shared
from tuneyard.sweep.winner import rule


class Room(NamedTuple):
    """CPUs and GPUs."""

    cpus: float = 0.0
    gpus: float = 0.0


_MOST_AT_ONCE = 32
"""Trials at a time where nobody says: each has threads in the driver."""


def room(sweep: Sweep, resources: Resources, local: bool) -> int:
    """Return how many trials run at a time: as many trainings as there is room for.

    Ray must be running.
    """
    import ray

    there = ray.cluster_resources()
    cpus = float(cores()) if local else there.get("CPU", 0.0)
    found = Room(cpus, there.get("GPU", 0.0))
    return bounded(sweep, resources, None if resources.autoscaling and not local else found)


def bounded(sweep: Sweep, resources: Resources, there: Room | None) -> int:
    """Return how many trials run at a time where there is so much; None: nobody knows how much."""
    most = min(filter(None, (sweep.parallel, resources.parallel, _MOST_AT_ONCE)))
    return most if there is None else max(1, min(most, fits(resources, there)))


def fits(resources: Resources, there: Room) -> int:
    """Return how many trainings have room beside one another."""
    count = resources.workers
    if resources.gpus_per_worker:
        return int(there.gpus / (resources.gpus_per_worker * count) + 1e-9)
    return int(there.cpus / (resources.cpus_per_worker * count) + 1e-9)


def alone(resources: Resources) -> Resources:
    """Return a trial's resources: where a study would answer on all GPUs, on those of its own.

    Its training workers answer, too (see ``Groups.lend``).
    """
    if not resources.gpus_per_worker:
        return resources
    return resources.model_copy(update={"inference_workers": resources.workers})


def planned(made: PreparedSweep) -> list[str]:
    """Return what ``tuneyard plan`` says of a sweep."""
    sweep, resources = made.sweep, made.prepared.study.resources
    trials = [made.trial(point) for point in made.points]
    common = shared(trials) if len(trials) > 1 else list(trials[0].prepared.plan.steps)
    by = ", ".join(
        name if direction == "max" else f"{name} (least)"
        for name, direction in sweep.objectives.items()
    )
    lines = [f"sweep {made.key}: {made.most} trials, search {sweep.search}, by {by}"]
    for number, trial in enumerate(trials):
        values = ", ".join(f"{key}={value}" for key, value in trial.point.values.items())
        seed = "" if trial.point.seed is None else f", seed {trial.point.seed}"
        lines.append(f"  trial {number}  {trial.point.arm}: {values or 'as written'}{seed}")
    if made.most > len(trials):
        lines.append(f"  {made.most - len(trials)} more, as results suggest")
    lines.append("steps that trials share, run once each:" if len(trials) > 1 else "steps of each:")
    lines += [f"  {step.key}  {step.label}" for step in common]
    cluster = bool(os.environ.get("RAY_ADDRESS"))
    if cluster or resources.gpus_per_worker:
        lines.append("at a time: as many as the cluster has room for")
        at_once = 1
    else:
        at_once = min(made.most, bounded(sweep, resources, Room(float(cores()))))
        lines.append(f"at a time, on this machine: {at_once}")
    seconds = _seconds(made, trials)
    if seconds is not None:
        whole = duration(max(seconds / at_once, 1))
        lines.append(f"training of all trials, none stopped: about {whole} (rough)")
    return lines + [f"note: {text}" for text in notes(made)]


def notes(made: PreparedSweep) -> list[str]:
    """Return what the user should know before a sweep runs, though it is no error."""
    sweep = made.sweep
    found = [rule(sweep)]
    if sweep.search != "grid" and made.most < sweep.trials:
        found.append(
            f"{made.most} trials, not {sweep.trials}: the space has no more points that train "
            "something of their own"
        )
    return [text for text in found if text]


def _seconds(made: PreparedSweep, trials: list[Trial]) -> float | None:
    """Return the seconds of training of all trials one by one; None: nobody knows."""
    trained: dict[str, float] = {}
    for trial in trials:
        for step in trial.prepared.plan.steps:
            shape = shape_of(step.base.model) if isinstance(step, Train) else None
            if isinstance(step, Train) and shape is not None:
                trained[step.key] = training_seconds(shape, step, trial.prepared.study)
    if not trained:
        return None
    # Of the trials that are not known yet each has at least its last stage.
    last = trained.get(trials[0].arm.trains[-1].key, 0.0)
    return sum(trained.values()) + (made.most - len(trials)) * last
