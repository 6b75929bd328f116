"""The Ray that a process works with: a cluster that it joins, or one of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tuneyard
from tuneyard import processes
from tuneyard.config import Resources
from tuneyard.distributed.local_ray import start_local
from tuneyard.distributed.room import check_room, groups
from tuneyard.errors import UserError, first_line

if TYPE_CHECKING:
    from tuneyard.distributed.batches import Lend
    from tuneyard.distributed.group import Group

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

# How long idle workers stay on a cluster: others may want what they hold.
_IDLE_SECONDS = 30.0

# A local Ray cannot go on without these; its other processes it starts again, or does without.
_SERVERS = ("raylet", "gcs_server")


class Cluster:
    """What one process has of Ray; started on first use, left once by who has started it.

    Args:
        resources: what the study asks for.
        on_loss: called, in a thread, when a local Ray loses a process that it cannot do without,
            with what happened to it.

    Attributes:
        local: whether Ray is this process's own, so that nobody else waits for what stays in use.
    """

    def __init__(self, resources: Resources, on_loss: Callable[[str], None] | None = None) -> None:
        self.resources = resources
        self.local = False
        self._on_loss = on_loss
        self._started = self._owns = False
        self._servers: dict[int, str] = {}
        self._kept: list[Group] = []
        self._there = 0  # groups that may stay: lent and kept
        self._most: int | None = None  # of these at a time
        self._lock = threading.RLock()
        self._returned = threading.Condition(self._lock)

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
                self._owns = True
                self._check_room()
                return
            started = start_local(self.resources)
        self.local = self._owns = True
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

    @contextlib.contextmanager
    def group(
        self, storage: str, name: str, *, shared: str | None = None, place: str | None = None
    ) -> Iterator[Group]:
        """Lend a group of training workers for a job.

        Args:
            storage: folder or fsspec URL, reachable from every node, that holds checkpoints.
            name: the job's.
            shared: a folder of such storage for groups that stay for the next job; used where
                workers can stay.
            place: the ``storage`` of the group that had this job before it was broken off.

        Workers stay on a local Ray; and on GPUs where as many train as answer, on a cluster for a
        few idle seconds. There all that needs GPUs is a group's work, so that no pool waits for
        what an idle group holds, and there are never more groups than there is room for.
        """
        from tuneyard.distributed.group import Group

        if shared is None or not self._stay():
            group = Group(self.resources, storage, local=self.local, kept=False)
            try:
                yield group
            finally:
                group.close()
            return
        with self._lock:
            while (found := self._lend(name, place)) is None and self._there == self._most:
                if self._kept:  # none of these may have the job
                    self._end(self._kept[0])
                else:
                    self._returned.wait()
            if found is None:
                own = place or f"{shared}/{uuid.uuid4().hex[:8]}"
                found = Group(self.resources, own, local=self.local, kept=self.local)
                self._there += 1
        try:
            yield found
        finally:
            with self._lock:
                self._kept.append(found)
                if not found.alive():
                    self._end(found)
                elif not self.local:
                    timer = threading.Timer(_IDLE_SECONDS, self._expire, [found, found.jobs])
                    timer.daemon = True
                    timer.start()
                self._returned.notify_all()

    def lender(self, shared: str) -> Lend | None:
        """Return what lends groups for batches on GPUs; None where a pool of Ray Data takes them.

        Args:
            shared: see ``group``.
        """
        if not self.resources.gpus_per_worker or not self._stay():
            return None
        return lambda: self.group(shared, "batches", shared=shared)

    def _stay(self) -> bool:
        """Tell whether training workers stay for the next job."""
        if not self.resources.gpus_per_worker:
            return self.local
        from tuneyard.distributed.generate import inference_workers

        return inference_workers(self.resources) == self.resources.workers

    def _end(self, group: Group) -> None:
        """End a group that stayed."""
        self._kept.remove(group)
        self._there -= 1
        group.close()
        self._returned.notify_all()

    def _expire(self, group: Group, jobs: int) -> None:
        with self._lock:
            if group in self._kept and group.jobs == jobs:
                self._end(group)

    def _lend(self, name: str, place: str | None) -> Group | None:
        """Take an idle group that can have a job: None where a new one has to be made.

        The workers of a group that has had this very job do not agree on where to go on; where it
        is to go on, the group that had it ends first, since it is the new one's storage.
        """
        found = None
        for group in list(self._kept):
            fits = group.alive() and name not in group.names
            if place is None and fits and found is None:
                found = group
                self._kept.remove(group)
            elif not group.alive() or group.storage == place:
                self._end(group)
        return found

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
                self.release()
                if self._owns:
                    ray.shutdown()
            self.local = self._owns = False

    def release(self) -> None:
        """End the groups that stayed."""
        with self._lock:
            for group in list(self._kept):
                self._end(group)

    def _watch(self, pid: int) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            if pid in self._servers and (text := self.lost()) and self._on_loss is not None:
                self._on_loss(text)

    def _check_room(self) -> None:
        import ray

        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        try:
            check_room(self.resources, nodes, local=self.local)
        except UserError:
            ray.shutdown()
            self.local = self._owns = False
            raise
        if self.resources.gpus_per_worker and (self.local or not self.resources.autoscaling):
            self._most = groups(self.resources, nodes, local=self.local)


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
