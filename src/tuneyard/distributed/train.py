"""A training job on Ray Train: workers, retries, checkpoints in shared storage, live progress."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuneyard.artifacts import fetch
from tuneyard.config import Resources
from tuneyard.distributed import runtime
from tuneyard.errors import UserError
from tuneyard.loading import check_adapter, check_model
from tuneyard.train.job import TrainJob

RESULT = "training.json"
"""In the finished adapter's folder: what ``train.run`` returned, with the step history."""

_POLL_SECONDS = 0.3


def fit(
    job: TrainJob,
    *,
    resources: Resources,
    storage: str,
    name: str,
    out: Path,
    on_progress: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Train on Ray workers; a lost worker, or a lost driver, goes on from the last checkpoint.

    Args:
        storage: folder or fsspec URL, reachable from every node, that holds checkpoints.
        name: of the run within ``storage``; the same name goes on where it was interrupted.
        out: a local folder that gets the adapter, its record and ``training.json``.
        on_progress: called from another thread with ``step``, ``total_steps``, ``loss``, … of
            each logged step, and ``pid`` of the first worker.

    Returns:
        What ``train.run`` returned: among others ``history``, ``steps`` and ``stopped``.

    Raises:
        UserError: the strategy is not ddp, or a worker raised one.
        ray.train.TrainingFailedError: workers failed more than ``resources.max_failures`` times.
    """
    if resources.strategy != "ddp":
        raise UserError(
            "this strategy is not available yet",
            where="resources: strategy",
            value=resources.strategy,
            remedy="set it to ddp",
        )
    check_model(job.base())
    if job.adapter is not None:
        check_adapter(fetch(job.adapter), job.base())
    runtime.start(resources)
    import ray
    from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    path, filesystem = _storage(storage)
    channel = ray.remote(num_cpus=0)(Channel).remote()
    trainer = TorchTrainer(
        _worker,
        train_loop_config={
            "job": _absolute(job).to_json(),
            "channel": channel,
            "workers": resources.workers,
            "threads": resources.threads,
        },
        scaling_config=ScalingConfig(
            num_workers=resources.workers,
            use_gpu=resources.gpus_per_worker > 0,
            resources_per_worker=_per_worker(resources),
        ),
        run_config=RunConfig(
            name=name,
            storage_path=path,
            storage_filesystem=filesystem,
            failure_config=FailureConfig(
                max_failures=resources.max_failures,
                # Without a limit workers that die as they start are started for ever. A cluster
                # may still be growing: there a start that fails is no sign of anything.
                controller_failure_limit=-1
                if os.environ.get("RAY_ADDRESS")
                else resources.max_failures,
            ),
            checkpoint_config=CheckpointConfig(num_to_keep=2),
            worker_runtime_env=_environment(resources),
        ),
    )
    try:
        with _listening(channel, on_progress):
            result = trainer.fit()
    except ray.train.TrainingFailedError:
        _raise_from(channel)
        raise
    _raise_from(channel)
    if result.checkpoint is None:
        raise RuntimeError("training ended without a checkpoint")
    result.checkpoint.to_directory(str(out))
    found: dict[str, Any] = json.loads((out / RESULT).read_text(encoding="utf-8"))
    return found


class Channel:
    """A Ray actor that carries progress and the user's errors from the workers to the driver."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._error: UserError | None = None

    def put(self, entry: dict[str, Any]) -> None:
        """Add a progress entry."""
        self._entries.append(entry)

    def take(self) -> list[dict[str, Any]]:
        """Return the entries since the last call."""
        taken, self._entries = self._entries, []
        return taken

    def fail(self, error: UserError) -> None:
        """Keep the first error that the user has to mend."""
        self._error = self._error or error

    def error(self) -> UserError | None:
        """Return that error, if there was one."""
        return self._error


def _worker(config: dict[str, Any]) -> None:
    """Run in each training worker."""
    import ray
    import ray.train
    import torch

    channel = config["channel"]
    if ray.get(channel.error.remote()) is not None:
        return  # A retry would end alike.
    context = ray.train.get_context()
    if context.get_world_size() == 1:
        # Accelerate would wrap the model in DDP for the sake of a group of one.
        for variable in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
            os.environ.pop(variable, None)
    # Ray gives every worker a single OpenMP thread.
    share = max(1, runtime.cores() // max(1, context.get_local_world_size()))
    torch.set_num_threads(config["threads"] or share)
    try:
        _train(TrainJob.from_json(config["job"]), channel, first=context.get_world_rank() == 0)
    except UserError as error:
        # Every worker meets it alike, so none is left waiting; and it is not worth a retry.
        ray.get(channel.fail.remote(error))
    except torch.OutOfMemoryError as error:
        ray.get(channel.fail.remote(_out_of_memory(error)))
        raise


def _train(job: TrainJob, channel: Any, *, first: bool) -> None:
    import ray.train
    from ray.train import Checkpoint

    from tuneyard.train.run import run

    def report(metrics: dict[str, Any], folder: Path | None) -> None:
        if folder is not None:
            ray.train.report(metrics, checkpoint=Checkpoint.from_directory(str(folder)))
        elif first:
            channel.put.remote({**metrics, "pid": os.getpid()})

    with _resumed() as resume_from, tempfile.TemporaryDirectory() as folder:
        if resume_from is not None and (resume_from / RESULT).is_file():
            return  # Interrupted between the last report and the driver's copy.
        out = Path(folder, "adapter")
        result = run(job, out, report=report, resume_from=resume_from)
        if not first:
            ray.train.report({"step": result["steps"]})
            return
        (out / RESULT).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        final = Checkpoint.from_directory(str(out))
        ray.train.report({"step": result["steps"]}, checkpoint=final)


@contextmanager
def _resumed() -> Iterator[Path | None]:
    """Yield the last committed checkpoint as a local folder, or None."""
    import ray.train

    checkpoint = ray.train.get_checkpoint()
    if checkpoint is None:
        yield None
        return
    with checkpoint.as_directory() as folder:
        yield Path(folder)


@contextmanager
def _listening(channel: Any, on_progress: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Pass progress on from a thread while the block runs."""
    import ray

    done = threading.Event()

    def forward() -> None:
        for entry in ray.get(channel.take.remote()):
            on_progress(entry)

    def listen() -> None:
        while not done.wait(_POLL_SECONDS):
            forward()

    thread = threading.Thread(target=listen, name="tuneyard-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        forward()


def _raise_from(channel: Any) -> None:
    import ray

    error = ray.get(channel.error.remote())
    if error is not None:
        raise error


def _out_of_memory(error: Exception) -> UserError:
    return UserError(
        f"the GPU's memory does not suffice ({str(error).splitlines()[0]})",
        where="batch_size",
        remedy="lower batch_size (and raise gradient_accumulation), lower max_length, set "
        "gradient_checkpointing: true, or quantization: nf4",
    )


def _per_worker(resources: Resources) -> dict[str, float]:
    found = {"CPU": resources.cpus_per_worker}
    if resources.gpus_per_worker:
        found["GPU"] = resources.gpus_per_worker
    return found


def _environment(resources: Resources) -> dict[str, Any]:
    """Hide a node's GPUs from workers that asked for none; they would take them otherwise."""
    return {} if resources.gpus_per_worker else {"env_vars": {"CUDA_VISIBLE_DEVICES": ""}}


def _storage(storage: str) -> tuple[str, Any]:
    """Return Ray's path and filesystem; for a URL fsspec's, as for every other artifact."""
    if "://" not in storage or storage.startswith("file://"):
        return str(Path(storage.removeprefix("file://")).absolute()), None
    import fsspec
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    files, path = fsspec.core.url_to_fs(storage)
    return path, PyFileSystem(FSSpecHandler(files))


def _absolute(job: TrainJob) -> TrainJob:
    """Spell local paths out: a worker has another working directory."""

    def spelt(path: str) -> str:
        return str(Path(path).absolute()) if "://" not in path else path

    model = dict(job.model)
    if Path(model["path"]).expanduser().exists():
        model["path"] = str(Path(model["path"]).expanduser().absolute())
    adapter = None if job.adapter is None else spelt(job.adapter)
    reference = None if job.reference is None else spelt(job.reference)
    return replace(job, model=model, rows=spelt(job.rows), adapter=adapter, reference=reference)
