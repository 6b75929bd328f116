"""Registrations of one name that come together."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from offers import NAME, Gate, passed

from tuneyard.artifacts import leases
from tuneyard.tracking import Tracker
from tuneyard.tracking.lock import one_at_a_time

OFFER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[5])
from offers import Gate, passed
from tuneyard.tracking import Tracker
uri, folder, key, other = sys.argv[1:5]
gate = Gate(Tracker(uri, "tuneyard/test"), Path(folder) / "adapter")
gate.known = {"first": passed(0)}
def measure(champion):
    # Both are here before either goes on, or one waits for the other outside: then never.
    Path(folder, key).touch()
    end = time.monotonic() + 3
    while not Path(folder, other).exists() and time.monotonic() < end:
        time.sleep(0.01)
    return passed(0 if champion.number == 1 else 40)
decision = gate.offer(key, passed(40), measure=measure, waiting=lambda: Path(folder, key).touch())
print(decision.role, decision.champion, decision.version)
"""


def test_of_two_that_finish_together_the_second_is_judged_against_the_first(
    tracker: Tracker, uri: str, adapter: Path, tmp_path: Path
) -> None:
    Gate(tracker, adapter).offer("first", passed(0))
    program = tmp_path / "offer.py"
    program.write_text(OFFER)
    both = [
        subprocess.Popen(
            [sys.executable, str(program), uri, str(tmp_path), *keys, str(Path(__file__).parent)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for keys in (("left", "right"), ("right", "left"))
    ]
    said = sorted(process.communicate(timeout=120)[0].split() for process in both)
    # One of two that are alike beats the first; the other is held against that one.
    assert [one[:2] for one in said] == [["challenger", said[1][2]], ["champion", "1"]]
    champion = tracker.client.get_model_version_by_alias(NAME, "champion")
    assert str(champion.version) == said[1][2]


def test_what_a_killed_process_left_is_taken_away(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("_BEAT", 0.05), ("_LOST", 0.4), ("_POLL", 0.01)):
        monkeypatch.setattr(leases, name, seconds)
    lock = "x.being-registered"
    tracker.client.create_registered_model(lock, tags={"tuneyard.beat": "dead 7"})
    waited = []
    start = time.monotonic()
    with one_at_a_time(tracker.client, "x", lambda: waited.append(1)):
        assert time.monotonic() - start >= 0.4
        time.sleep(0.6)  # it beats, so another would not take it away
        note = tracker.client.get_registered_model(lock)
        assert note.tags["tuneyard.beat"] not in ("dead 7", "")
    assert waited == [1]
    assert list(tracker.client.search_registered_models()) == []
