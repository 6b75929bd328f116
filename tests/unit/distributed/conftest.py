"""One local Ray for all tests of this folder: a second one in a process can lose its actors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuneyard.config import Resources
from tuneyard.distributed import runtime


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start Ray with three GPUs that it only counts; no token of the user's is picked up."""
    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_AUTH_MODE", "disabled")
    patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("RAY_OVERRIDE_RESOURCES", '{"GPU": 3}')
    patch.delenv("RAY_ADDRESS", raising=False)
    runtime.start(Resources(workers=2))
    yield
    runtime.stop()
    patch.undo()
