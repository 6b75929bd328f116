"""Training workers that could never be there together are refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard.config import Resources
from tuneyard.distributed.room import check_room
from tuneyard.errors import UserError

NODE = {"CPU": 8.0, "GPU": 2.0, "memory": 1e9, "node:10.0.0.1": 1.0}


def test_two_nodes_hold_four_gpu_workers_and_no_fifth() -> None:
    check_room(Resources(workers=4, gpus_per_worker=1), [NODE, NODE], local=False)
    with pytest.raises(UserError, match=r"2 nodes\) has 4 GPUs and 16 CPUs, which hold 4 ") as told:
        check_room(Resources(workers=5, gpus_per_worker=1), [NODE, NODE], local=False)
    assert told.value.where == "resources.workers"
    assert "autoscaling" in told.value.remedy


def test_a_worker_is_on_one_node() -> None:
    wide = Resources(workers=1, cpus_per_worker=12)
    with pytest.raises(UserError, match="hold 0 training workers of 12 CPUs each"):
        check_room(wide, [NODE, NODE], local=False)


def test_a_cluster_that_grows_is_waited_for() -> None:
    check_room(Resources(workers=50, autoscaling=True), [NODE], local=False)


def test_a_ray_of_ones_own_has_slots_for_all_and_gpus_as_they_are() -> None:
    check_room(Resources(workers=50), [{"CPU": 1.0}], local=True)
    with pytest.raises(UserError, match="this machine has 0 GPUs"):
        check_room(Resources(gpus_per_worker=1, autoscaling=True), [{"CPU": 9.0}], local=True)


@given(
    st.lists(st.integers(0, 16), min_size=1, max_size=5),
    st.integers(1, 4),
    st.integers(1, 30),
)
def test_what_fits_is_let_in(nodes: list[int], each: int, workers: int) -> None:
    fits = sum(math.floor(cpus / each) for cpus in nodes) >= workers
    study = Resources(workers=workers, cpus_per_worker=each)
    try:
        check_room(study, [{"CPU": float(cpus)} for cpus in nodes], local=False)
    except UserError:
        assert not fits
    else:
        assert fits
