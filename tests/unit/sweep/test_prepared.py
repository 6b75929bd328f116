"""A sweep's trials before they run: which there are, what they share, what names the sweep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tuneyard.errors import UserError
from tuneyard.plan.steps import Register, Score
from tuneyard.sweep.prepared import PreparedSweep, shared
from tuneyard.sweep.room import planned

Sweep = Callable[..., PreparedSweep]


def test_the_first_trial_is_the_study_as_it_is_written(sweep: Sweep) -> None:
    made = sweep()
    assert made.most == len(made.points) == 5
    assert made.points[0].values == {}
    arm = next(one for one in made.prepared.plan.arms if one.name == "sft-dpo")
    first = made.trial(made.points[0])
    # The same steps as the study's own: what a run of it has done is not done again.
    assert first.score.key == arm.scores["validation"].key
    assert not any(isinstance(step, Register) for step in first.prepared.plan.steps)
    assert isinstance(first.prepared.plan.steps[-1], Score)


def test_each_trial_trains_what_its_point_says(sweep: Sweep) -> None:
    made = sweep()
    trained = [made.trial(point).arm.trains for point in made.points]
    assert len({chain[-1].key for chain in trained}) == 5
    for point, (sft, dpo) in list(zip(made.points, trained, strict=True))[1:]:
        assert sft.settings.lora is not None
        assert sft.settings.lora.r == point.values["sft.lora.r"]
        assert sft.settings.lora.alpha == 2 * point.values["sft.lora.r"]
        assert dpo.settings.beta == point.values["dpo.beta"]  # type: ignore[union-attr]


def test_what_trials_have_in_common_is_shared(sweep: Sweep) -> None:
    made = sweep("sweep.space={dpo.beta: {choice: [0.2, 0.4, 0.8]}}", "sweep.search=grid")
    assert made.most == 4
    common = [step.label for step in shared([made.trial(point) for point in made.points])]
    assert "train sft" in common
    assert "preference pairs for sft → dpo" in common
    assert "train sft → dpo" not in common
    assert any(line.endswith("  train sft") for line in planned(made))


def test_no_point_is_trained_twice(sweep: Sweep) -> None:
    # The study as it is written has beta 0.1.
    made = sweep("sweep.space={dpo.beta: {choice: [0.1, 0.4]}}", "sweep.search=grid")
    assert [dict(one.values) for one in made.points] == [{}, {"dpo.beta": 0.4}]


def test_repeats_are_the_study_as_it_is_written_with_other_seeds(sweep: Sweep) -> None:
    made = sweep("sweep.repeat=3", "seed=7")
    assert [one.seed for one in made.points] == [7, 8, 9, None, None]
    assert {made.trial(one).arm.trains[-1].seed for one in made.points[3:]} == {7}
    assert [made.trial(one).arm.trains[-1].seed for one in made.points[:3]] == [7, 8, 9]
    # Data and decoding stay the study's.
    assert len({made.trial(one).score.sets[0].key for one in made.points}) == 1


@pytest.mark.parametrize(
    ("space", "trials", "count"),
    [
        ("{dpo.beta: {choice: [0.2, 0.4, 0.8]}}", 2, 4),
        ("{dpo.beta: {quantised: [0.01, 2.1, 0.01]}}", 2, 211),
        # 0.1 is the study as it is written.
        ("{dpo.beta: {choice: [0.1, 0.2, 0.4, 0.8]}, sft.lora.r: {choice: [8, 4]}}", 8, None),
        ("{dpo.beta: {choice: [0.2, 0.4, 0.8]}}", 3, 4),
    ],
)
def test_a_grid_of_more_points_than_trials_is_refused(
    sweep: Sweep, space: str, trials: int, count: int | None
) -> None:
    words = f"sweep.space={space}", "sweep.search=grid", f"sweep.trials={trials}"
    if count is None:
        assert sweep(*words).most == trials
        return
    with pytest.raises(UserError, match="more points than the sweep has trials") as caught:
        sweep(*words)
    assert f"raise it to {count}," in str(caught.value.remedy)
    if count < 10:
        assert sweep(*words, f"sweep.trials={count}").most == count


@pytest.mark.parametrize("search", ["random", "tpe"])
def test_more_trials_than_points_are_said_to_be_too_many(sweep: Sweep, search: str) -> None:
    made = sweep("sweep.space={dpo.beta: {choice: [0.2, 0.4]}}", f"sweep.search={search}",
                 "sweep.trials=9")  # fmt: skip
    assert made.most == 3
    same = "sweep.space={dpo.beta: {choice: [0.1, 0.4]}}"  # 0.1 is the study as it is written
    assert sweep(same, f"sweep.search={search}", "sweep.trials=9").most == 2
    assert "note: 3 trials, not 9: the space has no more points" in "\n".join(planned(made))


def test_more_trials_of_a_sweep_go_on_with_it_and_another_space_is_another(sweep: Sweep) -> None:
    made = sweep()
    more = sweep("sweep.trials=9", "sweep.confirm=3", "resources.workers=1")
    assert (
        sweep("sweep.metric={execution_success: max, adapter_size: min}", "sweep.slack=1").key
        == sweep("sweep.metric={execution_success: max, adapter_size: min}").key
        != made.key
    )
    assert (more.key, more.points[:5]) == (made.key, made.points)
    assert sweep("sweep.seed=1").key != made.key
    assert sweep("sft.epochs=2").key != made.key


def test_only_the_study_as_it_is_written_is_known_where_results_decide(sweep: Sweep) -> None:
    made = sweep("sweep.search=tpe", "sweep.repeat=2")
    assert (len(made.points), made.most) == (2, 5)
    assert "3 more, as results suggest" in "\n".join(planned(made))
