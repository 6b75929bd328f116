from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuneyard.config import Register
from tuneyard.tracking import CHAMPION, Decision, Details, Tracker, measured_otherwise, register


class Gate:
    """Offers adapters to the registry, one arm and key each."""

    def __init__(self, tracker: Tracker, adapter: Path) -> None:
        self.tracker, self.adapter = tracker, adapter
        self.study = tracker.study("s", "study")

    def offer(
        self,
        key: str,
        value: float | None,
        *,
        margin: float = 0.0,
        examples: str = "e1",
        metric: str = "execution_success",
        **more: Any,
    ) -> Decision:
        details = Details(
            adapter_key=key, examples_digest=examples, base_path="embedded", base_fingerprint="f0"
        )
        return register(
            self.tracker,
            rule=Register(name="cocobots", on="higher_order", margin=margin, metric=metric),
            run=self.tracker.arm(self.study, key, key),
            adapter_dir=more.pop("adapter_dir", self.adapter),
            value=value,
            details=details,
            **more,
        )

    def versions(self) -> list[int]:
        found = self.tracker.client.search_model_versions("name='cocobots'")
        return sorted(int(version.version) for version in found)

    def champion(self) -> int:
        client = self.tracker.client
        return int(client.get_model_version_by_alias("cocobots", CHAMPION).version)


@pytest.fixture
def gate(tracker: Tracker, adapter: Path) -> Gate:
    return Gate(tracker, adapter)


def test_the_first_adapter_becomes_champion_with_its_provenance(gate: Gate) -> None:
    decision = gate.offer("a", 0.5)
    assert (decision.registered, decision.version, decision.incumbent) == (True, 1, None)
    assert "no champion" in decision.reason
    version = gate.tracker.client.get_model_version_by_alias("cocobots", CHAMPION)
    assert version.tags["tuneyard.value"] == "0.5"
    assert version.tags["tuneyard.base_path"] == "embedded"
    assert version.tags["tuneyard.base_fingerprint"] == "f0"
    assert version.tags["tuneyard.examples_digest"] == "e1"
    assert version.tags["tuneyard.metric"] == "execution_success"
    assert version.run_id == gate.tracker.arm(gate.study, "a", "a").id


def test_a_better_one_takes_its_place_and_a_worse_one_is_not_registered(gate: Gate) -> None:
    gate.offer("a", 0.5)
    better = gate.offer("b", 0.6)
    assert (better.registered, better.version) == (True, 2)
    assert better.incumbent is not None
    assert (better.incumbent.version, better.incumbent.value) == (1, 0.5)
    worse = gate.offer("c", 0.55)
    assert (worse.registered, worse.version) == (False, None)
    assert "does not beat" in worse.reason
    assert (gate.versions(), gate.champion()) == ([1, 2], 2)


@pytest.mark.parametrize(
    ("value", "margin", "wins"),
    [(0.5, 0.0, False), (0.6, 0.1, False), (0.61, 0.1, True), (0.5000001, 0.0, True)],
)
def test_ties_keep_the_incumbent(gate: Gate, value: float, margin: float, wins: bool) -> None:
    gate.offer("a", 0.5)
    decision = gate.offer("b", value, margin=margin)
    assert decision.registered is wins
    assert ("ties with" in decision.reason) is not wins
    assert gate.champion() == (2 if wins else 1)


def test_the_same_study_again_makes_no_second_version(gate: Gate) -> None:
    gate.offer("a", 0.5)
    again = gate.offer("a", 0.5)
    assert (again.registered, again.version) == (True, 1)
    assert "already the champion" in again.reason
    gate.offer("b", 0.6)
    dethroned = gate.offer("a", 0.5)
    assert (dethroned.registered, dethroned.version) == (False, 1)
    assert gate.versions() == [1, 2]


def test_a_version_whose_alias_was_never_set_gets_it(gate: Gate) -> None:
    gate.offer("a", 0.5)
    gate.tracker.client.delete_registered_model_alias("cocobots", CHAMPION)
    decision = gate.offer("a", 0.5)
    assert (decision.registered, gate.versions(), gate.champion()) == (True, [1], 1)


@pytest.mark.parametrize("change", [{"examples": "e2"}, {"metric": "exact_match"}])
def test_an_incumbent_measured_otherwise_stays(gate: Gate, change: dict[str, str]) -> None:
    gate.offer("a", 0.5)
    decision = gate.offer("b", 0.9, **change)
    assert not decision.registered
    assert "was not measured alike" in decision.reason
    assert gate.offer("b", 0.9, incumbent_value=0.95, **change).registered is False
    measured = gate.offer("b", 0.9, incumbent_value=0.7, **change)
    assert measured.registered
    assert measured.incumbent is not None
    assert measured.incumbent.value == 0.7


def test_only_a_champion_that_was_measured_otherwise_is_to_be_measured_again(gate: Gate) -> None:
    def asked(key: str, examples: str = "e1", metric: str = "execution_success") -> Any:
        rule = Register(name="cocobots", on="higher_order", metric=metric)
        details = Details(
            adapter_key=key, examples_digest=examples, base_path="embedded", base_fingerprint="f0"
        )
        return measured_otherwise(gate.tracker, rule, details)

    assert asked("a") is None
    gate.offer("a", 0.5)
    assert asked("b") is None
    assert asked("a", examples="e2") is None
    for tags in (asked("b", examples="e2"), asked("b", metric="exact_match")):
        assert tags["tuneyard.base_fingerprint"] == "f0"


def test_the_change_can_be_forced(gate: Gate) -> None:
    gate.offer("a", 0.5)
    decision = gate.offer("b", 0.4, examples="e2", force=True)
    assert decision.registered
    assert "forced" in decision.reason
    assert gate.champion() == 2


def test_force_does_not_help_against_a_comparable_incumbent(gate: Gate) -> None:
    gate.offer("a", 0.5)
    assert not gate.offer("b", 0.4, force=True).registered


def test_the_base_is_never_registered(gate: Gate) -> None:
    decision = gate.offer("base", 0.9, adapter_dir=None)
    assert (decision.registered, decision.version) == (False, None)
    assert "base model itself" in decision.reason
    assert gate.versions() == []


@pytest.mark.parametrize("value", [None, float("nan")])
def test_without_a_value_nothing_is_registered(gate: Gate, value: float | None) -> None:
    assert not gate.offer("a", value).registered
    assert gate.versions() == []


def test_a_folder_without_an_adapter_is_our_fault(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"adapter_config\.json"):
        gate.offer("a", 0.5, adapter_dir=tmp_path)
