"""What Ray's exceptions come down to; made by hand, no cluster."""

from __future__ import annotations

import pytest
from ray import exceptions
from ray.train import ControllerError, WorkerGroupError
from ray.train.v2._internal.exceptions import (
    UserExceptionWithTraceback,
    WorkerGroupStartupFailedError,
    WorkerHealthCheckFailedError,
)

from tuneyard.distributed.lost import cause_told, loss


def task_error(cause: Exception) -> Exception:
    """As ``ray.get`` raises what a task raised."""
    wrapped = exceptions.RayTaskError("work", "Traceback …", cause, proctitle="x", pid=1, ip="0")
    return wrapped.as_instanceof_cause()


def died() -> Exception:
    return WorkerHealthCheckFailedError("a health check failed", exceptions.ActorDiedError())


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (exceptions.WorkerCrashedError(), "worker", "WorkerCrashedError: The worker died"),
        (exceptions.ActorDiedError(), "worker", "ActorDiedError: The actor died unexpectedly"),
        (exceptions.NodeDiedError("node 3 is gone"), "worker", "NodeDiedError: node 3 is gone"),
        (exceptions.OutOfMemoryError("95 % used"), "memory", "OutOfMemoryError: 95 % used"),
        (task_error(MemoryError()), "memory", "MemoryError"),
        (task_error(RuntimeError("CUDA out of memory")), "memory", "CUDA out of memory"),
        (WorkerGroupError("x", {0: died(), 1: died()}), "worker", "ActorDiedError"),
        (WorkerGroupError("x", {1: exceptions.OutOfMemoryError("full")}), "memory", "full"),
        (ControllerError(exceptions.ActorDiedError()), "worker", "ActorDiedError"),
        (ControllerError(WorkerGroupStartupFailedError("1 died")), "worker", "1 died"),
        (WorkerGroupStartupFailedError("due to error:\nTraceback …"), "worker", "due to error"),
        (
            WorkerGroupError("x", {0: UserExceptionWithTraceback(KeyError("lr"), "Traceback …")}),
            "training",
            "KeyError: 'lr'",
        ),
    ],
)
def test_kinds(error: Exception, kind: str, detail: str) -> None:
    found = loss(error)
    assert found is not None
    assert found.kind == kind
    assert detail in found.detail
    assert "\n" not in found.detail


def test_a_fault_of_ours_is_no_loss() -> None:
    assert loss(task_error(ValueError("x"))) is None
    assert loss(ValueError("x")) is None
    assert loss(exceptions.GetTimeoutError()) is None


def test_what_a_task_raised_is_told_though_ray_data_has_wrapped_it() -> None:
    text = (
        "ray::MapBatches()\n  File 'x', line 1\nRuntimeError: the sandbox did not start\n\n"
        "The above exception was the direct cause of the following exception:\n\nray::MapBatches()"
    )
    wrapped = exceptions.RayTaskError(
        "work", text, ValueError("UDF failed"), proctitle="x", pid=1, ip="0"
    )
    assert cause_told(wrapped.as_instanceof_cause()) == "RuntimeError: the sandbox did not start"
    assert cause_told(task_error(ValueError("x"))) == "ValueError: x"


def test_an_actor_whose_own_constructor_raised_is_no_lost_worker() -> None:
    error = exceptions.RayActorError(error_msg="its constructor raised", actor_init_failed=True)
    assert loss(error) is None
