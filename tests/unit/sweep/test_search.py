"""Tune's searchers and schedulers as a sweep uses them, without a Ray that runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tuneyard.config import Dimension, EarlyStop
from tuneyard.sweep.search import meant, scheduler, searcher
from tuneyard.sweep.space import Space
from tuneyard.sweep.trials import Decisions

RANK = Dimension.model_validate({"choice": [4, 8]})
SPACE = Space(
    {
        "sft": {"r": RANK, "alpha": Dimension.model_validate({"from": "2 * r"})},
        "dpo": {
            "r": RANK,
            "beta": Dimension.model_validate({"loguniform": [0.01, 1]}),
            "epochs": Dimension.model_validate({"integer": [1, 3]}),
        },
    }
)


def drawn(count: int, told: list[Any], seed: int = 0) -> list[dict[str, Any]]:
    """Let Optuna draw, and tell it that a larger beta is better."""
    found: list[dict[str, Any]] = []

    def choose(values: Any) -> int:
        found.append(dict(values))
        return len(found)

    search = searcher(1, 1 + count, SPACE, told, seed, choose)
    assert search.suggest("first") == {"number": 0}
    for number in range(1, count + 1):
        assert search.suggest(f"t{number}") == {"number": number}
        result = {"objective": found[-1].get("beta", 0.0), "steps": 4, "training_iteration": 1}
        search.on_trial_complete(f"t{number}", result=result)
    assert search.suggest("more") == search.FINISHED
    return found


def test_what_optuna_draws_is_within_the_space_of_its_arm() -> None:
    found = drawn(20, [])
    assert len({str(one) for one in found}) > 15
    arms = set()
    for one in found:
        arm, values = meant(SPACE, one)
        arms.add(arm)
        assert list(values) == list(SPACE.drawn(arm))
        assert values["r"] in (4, 8)
        if arm == "dpo":
            assert 0.01 <= values["beta"] <= 1
            assert values["epochs"] in (1, 2, 3)
        assert SPACE.point(arm, values).values
    assert arms == {"sft", "dpo"}


def test_what_was_drawn_comes_again_first_and_then_something_new() -> None:
    first = drawn(4, [])
    again = drawn(7, first)
    assert again[:4] == first
    assert not [one for one in again[4:] if one in first]
    assert drawn(4, []) == first
    assert drawn(4, [], seed=1) != first


def test_what_was_drawn_before_is_no_trial() -> None:
    seen: list[str] = []

    def choose(values: Any) -> int | None:
        if str(values) in seen:
            return None
        seen.append(str(values))
        return len(seen) - 1

    few = Space({"sft": {"r": RANK}})
    search = searcher(0, 9, few, [], 0, choose)
    assert [search.suggest(name) for name in "ab"] == [{"number": 0}, {"number": 1}]
    assert search.suggest("c") == search.FINISHED
    # What the first came to is told of what was drawn for it.
    search.on_trial_complete("a", result={"objective": 0.5, "steps": 4, "training_iteration": 1})


def test_optuna_learns_from_several_objectives() -> None:
    """A small beta is cheap, a large one good; the arm without it is neither."""
    found: list[dict[str, Any]] = []

    def choose(values: Any) -> int:
        found.append(dict(values))
        return len(found) - 1

    space = Space({"dpo": {"beta": Dimension.model_validate({"uniform": [0, 1]}), "r": RANK}})
    search = searcher(0, 60, space, [], 0, choose, ("max", "min"))
    for number in range(60):
        search.suggest(f"t{number}")
        beta, rank = found[-1]["beta"], found[-1]["r"]
        values = {"objective": beta - rank, "objective-2": beta + rank}
        search.on_trial_complete(f"t{number}", result={**values, "steps": 4})
    # Whatever beta is, the first rank is better in both.
    assert sum(one["r"] == 0 for one in found[30:]) > 20
    late = [one["beta"] for one in found[30:]]
    assert min(late) < 0.25 < 0.75 < max(late)


def test_without_results_that_decide_there_are_the_known_trials() -> None:
    search = searcher(2, 2, None, [], 0, lambda values: 0)
    assert [search.suggest(name) for name in "ab"] == [{"number": 0}, {"number": 1}]
    assert search.suggest("c") == search.FINISHED


class Trial:
    """What of a trial of Tune schedulers look at."""

    def __init__(self, number: int) -> None:
        self.trial_id, self.config = str(number), {"number": number}


@pytest.mark.parametrize("rule", ["asha", "median"])
def test_the_worst_is_stopped_but_not_the_study_as_it_is_written(rule: str) -> None:
    decisions = Decisions()
    stop = EarlyStop.model_validate({"rule": rule, "first": 4})
    told = scheduler(stop, decisions, kept=1)
    trials = [Trial(n) for n in range(6)]
    controller = SimpleNamespace(get_live_trials=lambda: trials)
    for trial in trials:
        told.on_trial_add(controller, trial)
    for number, value in ((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.1), (0, 0.0), (5, 0.95)):
        for steps in (4, 8):
            row = {"steps": steps, "objective": value, "training_iteration": steps}
            if decisions.made(number, 4) is not False:
                told.on_trial_result(controller, trials[number], row)
    assert decisions.made(4, 4) is False
    assert decisions.made(0, 8) is True
    assert decisions.made(1, 8) is True
    assert decisions.made(5, 8) is True


def test_who_is_lost_is_not_waited_for() -> None:
    decisions = Decisions()
    decisions.make(0, 4, False)
    decisions.make(0, 4, True)  # the first counts
    assert decisions.wait(0, 4) is False
    decisions.lose(1, "its actor has died")
    with pytest.raises(RuntimeError, match="its actor has died"):
        decisions.wait(1, 4)
