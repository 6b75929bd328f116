"""Whether a Ray can ever hold what a study asks for at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tuneyard.config import Resources
from tuneyard.errors import UserError


def check_room(resources: Resources, nodes: Sequence[Mapping[str, float]], *, local: bool) -> None:
    """Refuse training workers that do not fit at the same time; a pool goes on with what it gets.

    Args:
        nodes: each node's CPUs and GPUs, as Ray names them.
        local: this is this machine's own Ray, which makes a slot for every worker.

    Raises:
        UserError: they do not fit, and the cluster does not grow (``resources.autoscaling``).
    """
    each = _each(resources, local)
    room = sum(_holds(node, each) for node in nodes)
    if not each or room >= resources.workers or (resources.autoscaling and not local):
        return
    asked = " and ".join(f"{count:g} {name}{'s' * (count != 1)}" for name, count in each.items())
    have = {name: sum(node.get(name, 0) for node in nodes) for name in each}
    place = "this machine" if local else f"the cluster ({len(nodes)} nodes)"
    remedy = (
        "set RAY_ADDRESS to a cluster" if local else "say resources.autoscaling: true if it grows"
    )
    raise UserError(
        f"{place} has {' and '.join(f'{n:g} {name}s' for name, n in have.items())}, which hold "
        f"{room} training workers of {asked} each",
        where="resources.workers",
        value=resources.workers,
        remedy=f"lower workers, or what each gets (gpus_per_worker, cpus_per_worker), or {remedy}",
    )


def groups(resources: Resources, nodes: Sequence[Mapping[str, float]], *, local: bool) -> int:
    """Return how many groups of training workers fit at a time; arguments as ``check_room``'s."""
    each = _each(resources, local)
    return sum(_holds(node, each) for node in nodes) // resources.workers


def _each(resources: Resources, local: bool) -> dict[str, float]:
    """Return what a worker takes of what a node has only so much of."""
    each = {"GPU": resources.gpus_per_worker, "CPU": 0 if local else resources.cpus_per_worker}
    return {name: count for name, count in each.items() if count}


def _holds(node: Mapping[str, float], each: Mapping[str, float]) -> int:
    """Return how many workers a node can hold."""
    return min((math.floor(node.get(name, 0) / count + 1e-9) for name, count in each.items()),
               default=0)  # fmt: skip
