"""Starts a Ray of this process's own, which nobody else uses and which ends with it."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import shutil
import signal
import time
from pathlib import Path

from tuneyard import processes, scratch
from tuneyard.borrowed import RAY_FOLDER
from tuneyard.config import Resources
from tuneyard.errors import RunError, UserError, named
from tuneyard.machine import cores

_STARTS = 3
"""How often a local Ray is tried: on a loaded machine its servers may miss Ray's own limits."""
_RETRY_SECONDS = 2.0
# Ray's sockets lie in its folder, and their paths may have 107 bytes.
_LONGEST_FOLDER = 40


def start_local(resources: Resources) -> dict[int, str]:
    """Start Ray; return the processes that it has started, with the names of their programs."""
    import ray

    # Another process for every training run, and nobody takes this machine away with a notice.
    os.environ.setdefault("RAY_TRAIN_ENABLE_PREEMPTION_WATCHER", "0")
    check_auth()
    for attempt in range(1, _STARTS + 1):
        folder = _folder(attempt)
        before = processes.children(os.getpid())
        try:
            ray.init(
                address="local",
                num_cpus=slots(resources),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                **{RAY_FOLDER: folder},
            )
            return _since(before)
        except Exception as error:
            # Half of its servers may be up: they would take the next ones' cores.
            with contextlib.suppress(Exception):
                ray.shutdown()
            for pid in _since(before):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if attempt == _STARTS:
                raise RunError(
                    f"Ray does not start on this machine, tried {_STARTS} times",
                    value=named(error),
                    remedy="wait until the machine is less loaded or has more free memory, then "
                    "run the same command again: what is done is kept",
                ) from error
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            time.sleep(_RETRY_SECONDS * attempt)
    raise AssertionError("the last attempt returns or raises")


def _since(before: dict[int, str]) -> dict[int, str]:
    now = processes.children(os.getpid())
    return {pid: name for pid, name in now.items() if pid not in before}


def check_auth() -> None:
    """Give a local Ray a token of its own, where the user has neither named nor refused one.

    Ray would write one into the home folder, which may not be writable.
    """
    mode = os.environ.get("RAY_AUTH_MODE")
    if mode is not None and mode.lower() not in ("disabled", "token"):
        raise UserError(
            "Ray has no such mode of authentication",
            where="environment: RAY_AUTH_MODE",
            value=mode,
            remedy="set it to token or disabled, or unset it",
        )
    if mode is None or mode.lower() == "token":
        if path := os.environ.get("RAY_AUTH_TOKEN_PATH"):
            if not os.access(path, os.R_OK) or not Path(path).read_text().strip():
                raise UserError(
                    "Ray's token cannot be read",
                    where="environment: RAY_AUTH_TOKEN_PATH",
                    value=path,
                    remedy="name a readable file with a token, or unset it",
                )
        elif not os.environ.get("RAY_AUTH_TOKEN"):
            os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


def _folder(attempt: int) -> str | None:
    """Return where a local Ray has its files: with the run's own; None: where Ray likes."""
    own = os.environ.get(processes.MARK)
    place = None if own is None else scratch.short(Path(own), _LONGEST_FOLDER)
    return None if place is None else str(place / ("ray" if attempt == 1 else f"ray{attempt}"))


def slots(resources: Resources) -> int:
    training = math.ceil(resources.workers * resources.cpus_per_worker)
    # One is left free: Ray Data's own tasks stall where workers hold every CPU.
    pools = (resources.inference_workers or 1) + resources.scoring_workers + 1
    return max(cores(), training, pools)
