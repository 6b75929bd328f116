"""One local Ray for all tests of this folder: a second one in a process can lose its actors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tuneyard.config import Resources
from tuneyard.distributed.cluster import Cluster


@pytest.fixture(scope="package")
def cluster(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Resources], Cluster]]:
    """Start Ray with three GPUs that it only counts.

    Returns what gives a cluster of these resources, all on this Ray.
    """
    patch = pytest.MonkeyPatch()
    patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("RAY_OVERRIDE_RESOURCES", '{"GPU": 3}')
    patch.delenv("RAY_ADDRESS", raising=False)
    ours = Cluster(Resources(workers=2))
    ours.start()

    def on(resources: Resources) -> Cluster:
        found = Cluster(resources)
        found.start()
        found.groups.local = True
        return found

    yield on
    ours.stop()
    patch.undo()
