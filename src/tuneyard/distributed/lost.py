"""What a failure that Ray reports comes down to: no memory, a lost worker, a worker's exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tuneyard.borrowed import RAY_BEHIND, RAY_GONE
from tuneyard.errors import named

_FIRST = re.compile(r"^(\S[^\n]*)\n\nThe above exception was the direct cause", re.MULTILINE)
_NO_MEMORY = ("can't allocate memory", "CUDA out of memory", "Cannot allocate memory")


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a stage failed.

    Attributes:
        kind: ``memory``: it ran out, for certain; ``worker``: a process or its machine is gone, and
            nobody says why; ``training``: a training worker raised something else.
        detail: type and first line of the exception that tells most.
    """

    kind: Literal["memory", "worker", "training"]
    detail: str


def loss(error: BaseException) -> Loss | None:
    """Return what an exception comes down to, or None where it is of another kind.

    Looks into what Ray wraps: tasks' causes, the failures of a training run's workers.
    """
    from ray import exceptions
    from ray.train import TrainingFailedError

    gone = (
        exceptions.WorkerCrashedError,
        exceptions.RayActorError,
        exceptions.NodeDiedError,
        exceptions.LocalRayletDiedError,
        exceptions.ObjectLostError,
    )
    found = list(_behind(error))
    for inner in found:
        if _is_memory(inner):
            return Loss("memory", named(inner))
    for inner in reversed(found):
        lost = isinstance(inner, gone) or not RAY_GONE.isdisjoint(_names(inner))
        if lost and not getattr(inner, "actor_init_failed", False):
            return Loss("worker", named(inner))
    if any(isinstance(inner, TrainingFailedError) for inner in found):
        return Loss("training", named(found[-1]))
    return None


def raised(error: BaseException) -> BaseException:
    """Return what a task of Ray raised, or the exception itself where it comes from no task."""
    from ray.exceptions import RayTaskError

    for inner in _behind(error):
        if isinstance(inner, RayTaskError) and isinstance(inner.cause, BaseException):
            return inner.cause
    return error


def cause_told(error: BaseException) -> str:
    """Return type and first line of what a task raised.

    Ray Data raises an exception of its own in its place, and keeps the first as text only.
    """
    if found := _FIRST.search(str(error)):
        return found[1]
    return named(raised(error))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all behind it, outermost first, each once."""
    left: list[Any] = [error]
    seen: set[int] = set()
    while left:
        inner = left.pop(0)
        if not isinstance(inner, BaseException) or id(inner) in seen:
            continue
        seen.add(id(inner))
        yield inner
        left.append(inner.__cause__)
        left += [getattr(inner, name, None) for name in RAY_BEHIND]
        left += list((getattr(inner, "worker_failures", None) or {}).values())


def _names(error: BaseException) -> list[str]:
    return [kind.__name__ for kind in type(error).__mro__]


def _is_memory(error: BaseException) -> bool:
    # By name: torch's and Ray's are two classes, and a driver without torch need not import it.
    return (
        isinstance(error, MemoryError)
        or "OutOfMemoryError" in _names(error)
        or any(sign in str(error) for sign in _NO_MEMORY)
    )
