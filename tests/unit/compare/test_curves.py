from math import nan

from tuneyard.compare import Curve, System
from tuneyard.compare.curves import training_curves
from tuneyard.compare.inputs import Labels


def _curve(points, arm="sft", stage="sft", on=("a",), **more):
    return Curve(System("m", on, arm), stage, points, **more)


def _draw(*curves):
    return training_curves(curves, Labels([curve.system for curve in curves]), {})


def test_one_figure_a_model_and_stage() -> None:
    loss = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]
    drawings = _draw(_curve(loss), _curve(loss, on=("b",)), _curve(loss, "sft-dpo", "dpo"))
    assert [d.title for d in drawings] == ["m · sft", "m · dpo"]
    assert "sft on a, training loss: 2 at step 1, 1 at step 2" in drawings[0].alternative
    assert ">sft on b<" in drawings[0].standalone


def test_a_stage_shared_by_two_arms_is_drawn_once() -> None:
    loss = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]
    (drawing,) = _draw(_curve(loss), _curve(loss, arm="sft-dpo"))
    assert drawing.alternative.count("training loss") == 1


def test_dpo_shows_rewards_margin_and_accuracy(study) -> None:
    (drawing,) = [d for d in _draw(*study.curves) if d.title.endswith("dpo")]
    for word in ("implied reward", "reward margin", "reward accuracy", "chosen", "rejected"):
        assert word in drawing.standalone


def test_curves_without_a_finite_value_are_left_out() -> None:
    assert _draw(_curve([])) == []
    assert _draw(_curve([{"step": 1, "loss": nan}, {"loss": 2.0}])) == []
    (drawing,) = _draw(_curve([{"step": 1, "loss": nan}, {"step": 2, "loss": 1.5}]))
    assert "1.5 at step 2" in drawing.alternative


def test_seeds_of_an_arm_share_a_colour_and_a_name() -> None:
    runs = [
        _curve([{"step": 1, "loss": 2.0 + s}, {"step": 2, "loss": s}], seed=s, note="stopped." * s)
        for s in (0, 1)
    ]
    (drawing,) = training_curves(runs, Labels([run.system for run in runs]), {"sft": "#123456"})
    assert drawing.standalone.count("#123456") == 2
    assert "sft, seed 1, training loss: 3 at step 1" in drawing.alternative
    assert drawing.notes == ("sft, seed 1: stopped.",)


def test_log_probabilities_and_sampled_answers_are_drawn() -> None:
    keys = [
        *("logps/chosen", "logps/rejected", "logps/chosen_per_token", "logps/rejected_per_token"),
        *("logps/chosen_change_per_token", "samples/tokens", "samples/ended"),
    ]
    (drawing,) = _draw(_curve([{"step": 1, "loss": 1.0, **dict.fromkeys(keys, -2.0)}]))
    assert ">log-probability of an answer<" in drawing.standalone
    assert "rejected log-probability of a token: -2 at step 1" in drawing.alternative
    for title in ("change of a chosen token", "tokens in a sampled", "sampled answers that end"):
        assert title in drawing.standalone
    (bare,) = _draw(_curve([{"step": 1, "loss": 1.0, "grad_norm": 2.0}]))
    assert "log-probability" not in bare.standalone
