"""How many CPU slots a local Ray gets."""

from __future__ import annotations

import pytest

from tuneyard.config import Resources
from tuneyard.distributed import runtime


def test_every_worker_gets_a_slot_and_one_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "cores", lambda: 2)
    assert runtime._slots(Resources()) == 3
    assert runtime._slots(Resources(workers=5)) == 5
    assert runtime._slots(Resources(workers=2, cpus_per_worker=2.5)) == 5
    assert runtime._slots(Resources(inference_workers=2, scoring_workers=3)) == 6
    monkeypatch.setattr(runtime, "cores", lambda: 64)
    assert runtime._slots(Resources()) == 64


def test_cores_are_those_this_process_may_use() -> None:
    assert runtime.cores() >= 1
