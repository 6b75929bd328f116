"""Training workers that stay do batches, too. Without GPUs: Ray's for these need NCCL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Resources
from tuneyard.distributed.batches import Batches, Lend
from tuneyard.distributed.cluster import Cluster
from tuneyard.distributed.group import Group
from tuneyard.distributed.pool import run_batches
from tuneyard.errors import UserError

ONE = Resources(threads=1, max_failures=0)


def worker() -> Callable[..., Any]:
    """Work that is shipped by value: test modules cannot be imported in workers."""

    class Worker:
        def __init__(self, die: str | None = None) -> None:
            self.die = die

        def __call__(self, batch: list[Any]) -> list[Any]:
            import os
            import pathlib

            from tuneyard.errors import UserError

            if batch[0] == "refuse":
                raise UserError("no such thing", where="models.0", value=[1], remedy="mend it")
            if self.die and batch[0] == "die" and not pathlib.Path(self.die).exists():
                pathlib.Path(self.die).touch()
                os._exit(1)
            return [[text, os.getpid()] for text in batch]

    return Worker


@pytest.fixture
def ours(cluster: Callable[[Resources], Cluster]) -> Iterator[Cluster]:
    found = cluster(ONE)
    found.groups.most = 1
    yield found
    found.groups.release()


def run(lend: Lend, batches: list[list[str]], **settings: Any) -> dict[int, Any]:
    return dict(
        run_batches(batches, worker(), settings, workers=1, cpus=1, gpus=1, lend=lend)
    )  # fmt: skip


@pytest.mark.slow
def test_workers_that_stay_do_batches_one_after_another(ours: Cluster, tmp_path: Path) -> None:
    def lend() -> AbstractContextManager[Group]:
        return ours.groups.lend(str(tmp_path / "own"), "batches")

    ours.groups.place = str(tmp_path / "shared")
    ours.groups.warm(2)
    assert ours.groups._there == 1  # there is no room for more
    first = run(lend, [["a", "\ud800"], ["b"]])
    assert [[text for text, _ in found] for _, found in sorted(first.items())] == [
        ["a", "\ud800"], ["b"],
    ]  # fmt: skip
    pids = {pid for found in first.values() for _, pid in found}
    # A second one that asks while the only group is at work gets it afterwards.
    later: list[dict[int, Any]] = []
    with lend() as group:
        thread = threading.Thread(target=lambda: later.append(run(lend, [["c"]])))
        thread.start()
        held = dict(group.batches(Batches(worker(), {}, {5: '["d"]', 7: '["e"]'})))
        assert sorted(held) == [5, 7]
        assert not later
    thread.join(60)
    assert {pid for _, pid in later[0][0]} | {held[5][0][1]} == pids
    # A worker that is lost is replaced, although no failure is allowed: others' were none of ours.
    again = run(lend, [["x"], ["die"], ["y"]], die=str(tmp_path / "died"))
    assert [[text for text, _ in found] for _, found in sorted(again.items())] == [
        ["x"], ["die"], ["y"],
    ]  # fmt: skip
    assert {pid for _, pid in again[2]}.isdisjoint(pids)
    # What the work refuses ends the group, and comes as it was told.
    with pytest.raises(UserError) as told:
        run(lend, [["refuse"], ["z"]])
    assert (told.value.what, told.value.where) == ("no such thing", "models.0")
    assert ours.groups._there == 0


def test_workers_stay_on_gpus_where_no_pool_of_another_size_wants_them(
    cluster: Callable[[Resources], Cluster],
) -> None:
    for resources, stay in (
        (Resources(gpus_per_worker=1, inference_workers=1), True),
        (Resources(gpus_per_worker=0.25, workers=2, inference_workers=2), True),
        (Resources(gpus_per_worker=1, workers=3), True),  # as many as Ray has GPUs
        (Resources(gpus_per_worker=1, inference_workers=2), False),
        (Resources(gpus_per_worker=1), False),
        (Resources(), False),  # Ray Data's tasks do them
    ):
        groups = cluster(resources).groups
        assert groups.lender() is None  # nothing says where they would store what they have
        groups.place = "x"
        assert (groups.lender() is not None) == stay
