"""Starts Ray, or joins the cluster that ``RAY_ADDRESS`` names, without noise in the terminal."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tuneyard
from tuneyard import processes, scratch
from tuneyard.config import Resources
from tuneyard.errors import RunError, UserError, first_line, named
from tuneyard.machine import cores

# Ray Train prints worker output with bytecode listings otherwise, and Ray's own reports of use,
# metrics and progress bars have no place in a study's terminal. The user's own values win.
_DEFAULTS = {
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    # A worker that asked for no GPU sees none.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
    "RAY_DEDUP_LOGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for one another by spinning take the cores they wait for: small matrix
    # products on two busy cores ran 20 times slower (benchmarks/LOG.md, 2026-11-22).
    "OMP_WAIT_POLICY": "passive",
}

_STARTS = 3
"""How often a local Ray is tried: on a loaded machine its servers may miss Ray's own limits."""
_RETRY_SECONDS = 2.0
# A local Ray cannot go on without these; its other processes it starts again, or does without.
_SERVERS = ("raylet", "gcs_server")
# Ray's sockets lie in its folder, and their paths may have 107 bytes.
_LONGEST_FOLDER = 40

_local = False
_endings: list[Callable[[], None]] = []
_servers: dict[int, str] = {}


def start(resources: Resources | None = None, on_loss: Callable[[str], None] | None = None) -> None:
    """Connect to Ray once: to ``RAY_ADDRESS`` where it is set, else to a Ray of this process.

    Inside ``ray job submit`` Ray sets the variable itself. A local Ray gets a CPU slot for every
    worker that the study asks for, whatever the machine has, so that no pool waits for ever
    (``check_machine`` refuses what it could never hold).

    Args:
        on_loss: called, in a thread, when a local Ray loses a process that it cannot do without,
            with what happened to it.

    Raises:
        UserError: the address cannot be reached or asks for a token, or a local Ray lacks the GPUs
            asked for.
        RunError: a local Ray does not start.
    """
    global _local
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        return
    resources = resources or Resources()
    address = os.environ.get("RAY_ADDRESS")
    with _own_signals():
        if address:
            _join(address)
            return
        started = _start_local(resources)
    _local = True
    _servers.update((pid, name) for pid, name in started.items() if name in _SERVERS)
    if on_loss is not None:
        for pid in list(_servers):
            threading.Thread(
                target=_watch, args=[pid, on_loss], name="tuneyard-watch", daemon=True
            ).start()
    _check_gpus(resources)


def lost(*, within: float = 0.0) -> str | None:
    """Return which process of a local Ray is dead, and how it ended; None while all is well.

    Args:
        within: seconds to wait for it, where something else has shown that there is one.
    """
    deadline = time.monotonic() + within
    while True:
        for pid, name in list(_servers.items()):
            if fate := processes.fate(pid):
                return f"{name} (process {pid}) {fate}"
        if not _servers or time.monotonic() >= deadline:
            return None
        time.sleep(0.1)


def local() -> bool:
    """Tell whether Ray is this process's own, so that nobody else waits for what stays in use."""
    return _local


def before_stop(end: Callable[[], None]) -> None:
    """Have ``end`` called once before Ray is left."""
    _endings.append(end)


def stop() -> None:
    """Disconnect; a local Ray ends with it."""
    global _local
    import ray

    endings = list(_endings)
    _endings.clear()
    if lost():  # nothing answers any more; who started this process ends what is left
        return
    _servers.clear()
    if ray.is_initialized():
        for end in endings:
            end()
        ray.shutdown()
    _local = False


def _join(address: str) -> None:
    import ray

    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env=_shipped(),
        )
    except (ConnectionError, ValueError) as error:
        raise UserError(
            f"the Ray cluster cannot be reached ({first_line(error)})",
            where="environment: RAY_ADDRESS",
            value=address,
            remedy="start it, or unset RAY_ADDRESS to run on a local Ray",
        ) from error
    except ray.exceptions.AuthenticationError as error:
        raise UserError(
            f"the Ray cluster does not let us in ({first_line(error)})",
            where="environment: RAY_AUTH_MODE, RAY_AUTH_TOKEN",
            value=os.environ.get("RAY_AUTH_MODE"),
            remedy="set them as the cluster wants: RAY_AUTH_MODE=token with RAY_AUTH_TOKEN or "
            "RAY_AUTH_TOKEN_PATH, or RAY_AUTH_MODE=disabled",
        ) from error


def _start_local(resources: Resources) -> dict[int, str]:
    """Start Ray; return the processes that it has started, with the names of their programs."""
    import ray

    # Another process for every training run, and nobody takes this machine away with a notice.
    os.environ.setdefault("RAY_TRAIN_ENABLE_PREEMPTION_WATCHER", "0")
    _check_auth()
    for attempt in range(1, _STARTS + 1):
        folder = _folder(attempt)
        before = processes.children(os.getpid())
        try:
            ray.init(
                address="local",
                num_cpus=_slots(resources),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                _temp_dir=folder,
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


def _check_auth() -> None:
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


def _watch(pid: int, on_loss: Callable[[str], None]) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if pid in _servers and (text := lost()):
            on_loss(text)


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handlers of signals: Ray puts its own, which print stacks, in their place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _shipped() -> dict[str, Any]:
    """Return what the cluster's workers need of the driver: this very package, and its settings.

    Without it they would import whatever version their image has, or none.
    """
    return {
        "py_modules": [str(Path(tuneyard.__file__).parent)],
        "env_vars": {name: os.environ[name] for name in _DEFAULTS},
    }


def _slots(resources: Resources) -> int:
    training = math.ceil(resources.workers * resources.cpus_per_worker)
    # One is left free: Ray Data's own tasks stall where workers hold every CPU.
    pools = (resources.inference_workers or 1) + resources.scoring_workers + 1
    return max(cores(), training, pools)


def _check_gpus(resources: Resources) -> None:
    import ray

    wanted = resources.workers * resources.gpus_per_worker
    present = ray.cluster_resources().get("GPU", 0)
    if wanted > present:
        stop()
        raise UserError(
            f"the study asks for {wanted:g} GPUs, but this machine has {present:g}",
            where="resources: gpus_per_worker",
            value=resources.gpus_per_worker,
            remedy="lower workers or gpus_per_worker, or set RAY_ADDRESS to a cluster",
        )
