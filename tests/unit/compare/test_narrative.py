from tuneyard.compare import StudyInputs, summarise
from tuneyard.config import Compare


def _verdict(*cells):
    return summarise(StudyInputs("s", cells, settings=Compare(resamples=200))).verdict


def test_the_winner_its_difference_interval_and_p(study) -> None:
    verdict = summarise(study).verdict
    assert verdict.summary == (
        "By execution success (ES) on the validation split, held against the baseline ‘base’ of "
        "the same model, the fine-tuned arm is better in both comparisons. Held against the arm "
        "that it continues (sft → sft-dpo), the arm trained further is not distinguishable."
    )
    (finding,) = verdict.findings
    assert finding.startswith(
        "first_order: the best mean is that of ‘sft-dpo’, at 85.0 % of 20 examples. That is better "
        "than the baseline ‘base’ at 0.0 % (+85.0 points, 95 % interval +"
    )
    assert finding.endswith("p < 0.001). It is not distinguishable from ‘sft’.")


def test_the_test_split_is_the_one_told(make_cell) -> None:
    right, wrong = [True] * 9, [False] * 9
    verdict = _verdict(
        make_cell("base", exact_match=wrong),
        make_cell("sft", ["a"], exact_match=right),
        make_cell("base", split="test", exact_match=right),
        make_cell("sft", ["a"], split="test", exact_match=wrong),
    )
    assert "on the test split" in verdict.summary
    assert "the fine-tuned arm is worse." in verdict.summary
    assert verdict.findings == (
        "first_order: no arm scores above the baseline ‘base’, at 100.0 % of 9 examples.",
    )


def test_equal_arms(make_cell) -> None:
    cells = [make_cell("base", passed=[True, False]), make_cell("sft", ["a"], passed=[True, False])]
    assert _verdict(*cells).findings[0].endswith("(level with every other arm).")


def test_one_arm_one_example_and_nothing(make_cell) -> None:
    assert "Nothing was tested" in _verdict(make_cell("base", exact_match=[True])).summary
    alone = _verdict(make_cell("sft", ["a"], exact_match=[True]))
    assert "there is no baseline to hold it against" in alone.findings[0]
    single = _verdict(
        make_cell("base", exact_match=[False]), make_cell("sft", ["a"], exact_match=[True])
    )
    assert "is not tested" in single.summary
    assert "Too few common examples" in single.findings[0]
    assert _verdict(make_cell("base", note=["x"])).summary.startswith("No metric was measured")
    missing = _verdict(make_cell("base", exact_match=[None]))
    assert "missing for every arm" in missing.findings[0]


def test_named_arms_and_seeds_are_told(thesis) -> None:
    verdict = summarise(thesis).verdict
    assert verdict.summary.startswith("By tests passed (pass@1) on the test split")
    (named,) = [finding for finding in verdict.findings if "against ‘dpo’" in finding]
    assert named.startswith("tasks, against ‘dpo’: ‘sft’ is not distinguishable (+75.0 points")
    assert "for other training seeds than these 2, p = " in named
