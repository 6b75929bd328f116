"""Training workers that stay from job to job, where others do not wait for what they hold."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator

from tuneyard.config import Resources
from tuneyard.distributed.batches import Lend
from tuneyard.distributed.group import Group
from tuneyard.distributed.pool import inference_workers

# How long idle workers stay on a cluster: others may want what they hold.
_IDLE_SECONDS = 30.0


class Groups:
    """The groups of training workers of one ``Cluster``.

    Attributes:
        local: whether Ray is this process's own, so that nobody else waits for what stays in use.
        place: folder or fsspec URL, reachable from every node and this process's alone, for what
            groups that stay store; None: none stays.
        most: how many groups that stay have room beside one another; None: nobody counts.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.local = False
        self.place: str | None = None
        self.most: int | None = None
        self._kept: list[Group] = []
        self._there = 0  # groups that may stay: lent and kept
        self._returned = threading.Condition()

    @contextlib.contextmanager
    def lend(self, storage: str, name: str, *, place: str | None = None) -> Iterator[Group]:
        """Lend a group of training workers for a job.

        Args:
            storage: folder or fsspec URL, reachable from every node, that holds checkpoints where
                the group does not stay.
            name: the job's.
            place: the ``storage`` of the group that had this job before it was broken off. Where
                that is another process's, the group that goes on there does not stay.

        Workers stay on a local Ray; and on GPUs where as many train as answer, on a cluster for a
        few idle seconds. There all that needs GPUs is a group's work, so that no pool waits for
        what an idle group holds, and there are never more groups than there is room for.
        """
        if self.place is None or not self._stay():
            one = Group(self._resources, storage, local=self.local, kept=False)
            with contextlib.closing(one):
                yield one
            return
        with self._returned:
            while (found := self._idle(name, place)) is None and self._there == self.most:
                if self._kept:  # none of these may have the job
                    self._end(self._kept[0])
                else:
                    self._returned.wait()
            if found is None:
                found = self._new(place)
        try:
            yield found
        finally:
            with self._returned:
                self._kept.append(found)
                # What another process has begun is stored elsewhere, and removed once it is over.
                if not found.alive() or not found.storage.startswith(f"{self.place}/"):
                    self._end(found)
                elif not self.local:
                    timer = threading.Timer(_IDLE_SECONDS, self._expire, [found, found.jobs])
                    timer.daemon = True
                    timer.start()
                self._returned.notify_all()

    def warm(self, count: int) -> None:
        """Start so many groups that stay, as far as there is room, before jobs come."""
        with self._returned:
            most = count if self.most is None else min(count, self.most)
            while self._stay() and self._there < most:
                self._kept.append(self._new())

    def lender(self) -> Lend | None:
        """Return what lends groups for batches on GPUs; None: a pool of Ray Data takes them."""
        if not (place := self.place) or not self._resources.gpus_per_worker or not self._stay():
            return None
        return lambda: self.lend(place, "batches")

    def _stay(self) -> bool:
        """Tell whether training workers stay for the next job."""
        if not self._resources.gpus_per_worker:
            return self.local
        return inference_workers(self._resources) == self._resources.workers

    def _new(self, storage: str | None = None) -> Group:
        """Start a group that stays."""
        self._there += 1
        storage = storage or f"{self.place}/{uuid.uuid4().hex[:8]}"
        return Group(self._resources, storage, local=self.local, kept=self.local)

    def _end(self, group: Group) -> None:
        """End a group that stayed."""
        self._kept.remove(group)
        self._there -= 1
        group.close()
        self._returned.notify_all()

    def _expire(self, group: Group, jobs: int) -> None:
        with self._returned:
            if group in self._kept and group.jobs == jobs:
                self._end(group)

    def _idle(self, name: str, place: str | None) -> Group | None:
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

    def release(self) -> None:
        """End the groups that stayed."""
        with self._returned:
            for group in list(self._kept):
                self._end(group)
