"""The Ray that a process works with: a cluster that it joins, or one of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tuneyard
from tuneyard import processes
from tuneyard.config import Resources
from tuneyard.distributed.lending import Groups
from tuneyard.distributed.local_ray import start_local
from tuneyard.distributed.room import check_room, groups
from tuneyard.errors import UserError, first_line

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

# A local Ray cannot go on without these; its other processes it starts again, or does without.
_SERVERS = ("raylet", "gcs_server")


class Cluster:
    """What one process has of Ray; started on first use, left once by who has started it.

    Args:
        resources: what the study asks for.
        on_loss: called, in a thread, when a local Ray loses a process that it cannot do without,
            with what happened to it.

    Attributes:
        groups: its training workers.
    """

    def __init__(self, resources: Resources, on_loss: Callable[[str], None] | None = None) -> None:
        self.resources = resources
        self._on_loss = on_loss
        self._started = self._owns = False
        self._servers: dict[int, str] = {}
        self._lock = threading.Lock()
        self.groups = Groups(resources)

    def start(self) -> None:
        """Connect to Ray once: to ``RAY_ADDRESS`` where it is set, else to a Ray of this process.

        Inside ``ray job submit`` Ray sets the variable itself. A local Ray gets a CPU slot for
        every worker that the study asks for, whatever the machine has, so that no pool waits for
        ever (``check_machine`` refuses what it could never hold).

        Raises:
            UserError: the address cannot be reached or asks for a token, or there is no room for
                the training workers.
            RunError: a local Ray does not start.
        """
        with self._lock:
            if not self._started:
                self._start()
                self._started = True

    def _start(self) -> None:
        for name, value in _DEFAULTS.items():
            os.environ.setdefault(name, value)
        import ray

        if ray.is_initialized():
            return  # somebody else's in this process, who will end it
        address = os.environ.get("RAY_ADDRESS")
        with _own_signals():
            if address:
                _join(address)
            started = {} if address else start_local(self.resources)
        self.groups.local, self._owns = not address, True
        self._servers = {pid: name for pid, name in started.items() if name in _SERVERS}
        for pid in self._servers if self._on_loss is not None else ():
            threading.Thread(
                target=self._watch, args=[pid], name="tuneyard-watch", daemon=True
            ).start()
        self._check_room()

    def lost(self, *, within: float = 0.0) -> str | None:
        """Return which process of a local Ray is dead, and how it ended; None while all is well.

        Args:
            within: seconds to wait for it, where something else has shown that there is one.
        """
        deadline = time.monotonic() + within
        while True:
            for pid, name in list(self._servers.items()):
                if fate := processes.fate(pid):
                    return f"{name} (process {pid}) {fate}"
            if not self._servers or time.monotonic() >= deadline:
                return None
            time.sleep(0.1)

    def stop(self) -> None:
        """Disconnect from a Ray that was started or joined here; a local one ends with it."""
        with self._lock:
            if not self._started:
                return
            self._started = False
            import ray

            if self.lost():  # nothing answers any more; who started this process ends what is left
                return
            self._servers.clear()
            if ray.is_initialized():
                self.groups.release()
                if self._owns:
                    ray.shutdown()
            self.groups.local = self._owns = False

    def _watch(self, pid: int) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            if pid in self._servers and (text := self.lost()) and self._on_loss is not None:
                self._on_loss(text)

    def _check_room(self) -> None:
        import ray

        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        try:
            check_room(self.resources, nodes, local=self.groups.local)
        except UserError:
            ray.shutdown()
            self.groups.local = self._owns = False
            raise
        local = self.groups.local
        if self.resources.gpus_per_worker and (local or not self.resources.autoscaling):
            self.groups.most = groups(self.resources, nodes, local=local)


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
