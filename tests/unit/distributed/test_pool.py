"""The pool of Ray Data actors: order, lost workers, and CPUs left free."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import ray

from tuneyard.distributed.pool import _share, run_batches


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


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


def test_batches_come_back_whole_with_more_workers_than_cpus() -> None:
    batches = [[1, 2], [3], [], ["\ud800 ä"]]
    found = dict(run_batches(batches, doubler(), {}, workers=3, cpus=1))
    assert found == {0: [2, 4], 1: [6], 2: [], 3: ["\ud800 ä\ud800 ä"]}
    assert list(run_batches([], doubler(), {}, workers=1, cpus=1)) == []


def test_a_lost_worker_is_replaced(tmp_path: Path) -> None:
    batches = [[1], [13], [2]]
    found = dict(run_batches(batches, dying(1, tmp_path), {}, workers=1, cpus=1))
    assert found == dict(enumerate(batches))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_worker_lost_each_time_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(ray.exceptions.RayActorError):
        list(run_batches([[13]], dying(9, tmp_path), {}, workers=1, cpus=1, max_failures=1))
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("total", "cpus", "workers", "expected"),
    [(2, 1, 1, 1), (2, 1, 3, 0.33), (1, 1, 1, 0.5), (8, 1, 2, 1), (0, 4, 1, 4), (3, 2, 2, 1)],
)
def test_a_pool_leaves_cpus_free(
    monkeypatch: pytest.MonkeyPatch, total: float, cpus: float, workers: int, expected: float
) -> None:
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": float(total)})
    assert _share(cpus, workers) == pytest.approx(expected)
