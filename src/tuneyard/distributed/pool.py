"""Runs batches through a pool of Ray Data workers and yields their results as they come.

A row of the data set is a whole batch, made on the driver: what a batch holds, and so every
rounding in it, does not depend on how many workers there are or how Ray splits its blocks.
Batches travel as JSON, which also carries text that is not valid Unicode.

On GPUs the workers are actors, so that a GPU is free as soon as the run ends. On CPUs they are
tasks: Ray keeps their processes for the next run, which then starts without importing torch and
transformers again, about ten seconds on two cores. Where training workers stay on GPUs there is no
pool: they do the batches (see ``Groups.lend``).
"""

from __future__ import annotations

import inspect
import json
import logging
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tuneyard.config import Resources
from tuneyard.distributed.batches import Batch, Batches, BatchWorker, Lend, Work, results_of
from tuneyard.machine import cores

# How long the process of a task keeps its work (a loaded model, say) after the last batch.
_KEPT_SECONDS = 20.0


def run_batches(
    batches: Sequence[Batch],
    factory: Callable[..., Work],
    settings: Mapping[str, Any],
    *,
    workers: int,
    cpus: float,
    gpus: float = 0,
    env: Mapping[str, str] | None = None,
    max_failures: int = 3,
    lend: Lend | None = None,
) -> Iterator[tuple[int, Batch]]:
    """Yield (batch number, results) in the order in which batches finish.

    Args:
        factory: called once in each worker with ``settings``; importable, returns the work.
        workers: how many at a time; no more than there are batches.
        cpus: CPUs that Ray reserves for each; less where a pool would leave none free.
        gpus: GPUs for each.
        env: environment variables of the workers.
        max_failures: how often a new pool takes over what is left after a worker was lost.
        lend: lends workers that are there already, which are taken instead (``Groups.lender``).

    Raises:
        UserError, RunError: a worker raised it; anything else comes as Ray wraps it.
    """
    if not batches:
        return
    left = Batches(factory, dict(settings), {n: json.dumps(b) for n, b in enumerate(batches)})
    if lend is not None:
        yield from _lent(left, lend)
        return
    from ray.exceptions import OutOfMemoryError, RayActorError, WorkerCrashedError

    workers = min(workers, len(batches))
    options: dict[str, Any] = {"num_cpus": _share(cpus, workers), **_no_restarts(gpus > 0)}
    if gpus:
        options["num_gpus"] = gpus
    if env:
        options["runtime_env"] = {"env_vars": dict(env)}
    for failures in range(max_failures + 1):
        try:
            for number, results in _run(left, workers, options):
                del left.texts[number]
                yield number, results
            return
        except (RayActorError, WorkerCrashedError, OutOfMemoryError):
            if failures == max_failures:
                raise


def inference_workers(resources: Resources) -> int:
    """Return how many workers hold a model: as configured, else one a GPU, or one."""
    if resources.inference_workers is not None:
        return resources.inference_workers
    if not resources.gpus_per_worker:
        return 1
    import ray

    gpus = ray.cluster_resources().get("GPU", 0.0)
    return max(1, int(gpus / resources.gpus_per_worker))


def run_models(
    batches: Sequence[Batch],
    factory: Callable[..., Work],
    settings: Mapping[str, Any],
    *,
    workers: int,
    resources: Resources,
    lend: Lend | None,
) -> Iterator[tuple[int, Batch]]:
    """Do as ``run_batches`` does in workers that hold a model each, and have torch's threads."""
    return run_batches(
        batches,
        _with_threads,
        {
            "factory": factory,
            "settings": settings,
            "threads": resources.threads,
            "workers": workers,
        },
        workers=workers,
        cpus=resources.cpus_per_worker,
        gpus=resources.gpus_per_worker,
        lend=lend,
    )


def _with_threads(
    factory: Callable[..., Work], settings: Mapping[str, Any], threads: int | None, workers: int
) -> Work:
    import torch

    # Ray gives a worker OMP_NUM_THREADS = its CPUs, which leaves a small machine's cores idle.
    torch.set_num_threads(threads or max(1, cores() // workers))
    return factory(**settings)


def _lent(left: Batches, lend: Lend) -> Iterator[tuple[int, Batch]]:
    from ray.train import TrainingFailedError

    while left.texts:
        with lend() as group:
            first = group.jobs == 0
            try:
                for number, results in group.batches(left):
                    del left.texts[number]
                    yield number, results
            except TrainingFailedError:
                # What earlier jobs lost counts against the same limit; a new group starts at none.
                if first:
                    raise


def _run(work: Batches, workers: int, options: Mapping[str, Any]) -> Iterator[tuple[int, Batch]]:
    import ray.data
    from ray.data import ActorPoolStrategy, TaskPoolStrategy

    worker: dict[str, Any]
    if "num_gpus" in options:
        worker = {
            "fn": BatchWorker,
            "fn_constructor_args": (work.factory, work.settings),
            "compute": ActorPoolStrategy(size=workers),
        }
    else:
        worker = {
            "fn": _in_task,
            "fn_args": (uuid.uuid4().hex, work.factory, work.settings),
            "compute": TaskPoolStrategy(size=workers),
        }
    _quiet()
    rows = [{"batch": number, "data": text} for number, text in work.texts.items()]
    with warnings.catch_warnings():
        # Ray 2.60 deprecates actor options here before it offers another place for them.
        warnings.simplefilter("ignore")
        data = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            **worker, batch_size=1, batch_format="numpy", **options
        )
    for table in data.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for row in table.to_pylist():
            yield row["batch"], results_of(row)


def _no_restarts(actors: bool) -> dict[str, Any]:
    """Return the options that switch Ray's own restarts off, where this Ray still takes them.

    Ray would restart for ever an actor that runs out of memory each time.
    """
    from ray.data import Dataset

    if "ray_remote_args" not in inspect.signature(Dataset.map_batches).parameters:
        return {}
    return {"max_restarts": 0, "max_task_retries": 0} if actors else {"max_retries": 0}


class _Kept:
    """The worker that a task's process keeps from batch to batch, and for a while after the last.

    Attributes:
        run: which call of ``run_batches`` it belongs to.
    """

    def __init__(self) -> None:
        self.run = ""
        self._worker: BatchWorker | None = None
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def work(
        self,
        run: str,
        factory: Callable[..., Work],
        settings: dict[str, Any],
        batch: dict[str, Any],
    ) -> dict[str, list[Any]]:
        """Do a batch with the kept worker, or with a new one where it is another run's."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if run != self.run or self._worker is None:
                self._worker = None  # frees the old model before another is loaded
                self._worker = BatchWorker(factory, settings)
                self.run = run
            try:
                return self._worker(batch)
            finally:
                self._timer = threading.Timer(_KEPT_SECONDS, self._drop, [run])
                self._timer.daemon = True
                self._timer.start()

    def _drop(self, run: str) -> None:
        with self._lock:
            if run == self.run:
                self._worker = None


_kept = _Kept()


def _in_task(
    batch: dict[str, Any], run: str, factory: Callable[..., Work], settings: dict[str, Any]
) -> dict[str, list[Any]]:
    """Do a batch in a task of Ray Data."""
    return _kept.work(run, factory, settings, batch)


def _share(cpus: float, workers: int) -> float:
    """Return the CPUs for one worker so that the pool leaves at least half a CPU free.

    A pool of workers that holds every CPU waits for ever for the tasks that feed it. A cluster
    that shows no CPU yet (an autoscaler's) gets the request as it is.
    """
    import ray

    total = ray.cluster_resources().get("CPU", 0.0)
    if total == 0:
        return cpus
    spare = max(total - 1, total / 2)
    # Ray counts in ten-thousandths; rounding down keeps the sum within the spare CPUs.
    return min(cpus, max(0.01, int(spare / workers * 100) / 100))


@cache
def _quiet() -> None:
    """Keep Ray Data's progress bars and notices off the terminal; tuneyard shows its own.

    Only the terminal: Ray's own log files stay complete, and failures are raised anyway. For good:
    pools run side by side, and the settings are this process's.
    """
    from ray.data import DataContext

    context = DataContext.get_current()
    for name in ("enable_progress_bars", "print_on_execution_start", "enable_auto_log_stats"):
        if hasattr(context, name):
            setattr(context, name, False)
    for handler in logging.getLogger("ray.data").handlers:
        if not hasattr(handler, "baseFilename") and "File" not in type(handler).__name__:
            handler.setLevel(logging.CRITICAL + 1)
