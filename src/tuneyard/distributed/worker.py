"""What a training worker does: trainings and batches, job after job, and what it tells of them."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneyard import scratch
from tuneyard.distributed.batches import Batches, BatchWorker
from tuneyard.errors import UserError, first_line
from tuneyard.machine import cores
from tuneyard.train.job import TrainJob

RESULT = "training.json"
"""In the finished adapter's folder: what ``train.run`` returned, with the step history."""


class Channel:
    """A Ray actor between driver and workers: jobs and batches one way, what comes of them back."""

    def __init__(self) -> None:
        self._number = 0
        self._offer: tuple[int, str, str | Batches] | None = None
        self._left: list[int] = []
        self._taken: set[int] = set()
        self._entries: list[dict[str, Any]] = []
        self._result: Any = None
        self._error: UserError | None = None
        self._closed = False
        self._verdicts: dict[int, bool] = {}
        self._changed = asyncio.Condition()

    async def give(self, name: str, job: str | Batches) -> None:
        """Offer the workers another job: a training's as text, or batches."""
        self._number += 1
        self._offer, self._result = (self._number, name, job), None
        self._verdicts = {}
        self._left = sorted(job.texts, reverse=True) if isinstance(job, Batches) else []
        self._taken = set()
        await self._notify()

    async def next(self, after: int) -> tuple[int, str, str | Batches] | None:
        """Wait for a job with a number above ``after``: number, name, job; None: no more come.

        Workers that Ray has started anew ask with 0 and get the job that was interrupted; all of
        them are new then, so that nobody is at work on a batch.
        """
        if after == 0:
            self._left += sorted(self._taken, reverse=True)
            self._taken = set()
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._closed or (self._offer is not None and self._offer[0] > after)
            )
        return None if self._closed else self._offer

    async def put(self, entry: dict[str, Any]) -> None:
        """Add a progress entry."""
        self._entries.append(entry)

    async def decide(self, step: int, go_on: bool) -> None:
        """Say whether training goes on from a rung."""
        self._verdicts[step] = go_on
        await self._notify()

    async def verdict(self, step: int) -> bool:
        """Wait for what is said of a rung."""
        async with self._changed:
            await self._changed.wait_for(lambda: step in self._verdicts or self._closed)
        return self._verdicts.get(step, False)

    async def batch(self) -> int | None:
        """Hand out the number of a batch that nobody has; None: there is none left."""
        if self._closed or not self._left:
            return None
        number = self._left.pop()
        self._taken.add(number)
        return number

    async def answer(self, number: int, row: dict[str, Any]) -> None:
        """Take what came of a batch; once, where workers that were lost had told it, too."""
        if number in self._taken:
            self._taken.remove(number)
            self._entries.append(row)

    async def finish(self, checkpoint: Any) -> None:
        """Hand over the finished job's adapter."""
        self._offer, self._result = None, checkpoint

    async def fail(self, error: UserError) -> None:
        """Keep the first error that the user has to mend, and offer no more jobs."""
        self._error = self._error or error
        await self.close()

    async def take(self) -> tuple[list[dict[str, Any]], Any, UserError | None]:
        """Return the progress since the last call, the job's adapter if it is there, the error."""
        taken, self._entries = self._entries, []
        return taken, self._result, self._error

    async def close(self) -> None:
        """Send the workers home when they ask for their next job."""
        self._closed = True
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def work(config: dict[str, Any]) -> None:
    """Run in each training worker: do the jobs of a channel until no more come."""
    import ray
    import ray.train
    import torch

    channel = config["channel"]
    context = ray.train.get_context()
    first = context.get_world_rank() == 0
    if context.get_world_size() == 1:
        # Accelerate would wrap the model in DDP for the sake of a group of one.
        for variable in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
            os.environ.pop(variable, None)
    # Ray gives every worker a single OpenMP thread.
    share = max(1, cores() // max(1, context.get_local_world_size()))
    torch.set_num_threads(config["threads"] or share)
    # Only what was interrupted goes on; later the workers differ in the last they reported.
    interrupted, number = ray.train.get_checkpoint(), 0
    while (offer := ray.get(channel.next.remote(number))) is not None:
        number, name, job = offer
        try:
            if isinstance(job, Batches):
                _answer(job, channel)
                continue
            with _folder(interrupted, name) as resume_from:
                _train(TrainJob.from_json(job), name, channel, resume_from, first=first)
        except UserError as error:
            # Every worker meets it alike, so none is left waiting; and it is not worth a retry.
            ray.get(channel.fail.remote(error))
        except torch.OutOfMemoryError as error:
            if isinstance(job, Batches):
                raise
            ray.get(channel.fail.remote(_out_of_memory(error)))
            raise
        finally:
            interrupted = None
            gc.collect()  # frees the model, which its trainer's callbacks refer to in circles
            torch.cuda.empty_cache()  # for others on this GPU


def _answer(job: Batches, channel: Any) -> None:
    import ray

    worker = BatchWorker(job.factory, job.settings)
    while (number := ray.get(channel.batch.remote())) is not None:
        ray.get(channel.answer.remote(number, worker.row(number, job.texts[number])))


def _train(
    job: TrainJob, name: str, channel: Any, resume_from: Path | None, *, first: bool
) -> None:
    import ray
    import ray.train
    from ray.train import Checkpoint

    from tuneyard.train.run import run

    def commit(metrics: dict[str, Any], folder: Path | None) -> None:
        ray.train.report(
            metrics,
            checkpoint=None if folder is None else Checkpoint.from_directory(str(folder)),
            checkpoint_dir_name=f"{name}/checkpoint_{metrics['step']:06}_{uuid.uuid4().hex[:8]}",
        )

    def report(metrics: dict[str, Any], folder: Path | None) -> None:
        if folder is not None:
            commit(metrics, folder)
        elif first:
            channel.put.remote({**metrics, "pid": os.getpid()})

    def ask(step: int, total: int, answers: list[tuple[int, str]]) -> bool:
        entry = {"step": step, "total_steps": total, "rung": answers, "pid": os.getpid()}
        ray.get(channel.put.remote(entry))
        return bool(ray.get(channel.verdict.remote(step)))

    # A run that was interrupted between its last report and the driver's copy is finished.
    if resume_from is None or not (resume_from / RESULT).is_file():
        with scratch.folder() as folder:
            out = folder / "adapter"
            result = run(job, out, report=report, resume_from=resume_from, ask=ask)
            if first:
                text = json.dumps(result, indent=1) + "\n"
                (out / RESULT).write_text(text, encoding="utf-8")
            commit({"step": result["steps"]}, out if first else None)
    if first:
        ray.get(channel.finish.remote(ray.train.get_checkpoint()))


@contextmanager
def _folder(checkpoint: Any, name: str) -> Iterator[Path | None]:
    """Yield a committed checkpoint as a local folder, or None where it is not of this job."""
    if checkpoint is None or Path(checkpoint.path).parent.name != name:
        yield None
        return
    with checkpoint.as_directory() as folder:
        yield Path(folder)


def _out_of_memory(error: Exception) -> UserError:
    return UserError(
        f"the GPU's memory does not suffice ({first_line(error)})",
        where="batch_size",
        remedy="lower batch_size (and raise gradient_accumulation), lower max_length, set "
        "gradient_checkpointing: true, or quantization: nf4",
    )
