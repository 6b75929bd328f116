import re

import numpy as np

from tuneyard.compare import StudyInputs, summarise
from tuneyard.config import Compare


def _verdict(*cells, **settings):
    return summarise(StudyInputs("s", cells, settings=Compare(resamples=200, **settings))).verdict


def test_every_pair_is_told_with_its_interval_and_both_p(study) -> None:
    verdict = summarise(study).verdict
    assert verdict.summary == (
        "No arm wins. Decided by execution success (ES) on the validation split, after Holm over 3 "
        "comparisons (every pair of arms): the chance that any of them is wrongly called better or "
        "worse is at most 5 %. Intervals are at 95 to 98.33 %, each at the level at which its pair "
        "was decided."
    )
    best, others = verdict.findings
    assert best.startswith(
        "first_order: no arm wins. The best mean is that of ‘sft-dpo’, at 85.0 % of 20 examples: "
        "better than the baseline ‘base’ (+85.0 points, interval +"
    )
    assert best.endswith(
        "p < 0.001, corrected < 0.001); not distinguishable from ‘sft’ (+10.0 points, interval "
        "−7.5 to +28.2, p = 0.500, corrected = 0.500)."
    )
    assert others.startswith("first_order, other pairs: ‘sft’ is better than the baseline ‘base’ (")


def test_the_winner_is_better_than_every_other_arm(make_cell) -> None:
    level = np.arange(40) % 4 == 0
    verdict = _verdict(
        make_cell("base", execution_success=level.tolist()),
        make_cell("sft", ["a"], execution_success=np.roll(level, 1).tolist()),
        make_cell("dpo", ["a"], execution_success=[True] * 38 + [False] * 2),
    )
    assert verdict.summary.startswith("‘dpo’ wins. Decided by")
    assert verdict.findings[0].startswith("first_order: ‘dpo’ wins, at 95.0 % of 40 examples: ")
    assert verdict.findings[1].startswith(
        "first_order, other pairs: ‘sft’ and the baseline ‘base’ are not distinguishable (+0.0 poi"
    )
    (winner,) = verdict.winners
    assert winner.system.arm == "dpo"


def test_the_test_split_is_the_one_told_and_the_baseline_can_win(make_cell) -> None:
    right, wrong = [True] * 9, [False] * 9
    verdict = _verdict(
        make_cell("base", exact_match=wrong),
        make_cell("sft", ["a"], exact_match=right),
        make_cell("base", split="test", exact_match=right),
        make_cell("sft", ["a"], split="test", exact_match=wrong),
    )
    assert verdict.summary == (
        "The baseline ‘base’ wins. Decided by EM (text) on the test split, in one comparison, at "
        "5 %. Intervals are at 95 %."
    )
    (finding,) = verdict.findings
    assert finding.startswith(
        "first_order: the baseline ‘base’ wins, at 100.0 % of 9 examples: better than ‘sft’ "
        "(+100.0 points, interval +"
    )


def test_equal_arms_tie(make_cell) -> None:
    cells = [make_cell("base", passed=[True, False]), make_cell("sft", ["a"], passed=[True, False])]
    verdict = _verdict(*cells)
    assert verdict.findings[0].startswith(
        "first_order: no arm wins, all are level at 50.0 % of 2 examples: not distinguishable from "
        "‘sft’ (+0.0 points"
    )
    assert verdict.winners[0].system is None


def test_uncorrected_tests_say_so(make_cell) -> None:
    values = [[i < right for i in range(20)] for right in (0, 15, 17)]
    cells = [make_cell(f"a{i}", execution_success=own) for i, own in enumerate(values)]
    verdict = _verdict(*cells, correction="none")
    assert "each at 5 %: uncorrected, so that some may be wrong" in verdict.summary
    assert "corrected" not in verdict.findings[0]


def test_outcomes_are_gathered_over_data_sets(make_cell) -> None:
    cells = []
    for kind, right in (("a", 30), ("b", 30), ("c", 1)):
        success = [True] * right + [False] * (30 - right)
        cells += [
            make_cell("base", kind=kind, execution_success=[False] * 30),
            make_cell("sft", ["a"], kind=kind, execution_success=success),
        ]
    assert _verdict(*cells).summary.startswith(
        "‘sft’ wins on a and b. No arm wins on c. Decided by"
    )


def test_that_nobody_wins_anywhere_is_said_in_a_sentence(make_cell) -> None:
    cells = [
        make_cell(arm, kind=kind, execution_success=[True, False] * 5)
        for kind in ("first", "higher", "third")
        for arm in ("base", "sft")
    ]
    said = "No arm wins on first, higher or third. Decided by"
    assert _verdict(*cells).summary.startswith(said)


def test_many_pairs_are_told_in_the_table(make_cell) -> None:
    cells = [make_cell(f"arm{i}", ["a"], exact_match=[True, False]) for i in range(7)]
    assert "5 more stand under ‘Paired tests’." in _verdict(*cells).findings[1]


def test_one_arm_one_example_and_nothing(make_cell) -> None:
    assert "Nothing was tested" in _verdict(make_cell("base", exact_match=[True])).summary
    alone = _verdict(make_cell("sft", ["a"], exact_match=[True]))
    assert "there is no other arm to hold it against" in alone.findings[0]
    single = _verdict(
        make_cell("base", exact_match=[False]), make_cell("sft", ["a"], exact_match=[True])
    )
    assert "Nothing was tested" in single.summary
    assert "too few common questions to test it against" in single.findings[0]
    assert _verdict(make_cell("base", note=["x"])).summary.startswith("No metric was measured")
    missing = _verdict(make_cell("base", exact_match=[None]))
    assert "missing for every arm" in missing.findings[0]


def test_seeds_are_told(thesis) -> None:
    verdict = summarise(thesis).verdict
    assert "Decided by tests passed (pass@1) on the test split" in verdict.summary
    (best, _) = verdict.findings
    assert "not distinguishable from ‘dpo’ (+75.0 points, too few questions for an interval" in best
    assert re.search("for other training seeds than these 2, p = [0-9.]+, corrected = ", best)
    assert "Intervals are" not in verdict.summary  # there are none
