"""The pool of Ray Data workers: order, lost workers, warm processes, and CPUs left free."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import ray

from tuneyard.distributed.pool import _share, run_batches
from tuneyard.errors import RunError, ToldError, UserError

pytestmark = pytest.mark.usefixtures("cluster")


def doubler() -> Callable[..., Any]:
    def factory() -> Callable[[list[Any]], list[Any]]:
        return lambda batch: [2 * item for item in batch]

    return factory


def dying(times: int, folder: Path) -> Callable[..., Any]:
    """Return a factory whose work kills its own process at the item 13, ``times`` times."""

    def factory() -> Callable[[list[Any]], list[Any]]:
        def work(batch: list[Any]) -> list[Any]:
            deaths = len(list(folder.iterdir()))
            if 13 in batch and deaths < times:
                (folder / str(deaths)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return batch

        return work

    return factory


def process() -> Callable[..., Any]:
    def factory() -> Callable[[list[Any]], list[Any]]:
        return lambda batch: [os.getpid() for _ in batch]

    return factory


# Tasks on CPUs, actors on GPUs; Ray only counts the GPUs that it is told of.
KINDS = pytest.mark.parametrize("gpus", [0, 1], ids=["tasks", "actors"])


@KINDS
def test_batches_come_back_whole_with_more_workers_than_cpus(gpus: int) -> None:
    batches = [[1, 2], [3], [], ["\ud800 ä"]]
    found = dict(run_batches(batches, doubler(), {}, workers=3, cpus=1, gpus=gpus))
    assert found == {0: [2, 4], 1: [6], 2: [], 3: ["\ud800 ä\ud800 ä"]}
    assert list(run_batches([], doubler(), {}, workers=1, cpus=1)) == []


@KINDS
def test_a_lost_worker_is_replaced(tmp_path: Path, gpus: int) -> None:
    batches = [[1], [13], [2]]
    found = dict(run_batches(batches, dying(1, tmp_path), {}, workers=1, cpus=1, gpus=gpus))
    assert found == dict(enumerate(batches))
    assert len(list(tmp_path.iterdir())) == 1


@KINDS
def test_a_worker_lost_each_time_ends_the_run(tmp_path: Path, gpus: int) -> None:
    lost = (ray.exceptions.RayActorError, ray.exceptions.WorkerCrashedError)
    run = run_batches([[13]], dying(9, tmp_path), {}, workers=1, cpus=1, gpus=gpus, max_failures=1)
    with pytest.raises(lost):
        list(run)
    assert len(list(tmp_path.iterdir())) == 2


def test_processes_without_gpus_serve_the_next_run_with_its_own_work() -> None:
    first = dict(run_batches([[0]], process(), {}, workers=1, cpus=1))
    assert dict(run_batches([[4]], doubler(), {}, workers=1, cpus=1)) == {0: [8]}
    pids = {
        pid for [pid] in dict(run_batches([[0]] * 4, process(), {}, workers=1, cpus=1)).values()
    }
    assert first[0][0] in pids


@pytest.mark.parametrize(
    ("total", "cpus", "workers", "expected"),
    [(2, 1, 1, 1), (2, 1, 3, 0.33), (1, 1, 1, 0.5), (8, 1, 2, 1), (0, 4, 1, 4), (3, 2, 2, 1)],
)
def test_a_pool_leaves_cpus_free(
    monkeypatch: pytest.MonkeyPatch, total: float, cpus: float, workers: int, expected: float
) -> None:
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": float(total)})
    assert _share(cpus, workers) == pytest.approx(expected)


@pytest.mark.parametrize("kind", [UserError, RunError])
def test_what_a_worker_tells_the_user_arrives_as_it_was(kind: type[ToldError]) -> None:
    told = kind("no sandbox", where="here", value={"a": 1}, remedy="wait")

    def factory() -> Callable[[list[Any]], list[Any]]:
        def work(batch: list[Any]) -> list[Any]:
            raise told

        return work

    with pytest.raises(kind) as error:
        list(run_batches([[1]], factory, {}, workers=1, cpus=1))
    assert str(error.value) == str(told)
