"""A group of Ray Train workers, which may stay for the study's next training stage.

On two quiet cores a group takes 20 to 25 s to start, nearly all of it imports. On this process's
own Ray one group therefore trains all of a study's stages; idle, its workers hold memory and next
to no CPU. On GPUs they also do what else needs a model, in its place. See ``Groups.lend`` for
where a group stays.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tuneyard.config import Resources
from tuneyard.distributed.batches import Batch, Batches, results_of
from tuneyard.distributed.worker import Channel, work
from tuneyard.train.job import TrainJob

_POLL_SECONDS = 0.3
_BATCH_POLL_SECONDS = 0.05
_CLOSE_SECONDS = 120.0
# Of a worker that stays: idle most of the time, it must not take a slot from the other pools.
_KEPT_CPUS = 0.01


class Group:
    """One run of Ray Train, in a thread of the driver, that trains the jobs it is given.

    Args:
        resources: what it takes of the Ray that runs.
        storage: folder or fsspec URL, reachable from every node, that holds checkpoints. A new
            group goes on with the job whose checkpoint is the last there, if it is given it.
        local: whether that Ray is of this machine alone.
        kept: whether it may stay idle, where nobody else waits for the CPUs it would take.

    Attributes:
        names: of the jobs that it was given to train.
        jobs: how many it was given in all.
    """

    def __init__(self, resources: Resources, storage: str, *, local: bool, kept: bool) -> None:
        import ray
        from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
        from ray.train.torch import TorchTrainer

        self.storage = storage
        self.names: list[str] = []
        self.jobs = 0
        self._free = True
        self._channel = ray.remote(num_cpus=0)(Channel).remote()
        self._error: BaseException | None = None
        folder, filesystem = ray_storage(storage)
        trainer = TorchTrainer(
            work,
            train_loop_config={"channel": self._channel, "threads": resources.threads},
            scaling_config=ScalingConfig(
                num_workers=resources.workers,
                use_gpu=resources.gpus_per_worker > 0,
                resources_per_worker={
                    "CPU": _KEPT_CPUS if kept else resources.cpus_per_worker,
                    **({"GPU": resources.gpus_per_worker} if resources.gpus_per_worker else {}),
                },
            ),
            run_config=RunConfig(
                name=Path(folder).name,
                storage_path=str(Path(folder).parent),
                storage_filesystem=filesystem,
                failure_config=FailureConfig(
                    max_failures=resources.max_failures,
                    # Without a limit workers that die as they start are started for ever. A
                    # cluster may still be growing: there a start that fails is no sign of that.
                    controller_failure_limit=(resources.max_failures if local else -1),
                ),
                checkpoint_config=CheckpointConfig(num_to_keep=2),
                # Workers that asked for no GPU would take those of their node.
                worker_runtime_env=(
                    {} if resources.gpus_per_worker else {"env_vars": {"CUDA_VISIBLE_DEVICES": ""}}
                ),
            ),
        )
        self._thread = threading.Thread(
            target=self._run, args=[trainer], name="tuneyard-training", daemon=True
        )
        self._thread.start()

    def alive(self) -> bool:
        """Tell whether it can be given another job."""
        return self._free and self._thread.is_alive()

    def train(
        self, name: str, job: TrainJob, on_progress: Callable[[dict[str, Any]], bool | None]
    ) -> Any:
        """Return the finished job's adapter, a ``ray.train.Checkpoint``.

        Args:
            on_progress: called with each entry; where it says of a rung's answers whether
                training goes on, the workers are told.

        Raises:
            UserError: a worker raised it; the group ends.
            ray.train.TrainingFailedError: workers failed more often than allowed.
        """
        import ray

        self.names.append(name)
        self._free = False
        self.jobs += 1
        ray.get(self._channel.give.remote(name, job.to_json()))
        while True:
            entries, result, over = self._take()
            for entry in entries:
                if (go_on := on_progress(entry)) is not None:
                    ray.get(self._channel.decide.remote(entry["step"], go_on))
            if result is not None:
                self._free = True
                return result
            if over is not None:
                raise over
            time.sleep(_POLL_SECONDS)

    def batches(self, work: Batches) -> Iterator[tuple[int, Batch]]:
        """Yield (batch number, results) in the order in which the workers finish them.

        Where it is left early, or batches fail, the group ends.

        Raises:
            UserError, RunError: a worker raised it.
            ray.train.TrainingFailedError: workers failed more often than allowed.
        """
        import ray

        self._free, left = False, len(work.texts)
        self.jobs += 1
        ray.get(self._channel.give.remote("batches", work))
        try:
            while left:
                entries, _, over = self._take()
                for row in entries:
                    left -= 1
                    yield row["batch"], results_of(row)
                if left and over is not None:
                    raise over
                time.sleep(_BATCH_POLL_SECONDS if left else 0)
            ray.get(self._channel.finish.remote(None))
            self._free = True
        finally:
            if not self._free and self._thread.is_alive():
                ray.get(self._channel.close.remote())
                self._thread.join(_CLOSE_SECONDS)

    def _take(self) -> tuple[list[dict[str, Any]], Any, BaseException | None]:
        """Return what the workers have said, a training's adapter, and why the group has ended."""
        import ray

        alive = self._thread.is_alive()  # asked first, to miss nothing that is said before
        entries, result, error = ray.get(self._channel.take.remote())
        if error is not None:
            self._thread.join(_CLOSE_SECONDS)
            return entries, None, error
        if alive:
            return entries, result, None
        return entries, result, self._error or RuntimeError("the workers went without a result")

    def close(self) -> None:
        """End the run and free what it holds; where a job was broken off, leave that to Ray."""
        import ray

        if self.alive():
            ray.get(self._channel.close.remote())
            self._thread.join(_CLOSE_SECONDS)

    def _run(self, trainer: Any) -> None:
        try:
            trainer.fit()
        except BaseException as error:
            self._error = error


def ray_storage(storage: str) -> tuple[str, Any]:
    """Return Ray's path and filesystem; for a URL fsspec's, as for every other artifact."""
    if "://" not in storage or storage.startswith("file://"):
        return str(Path(storage.removeprefix("file://")).absolute()), None
    import fsspec
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    files, path = fsspec.core.url_to_fs(storage)
    return path, PyFileSystem(FSSpecHandler(files))
