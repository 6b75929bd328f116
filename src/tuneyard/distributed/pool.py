"""Runs batches through a pool of Ray Data actors and yields their results as they come.

A row of the data set is a whole batch, made on the driver: what a batch holds, and so every
rounding in it, does not depend on how many workers there are or how Ray splits its blocks.
Batches travel as JSON, which also carries text that is not valid Unicode.
"""

from __future__ import annotations

import inspect
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tuneyard.errors import UserError

Batch = list[Any]
Work = Callable[[Batch], Batch]
"""Takes a batch of JSON-able items and returns one JSON-able result an item."""


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
) -> Iterator[tuple[int, Batch]]:
    """Yield (batch number, results) in the order in which batches finish.

    Args:
        factory: called once in each worker with ``settings``; importable, returns the work.
        workers: actors; no more are started than there are batches.
        cpus: CPUs that Ray reserves for each; less where a pool would leave none free.
        gpus: GPUs for each.
        env: environment variables of the workers.
        max_failures: how often a new pool takes over what is left after a worker was lost.

    Raises:
        UserError: a worker raised it; anything else comes as Ray wraps it.
    """
    if not batches:
        return
    from ray.exceptions import RayActorError

    workers = min(workers, len(batches))
    # No restarts by Ray: it would restart for ever a worker that runs out of memory each time.
    options: dict[str, Any] = {
        "num_cpus": _share(cpus, workers),
        **_no_restarts(),
    }
    if gpus:
        options["num_gpus"] = gpus
    if env:
        options["runtime_env"] = {"env_vars": dict(env)}
    left = dict(enumerate(batches))
    for failures in range(max_failures + 1):
        try:
            for number, results in _run(left, factory, settings, workers, options):
                del left[number]
                yield number, results
            return
        except RayActorError:
            if failures == max_failures:
                raise


def _run(
    batches: Mapping[int, Batch],
    factory: Callable[..., Work],
    settings: Mapping[str, Any],
    workers: int,
    options: Mapping[str, Any],
) -> Iterator[tuple[int, Batch]]:
    import ray.data
    from ray.data import ActorPoolStrategy

    with _quiet():
        rows = [{"batch": number, "data": json.dumps(b)} for number, b in batches.items()]
        with warnings.catch_warnings():
            # Ray 2.60 deprecates actor options here before it offers another place for them.
            warnings.simplefilter("ignore")
            data = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
                _Worker,
                fn_constructor_args=(factory, dict(settings)),
                batch_size=1,
                batch_format="numpy",
                compute=ActorPoolStrategy(size=workers),
                **options,
            )
        for table in data.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            for row in table.to_pylist():
                result = json.loads(row["data"])
                if row["failed"]:
                    raise _user_error(result)
                yield row["batch"], result


def _no_restarts() -> dict[str, Any]:
    """Return the options that switch Ray's own restarts off, where this Ray still takes them."""
    from ray.data import Dataset

    taken = inspect.signature(Dataset.map_batches).parameters
    return {"max_restarts": 0, "max_task_retries": 0} if "ray_remote_args" in taken else {}


class _Worker:
    """The actor. It builds its work once, on the first batch.

    Not in the constructor: Ray Data starts an actor whose constructor raises again and again.
    """

    def __init__(self, factory: Callable[..., Work], settings: dict[str, Any]) -> None:
        self.factory, self.settings = factory, settings
        self.work: Work | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        failed, data = [], []
        for text in batch["data"]:
            try:
                if self.work is None:
                    self.work = self.factory(**self.settings)
                data.append(json.dumps(self.work(json.loads(text))))
                failed.append(False)
            except UserError as error:
                data.append(json.dumps([error.what, error.where, error.shown, error.remedy]))
                failed.append(True)
        return {"batch": [int(n) for n in batch["batch"]], "data": data, "failed": failed}


def _user_error(parts: list[str | None]) -> UserError:
    what, where, shown, remedy = parts
    rebuild, arguments = UserError(str(what)).__reduce__()  # keeps the shown value as it is
    assert callable(rebuild)
    assert isinstance(arguments, tuple)
    error = rebuild(what, where, shown, remedy)
    assert isinstance(error, UserError)
    return error


def _share(cpus: float, workers: int) -> float:
    """Return the CPUs for one actor so that the pool leaves at least half a CPU free.

    A pool of actors that holds every CPU waits for ever for the tasks that feed it. A cluster
    that shows no CPU yet (an autoscaler's) gets the request as it is.
    """
    import ray

    total = ray.cluster_resources().get("CPU", 0.0)
    if total == 0:
        return cpus
    spare = max(total - 1, total / 2)
    # Ray counts in ten-thousandths; rounding down keeps the sum within the spare CPUs.
    return min(cpus, max(0.01, int(spare / workers * 100) / 100))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Ray Data's progress bars and notices off the terminal; tuneyard shows its own."""
    from ray.data import DataContext

    context = DataContext.get_current()
    names = ("enable_progress_bars", "print_on_execution_start", "enable_auto_log_stats")
    before = {name: getattr(context, name) for name in names if hasattr(context, name)}
    # Only the terminal: Ray's own log files stay complete, and failures are raised anyway.
    consoles = [
        handler
        for handler in logging.getLogger("ray.data").handlers
        if not hasattr(handler, "baseFilename") and "File" not in type(handler).__name__
    ]
    levels = [handler.level for handler in consoles]
    for name in before:
        setattr(context, name, False)
    for handler in consoles:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)
        for handler, level in zip(consoles, levels, strict=True):
            handler.setLevel(level)
