"""What this machine has, and whether a Ray of its own can give a study what it asks for."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from tuneyard.config import Resources
from tuneyard.errors import UserError

# Workers take turns on a core, but with more than so many none gets anywhere; and a process that
# has imported torch and transformers takes at least so much memory before it has a model.
_A_CORE, _BYTES = 8, 512 << 20
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# How accelerators show in /dev: NVIDIA's, AMD's, those of WSL, graphics cards, Google's, Huawei's.
_ACCELERATORS = re.compile(r"nvidia\d+|nvhost\S*|nvmap|kfd|dxg|dri|accel\w*|vfio|davinci\d+")


def check_machine(resources: Resources) -> None:
    """Refuse what a local Ray could not give; of a cluster (``RAY_ADDRESS``) nothing is known here.

    A local Ray makes a slot for every worker that is asked for, however many: a thousand on two
    cores would start for hours and never train a step.

    Raises:
        UserError: more workers than this machine can hold, or GPUs where there is none.
    """
    if os.environ.get("RAY_ADDRESS"):
        return
    most = max(2, min(_A_CORE * cores(), memory() // _BYTES))
    for name in ("workers", "inference_workers", "scoring_workers"):
        asked = getattr(resources, name)
        if asked is not None and asked > most:
            raise UserError(
                f"this machine ({cores()} cores, {memory() / 2**30:.0f} GiB of memory) holds at "
                f"most {most} workers",
                where=f"resources.{name}",
                value=asked,
                remedy=f"set it to {most} or less, or set RAY_ADDRESS to a cluster",
            )
    if resources.gpus_per_worker and not has_gpu():
        raise UserError(
            "the study asks for GPUs, but this machine has none",
            where="resources.gpus_per_worker",
            value=resources.gpus_per_worker,
            remedy="set it to 0, or set RAY_ADDRESS to a cluster that has some",
        )


def unread_here(resources: Resources) -> list[str]:
    """Return what a local Ray makes nothing of; empty where a cluster is named."""
    if resources.autoscaling and not os.environ.get("RAY_ADDRESS"):
        return ["resources.autoscaling is not read here: RAY_ADDRESS names no cluster that grows"]
    return []


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0))


def memory() -> int:
    """Return the bytes of memory that this machine, or the container in it, has."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such limit, or "max"
            found = min(found, int(Path(limit).read_text()))
    return found


def has_gpu() -> bool:
    """Tell whether this machine may have a GPU; how many, only their drivers know."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1", "NoDevFiles"):
        return False
    return any(_ACCELERATORS.fullmatch(name) for name in os.listdir("/dev"))
