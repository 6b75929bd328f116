"""Starts Ray, or joins the cluster that ``RAY_ADDRESS`` names, without noise in the terminal."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tuneyard
from tuneyard.config import Resources
from tuneyard.errors import UserError

# Ray Train prints worker output with bytecode listings otherwise, and Ray's own reports of use,
# metrics and progress bars have no place in a study's terminal. The user's own values win.
_DEFAULTS = {
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    # A worker that asked for no GPU sees none.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
    "RAY_DEDUP_LOGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for one another by spinning take the cores they wait for: small matrix
    # products on two busy cores ran 20 times slower (benchmarks/LOG.md, 2026-11-22).
    "OMP_WAIT_POLICY": "passive",
}

_local = False
_endings: list[Callable[[], None]] = []


def start(resources: Resources | None = None) -> None:
    """Connect to Ray once: to ``RAY_ADDRESS`` where it is set, else to a Ray of this process.

    Inside ``ray job submit`` Ray sets the variable itself. A local Ray gets a CPU slot for every
    worker that the study asks for, whatever the machine has, so that no pool waits for ever.

    Raises:
        UserError: the address cannot be reached, or a local Ray lacks the GPUs asked for.
    """
    global _local
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        return
    resources = resources or Resources()
    address = os.environ.get("RAY_ADDRESS")
    if address:
        try:
            ray.init(
                address=address,
                log_to_driver=False,
                logging_level=logging.ERROR,
                runtime_env=_shipped(),
            )
        except (ConnectionError, ValueError) as error:
            raise UserError(
                f"the Ray cluster cannot be reached ({str(error).splitlines()[0]})",
                where="environment: RAY_ADDRESS",
                value=address,
                remedy="start it, or unset RAY_ADDRESS to run on a local Ray",
            ) from error
        return
    # Another process for every training run, and nobody takes this machine away with a notice.
    os.environ.setdefault("RAY_TRAIN_ENABLE_PREEMPTION_WATCHER", "0")
    ray.init(
        address="local",
        num_cpus=_slots(resources),
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    _local = True
    _check_gpus(resources)


def local() -> bool:
    """Tell whether Ray is this process's own, so that nobody else waits for what stays in use."""
    return _local


def before_stop(end: Callable[[], None]) -> None:
    """Have ``end`` called once before Ray is left."""
    _endings.append(end)


def stop() -> None:
    """Disconnect; a local Ray ends with it."""
    global _local
    import ray

    endings = list(_endings)
    _endings.clear()
    if ray.is_initialized():
        for end in endings:
            end()
        ray.shutdown()
    _local = False


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0))


def _shipped() -> dict[str, Any]:
    """Return what the cluster's workers need of the driver: this very package, and its settings.

    Without it they would import whatever version their image has, or none.
    """
    return {
        "py_modules": [str(Path(tuneyard.__file__).parent)],
        "env_vars": {name: os.environ[name] for name in _DEFAULTS},
    }


def _slots(resources: Resources) -> int:
    training = math.ceil(resources.workers * resources.cpus_per_worker)
    # One is left free: Ray Data's own tasks stall where workers hold every CPU.
    pools = (resources.inference_workers or 1) + resources.scoring_workers + 1
    return max(cores(), training, pools)


def _check_gpus(resources: Resources) -> None:
    import ray

    wanted = resources.workers * resources.gpus_per_worker
    present = ray.cluster_resources().get("GPU", 0)
    if wanted > present:
        stop()
        raise UserError(
            f"the study asks for {wanted:g} GPUs, but this machine has {present:g}",
            where="resources: gpus_per_worker",
            value=resources.gpus_per_worker,
            remedy="lower workers or gpus_per_worker, or set RAY_ADDRESS to a cluster",
        )
