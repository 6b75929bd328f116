from dataclasses import replace

from tuneyard.compare import System, Trained, summarise
from tuneyard.compare.training import differences, training_of, training_table


def _training(study, *trained):
    inputs = replace(study, trained=list(trained))
    return training_of(inputs.ordered(), inputs)


def test_what_one_arm_had_more_of_is_named(study) -> None:
    (training,) = summarise(study).training
    assert [system.arm for system in training.systems] == ["sft", "sft-dpo"]
    assert training.values["optimiser steps"] == ("30", "30 + 4")
    assert training.values["learning rate"] == ("0.0002", "0.0002 → 5e-06")
    assert training.values["adapter rank"] == ("16", "16")
    # Of one arm only, such as beta, is no difference.
    assert training.values["tokens"] == ("5,000", "5,000 + –")
    named = ["examples", "optimiser steps", "tokens"]
    assert training.differing == [*named, "method", "learning rate"]
    assert "learning rate" not in training.sentence()


def test_another_adapter_is_named(study) -> None:
    on = ("first_order",)
    one, other = (
        Trained(System("tiny", on, arm), [{"adapter rank": rank, "adapter modules": ["q", "v"]}])
        for arm, rank in (("sft", 64), ("sft-dpo", 16))
    )
    (training,) = _training(study, one, other)
    assert training.sentence() == "adapter rank: sft 64, sft-dpo 16"
    assert differences([training], False) == [
        "Beside what was meant, arms differ in adapter rank: sft 64, sft-dpo 16."
    ]
    assert "(tiny, trained on first_order)" in differences([training], True)[0]
    html = training_table([training])
    assert html.index("adapter rank") < html.index("adapter modules")
    assert "q, v" in html


def test_arms_that_differ_in_nothing_are_not_spoken_of(study) -> None:
    stages = [{"adapter rank": 16, "optimiser steps": 5}]
    same = [Trained(System("tiny", ("first_order",), arm), stages) for arm in ("sft", "sft-dpo")]
    assert differences(_training(study, *same), False) == []
    assert training_table([]) == ""


def test_runs_of_several_seeds_are_told_together(study) -> None:
    runs = [
        Trained(System("tiny", ("first_order",), "sft"), [{"optimiser steps": steps}], seed)
        for seed, steps in enumerate((5, 5, 6))
    ]
    (training,) = _training(study, *runs)
    assert training.values["optimiser steps"] == ("5 / 6",)


def test_what_was_not_compared_is_left_out(study) -> None:
    assert _training(study, Trained(System("other", ("x",), "sft"), [{"optimiser steps": 1}])) == []
