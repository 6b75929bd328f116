from __future__ import annotations

from pathlib import Path

import pytest
from offers import NAME, Gate, passed, scores

from tuneyard.errors import UserError
from tuneyard.tracking import Sets, Tracker, Version, rollback
from tuneyard.tracking.versions import versions


@pytest.fixture
def gate(tracker: Tracker, adapter: Path) -> Gate:
    return Gate(tracker, adapter)


def test_the_first_adapter_becomes_champion_with_its_provenance(gate: Gate) -> None:
    decision = gate.offer("a", passed(20))
    assert (decision.role, decision.version, decision.champion) == ("champion", 1, None)
    assert "no champion" in decision.reason
    version = gate.holder("champion")
    assert version.tags["tuneyard.value"] == "0.5"
    assert version.tags["tuneyard.base_path"] == "embedded"
    assert version.tags["tuneyard.base_fingerprint"] == "f0"
    assert version.tags["tuneyard.examples_digest"] == "e1"
    assert version.tags["tuneyard.metric"] == "execution_success"
    assert version.run_id == gate.tracker.arm(gate.study, "a", "a").id
    assert gate.models() == [NAME]  # the lock is gone


def test_a_clearly_better_one_takes_its_place(gate: Gate) -> None:
    gate.offer("a", passed(20))
    better = gate.offer("b", passed(35))
    assert (better.role, better.version, better.champion) == ("champion", 2, 1)
    assert better.comparison is not None
    assert better.comparison.difference == pytest.approx(15 / 40)
    version = gate.holder("champion")
    assert version.tags["tuneyard.champion_before"] == "1"
    assert version.description == better.reason


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (passed(20), "equal"),
        (passed(5), "worse"),
        (passed(23), "not proven better"),
        (passed(25), "not proven better"),  # by luck: 5 of 5
    ],
)
def test_equal_worse_and_lucky_ones_are_challengers(gate: Gate, values: Sets, said: str) -> None:
    gate.offer("a", passed(20))
    decision = gate.offer("b", values)
    assert (decision.role, decision.version, gate.champion()) == ("challenger", 2, 1)
    assert said in decision.reason
    assert int(gate.holder("challenger").version) == 2
    assert gate.holder("challenger").description == decision.reason


def test_the_same_study_again_makes_no_second_version(gate: Gate) -> None:
    gate.offer("a", passed(20))
    again = gate.offer("a", passed(20))
    assert (again.role, again.version) == ("champion", 1)
    assert "already the champion" in again.reason
    gate.offer("b", passed(35))
    dethroned = gate.offer("a", passed(20))
    assert (dethroned.role, dethroned.version) == ("challenger", 1)
    assert (gate.versions(), gate.champion()) == ([1, 2], 2)


def test_a_version_whose_alias_was_never_set_gets_it(gate: Gate) -> None:
    gate.offer("a", passed(20))
    gate.tracker.client.delete_registered_model_alias(NAME, "champion")
    decision = gate.offer("a", passed(20))
    assert (decision.role, gate.versions(), gate.champion()) == ("champion", [1], 1)


def test_an_incumbent_of_other_examples_is_measured_anew_or_stays_with_the_reason(
    gate: Gate,
) -> None:
    gate.offer("a", passed(20))
    refused = gate.offer("b", passed(40), examples="e2")
    assert refused.role == "challenger"
    assert "cannot be measured on these examples (its base model is none" in refused.reason
    assert gate.offer("b", passed(40), examples="e2", anew=passed(40)).role == "challenger"
    measured = gate.offer("b", passed(40), examples="e2", anew=passed(10))
    assert (measured.role, measured.version, gate.champion()) == ("champion", 2, 2)
    with pytest.raises(Exception, match="challenger"):
        gate.holder("challenger")  # it is that no more


def test_an_alias_that_is_moved_meanwhile_is_judged_anew(gate: Gate) -> None:
    for key, values in (("a", passed(10)), ("b", passed(30))):
        gate.offer(key, values)
    rolled = []

    def measure(champion: Version) -> Sets:
        rolled.append(champion.number)
        if len(rolled) == 1:
            gate.tracker.client.set_registered_model_alias(NAME, "champion", "1")
        return passed(30) if champion.number == 2 else passed(10)

    decision = gate.offer("c", passed(31), measure=measure)
    assert rolled == [2, 1]
    assert (decision.role, decision.champion) == ("champion", 1)


def test_rollback_makes_the_one_before_champion_and_keeps_why(gate: Gate) -> None:
    for key, count in (("a", 0), ("b", 15), ("c", 35)):
        assert gate.offer(key, passed(count)).role == "champion"
    client = gate.tracker.client
    fallen, risen = rollback(client, NAME, "it deletes files")
    assert (fallen.number, risen.number, gate.champion()) == (3, 2, 2)
    assert "version 3 was rolled back: it deletes files" in risen.description
    found = {version.number: version.tags for version in versions(client, NAME)}
    assert found[3]["tuneyard.rolled_back"] == "it deletes files"
    # Its study again: better by the numbers, and yet not promoted.
    again = gate.offer("c", passed(35))
    assert (again.role, gate.champion()) == ("challenger", 2)
    assert "was rolled back: it deletes files" in again.reason
    assert rollback(client, NAME, "that too")[1].number == 1
    with pytest.raises(UserError, match="no champion before"):
        rollback(client, NAME, "x")
    with pytest.raises(UserError, match="has no champion"):
        rollback(client, "nobody", "x")
    assert gate.models() == [NAME]


def test_without_a_value_nothing_is_registered(gate: Gate) -> None:
    decision = gate.offer("a", scores([None, None]))
    assert (decision.role, decision.version) == (None, None)
    assert gate.models() == []


def test_a_folder_without_an_adapter_is_our_fault(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"adapter_config\.json"):
        gate.offer("a", passed(20), folder=tmp_path)
